using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Functions;
using Pioneer.Ksql.Planning;
using Pioneer.Ksql.Serialization;

namespace Pioneer.Ksql.Statements;

/// <summary>What statements are interpreted with, besides the metastore.</summary>
public sealed record StatementContext
{
    /// <summary>Settings of the session.</summary>
    public KsqlSettings Settings { get; init; } = KsqlSettings.Default;

    /// <summary>What the engine can do.</summary>
    public EngineCapabilities Capabilities { get; init; } = EngineCapabilities.KsqlDb;

    /// <summary>The functions that there are.</summary>
    public FunctionCatalogue Functions { get; init; } = FunctionCatalogue.Default;

    /// <summary>Clock and randomness, for INSERT VALUES.</summary>
    public FunctionServices Services { get; init; } = FunctionServices.System;

    /// <summary>How many partitions a topic has; null where there is none.</summary>
    public Func<string, int?> Partitions { get; init; } = _ => null;

    /// <summary>The number that the id of the next query ends in.</summary>
    public long NextQueryNumber { get; init; }

    internal AnalysisOptions Analysis(Metastore metastore) => new()
    {
        Capabilities = Capabilities,
        Functions = Functions,
        Limits = Settings.Limits,
        HasSelectedKeys = Settings.HasNewPlanner,
        Types = metastore.Types.GetValueOrDefault,
        DefaultKeyFormat = FormatNames.Find(Settings.DefaultKeyFormat) is { } kind
            ? new FormatSpec(kind, Unwrapped: true)
            : FormatSpec.KafkaKey,
    };
}
