using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Planning;

namespace Pioneer.Embedded.Ksql.Statements;

/// <summary>What this server analyzes queries against: it keeps no state, so everything that needs some is refused by name.</summary>
internal static class ServerAnalysis
{
    public static AnalysisOptions Options { get; } = AnalysisOptions.Default with { Capabilities = EngineCapabilities.Stateless };
}
