using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Planning;

namespace Pioneer.Embedded.Ksql.Statements;

/// <summary>What this server analyzes queries against: what it cannot run is refused by name.</summary>
internal static class ServerAnalysis
{
    /// <summary>Queries whose rows go to whoever asked: they keep no state.</summary>
    public static AnalysisOptions Transient { get; } = AnalysisOptions.Default with { Capabilities = EngineCapabilities.Stateless };

    /// <summary>Persistent queries: tasks with stores run everything that the language has.</summary>
    public static AnalysisOptions Persistent { get; } = AnalysisOptions.Default with { Capabilities = EngineCapabilities.KsqlDb };

    /// <summary>By what becomes of a query's rows.</summary>
    public static AnalysisOptions For(QueryUse use) => use == QueryUse.Persistent ? Persistent : Transient;
}
