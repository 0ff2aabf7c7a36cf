using System.Collections.Immutable;

namespace Pioneer.Domain.Ingestion;

/// <summary>What a look into the table says about a feed that somebody describes.</summary>
/// <param name="Rows">Rows of the table, of all tenants; null where counting took too long.</param>
/// <param name="RowsOfNobody">Rows whose tenant column is empty: they reach no tenant.</param>
/// <param name="Faults">Why rows would be lost or taken for others; each is a reason not to define the feed so.</param>
/// <param name="NotChecked">What could not be looked at in time, in words.</param>
public sealed record FeedCheck(long? Rows, long? RowsOfNobody, ImmutableArray<Error> Faults, ImmutableArray<string> NotChecked)
{
    /// <summary>Values of the tenant column that are listed.</summary>
    public const int MaxValues = 100;

    /// <summary>Rows by the value that says whose they are, most first, empty values among them; at most <see cref="MaxValues"/>.</summary>
    public ImmutableArray<RowsOfValue> Values { get; init; } = [];

    /// <summary>Whether there are more values than are listed.</summary>
    public bool HasMoreValues { get; init; }

    /// <summary>The listed values that no tenant is given.</summary>
    public IEnumerable<RowsOfValue> OfNobody => Values.Where(value => value.Tenant is null);
}

/// <summary>How many rows have a value in the tenant column.</summary>
/// <param name="Value">Null for rows where it is empty.</param>
/// <param name="Tenant">Who is given these rows, or would be without saying anything else; null for nobody.</param>
public sealed record RowsOfValue(string? Value, long Rows, string? Tenant = null);
