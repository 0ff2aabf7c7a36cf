using System.Collections.Frozen;

namespace Pioneer.Ksql.Planning;

/// <summary>Parts of the language that an engine may lack.</summary>
public enum QueryFeature
{
    /// <summary>More than one source.</summary>
    Joins,

    /// <summary>WINDOW clauses.</summary>
    Windows,

    /// <summary>GROUP BY.</summary>
    GroupBy,

    /// <summary>Aggregate functions.</summary>
    Aggregates,

    /// <summary>Table functions.</summary>
    TableFunctions,

    /// <summary>PARTITION BY.</summary>
    PartitionBy,

    /// <summary>HAVING.</summary>
    Having,

    /// <summary>EMIT FINAL.</summary>
    EmitFinal,

    /// <summary>Queries whose result is a table that is kept.</summary>
    TableResults,
}

/// <summary>
/// What an engine can run. An argument of analysis, never a rule of the language: the same text may run on one service and not on another.
/// </summary>
/// <param name="Features">The features that it has.</param>
public sealed record EngineCapabilities(FrozenSet<QueryFeature> Features)
{
    /// <summary>ksqlDB: everything.</summary>
    public static EngineCapabilities KsqlDb { get; } = new(Enum.GetValues<QueryFeature>().ToFrozenSet());

    /// <summary>An engine that keeps no state: projections and filters over one stream.</summary>
    public static EngineCapabilities Stateless { get; } = new(FrozenSet<QueryFeature>.Empty);

    /// <summary>Whether the engine has a feature.</summary>
    public bool Has(QueryFeature feature) => Features.Contains(feature);
}
