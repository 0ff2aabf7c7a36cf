using System.Collections.Immutable;

namespace Pioneer.Domain.Ingestion;

/// <summary>What a look into the table says about a feed that somebody describes.</summary>
/// <param name="Rows">Rows of the table, of all tenants; null where counting took too long.</param>
/// <param name="RowsOfNobody">Rows whose tenant column is empty: they reach no tenant.</param>
/// <param name="Faults">Why rows would be lost or taken for others; each is a reason not to define the feed so.</param>
/// <param name="NotChecked">What could not be looked at in time, in words.</param>
public sealed record FeedCheck(long? Rows, long? RowsOfNobody, ImmutableArray<Error> Faults, ImmutableArray<string> NotChecked);
