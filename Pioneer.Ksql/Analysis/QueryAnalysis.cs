using System.Collections.Immutable;
using Pioneer.Ksql.Planning;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Analysis;

/// <summary>
/// One analysis of one query: sources, names, what the engine lacks, the plan. An unknown source ends it: what would be said about the
/// rest would tell what the source is.
/// </summary>
internal sealed class QueryAnalysis(
    Query query,
    Catalogue catalogue,
    QueryUse use,
    string? sinkName,
    AnalysisOptions options,
    DiagnosticBag diagnostics)
{
    public AnalyzedQuery? Run()
    {
        diagnostics.Stage = DiagnosticStage.Preparing;
        if (SourceResolution.Run(query, catalogue, diagnostics) is not { } sources)
        {
            return null;
        }

        CapabilityCheck.Run(query, options, diagnostics);
        var sanitized = new QuerySanitizer(sources, diagnostics).Run(query);
        var context = new PlanningContext(sanitized, sources, use, sinkName, options, diagnostics);
        return new QueryPlanner(context, query).Run() is { } plan && !diagnostics.HasErrors
            ? new AnalyzedQuery(query, sources.All, plan, ResultOf(plan)) { Resolved = sanitized }
            : null;
    }

    // Keys first, then values in the order of the SELECT; of a query that is only looked at, as it is looked at.
    private RelationSchema ResultOf(ProjectNode plan)
    {
        if (use == QueryUse.Persistent)
        {
            return new RelationSchema([.. plan.Schema.Keys, .. plan.Schema.Columns]);
        }

        ImmutableArray<Column> columns = [.. plan.Selected.Select(p => p.Column)];
        return new RelationSchema([.. columns.Where(c => c.IsKey), .. columns.Where(c => !c.IsKey)]);
    }
}
