namespace Pioneer.Ksql.Analysis;

/// <summary>A source of a query and what it is called there.</summary>
/// <param name="Relation">The stream or table.</param>
/// <param name="Alias">Its alias; without one, its name.</param>
public sealed record AnalyzedSource(Relation Relation, string Alias);
