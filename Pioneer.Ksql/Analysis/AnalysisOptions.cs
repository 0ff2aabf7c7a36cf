using Pioneer.Ksql.Functions;
using Pioneer.Ksql.Planning;
using Pioneer.Ksql.Serialization;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Analysis;

/// <summary>What a query is analyzed against, besides the relations that it may name.</summary>
public sealed record AnalysisOptions
{
    /// <summary>All of the language, ksqlDB's own functions, no custom types.</summary>
    public static AnalysisOptions Default { get; } = new();

    /// <summary>What the engine that is to run the query can do.</summary>
    public EngineCapabilities Capabilities { get; init; } = EngineCapabilities.KsqlDb;

    /// <summary>The functions that there are.</summary>
    public FunctionCatalogue Functions { get; init; } = FunctionCatalogue.Default;

    /// <summary>Bounds that settings put on aggregates.</summary>
    public AggregateLimits Limits { get; init; } = AggregateLimits.None;

    /// <summary>Types made by CREATE TYPE, by name; null for none.</summary>
    public Func<string, SqlType?>? Types { get; init; }

    /// <summary>The format of keys where neither a statement nor a source says one.</summary>
    public FormatSpec DefaultKeyFormat { get; init; } = FormatSpec.KafkaKey;

    /// <summary>
    /// Whether the key of a kept result is what was selected of it, in that order (<c>ksql.new.query.planner.enabled</c>); else all of it
    /// must be selected and keeps its order.
    /// </summary>
    public bool HasSelectedKeys { get; init; }

    /// <summary>The column that is to give the times of a kept result's records.</summary>
    public TimestampColumn? SinkTimestamp { get; init; }

    /// <summary>The stream that INSERT INTO .. SELECT fills: its columns take what is selected, cast where that needs no CAST.</summary>
    public RelationSchema? Target { get; init; }
}
