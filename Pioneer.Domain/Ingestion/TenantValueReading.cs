namespace Pioneer.Domain.Ingestion;

/// <summary>How a source reads one of several values of a tenant column, by the comparison that connectors' queries make.</summary>
/// <param name="Value">As it was given.</param>
/// <param name="Written">As the source writes it; null where the column cannot hold it.</param>
/// <param name="SameAs">The first of the values that the source holds for the same: this one itself where there is none before.</param>
/// <param name="Refusal">The source's own words, where the column cannot hold it.</param>
public sealed record TenantValueReading(string Value, string? Written, string SameAs, string? Refusal = null);
