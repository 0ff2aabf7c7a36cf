using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Functions;
using Pioneer.Ksql.Syntax;

namespace Pioneer.Ksql.Planning;

/// <summary>Says what a query asks of an engine that the engine cannot do, each with its place.</summary>
internal static class CapabilityCheck
{
    public static void Run(Query query, AnalysisOptions options, DiagnosticBag diagnostics)
    {
        var lacks = new Lacks(options.Capabilities, diagnostics);
        foreach (var join in query.From.Joins)
        {
            lacks.Report(QueryFeature.Joins, join, "Joins");
        }

        lacks.Report(QueryFeature.Windows, query.Window, "Windows");
        lacks.Report(QueryFeature.GroupBy, First(query.GroupBy), "GROUP BY and aggregates");
        lacks.Report(QueryFeature.PartitionBy, First(query.PartitionBy), "PARTITION BY clauses");
        lacks.Report(QueryFeature.Having, query.Having, "HAVING clauses");
        lacks.Report(QueryFeature.EmitFinal, query.Emit == EmitMode.Final ? query : null, "EMIT FINAL queries", "Use EMIT CHANGES.");
        CheckCalls(query, options, lacks);
    }

    private static Expression? First(SyntaxList<Expression> expressions) => expressions.Count > 0 ? expressions[0] : null;

    private static void CheckCalls(Query query, AnalysisOptions options, Lacks lacks)
    {
        if (options.Capabilities.Has(QueryFeature.Aggregates) && options.Capabilities.Has(QueryFeature.TableFunctions))
        {
            return;
        }

        foreach (var call in SyntaxTree.DescendantsAndSelf(query).OfType<FunctionCall>())
        {
            switch (options.Functions.Find(call.Name.Text))
            {
                case { Kind: FunctionKind.Aggregate } aggregate:
                    lacks.Report(QueryFeature.Aggregates, call, $"Aggregate functions such as {aggregate.Name}");
                    break;
                case { Kind: FunctionKind.Table } table:
                    lacks.Report(QueryFeature.TableFunctions, call, $"Table functions such as {table.Name}");
                    break;
            }
        }
    }

    private readonly record struct Lacks(EngineCapabilities Capabilities, DiagnosticBag Diagnostics)
    {
        public void Report(QueryFeature feature, SyntaxNode? node, string what, string? hint = null)
        {
            if (node is not null && !Capabilities.Has(feature))
            {
                Diagnostics.Error("NotSupportedYet", node.Span, $"{what} are not supported yet by this release.", hint);
            }
        }
    }
}
