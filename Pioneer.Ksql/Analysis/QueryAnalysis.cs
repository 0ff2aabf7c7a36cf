using System.Collections.Immutable;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Analysis;

// One analysis of one query. An unknown source ends it: what would be said about the rest would tell what the source is.
internal sealed class QueryAnalysis(Query query, Catalogue catalogue, QueryUse use, string? sinkName, DiagnosticBag diagnostics)
{
    public AnalyzedQuery? Run()
    {
        var sourcesKnown = IsKnown(query.From.Source);
        foreach (var join in query.From.Joins)
        {
            sourcesKnown &= IsKnown(join.Source);
        }

        if (!sourcesKnown)
        {
            return null;
        }

        ReportUnsupported();
        return query.From.Joins.Count > 0 ? null : AnalyzeSingleSource(catalogue.Find(query.From.Source.Name.Text)!);
    }

    private bool IsKnown(SourceReference source)
    {
        var name = source.Name;
        if (name.IsMissing || catalogue.Find(name.Text) is not null)
        {
            return !name.IsMissing;
        }

        UnknownNames.Report(name, catalogue, diagnostics);
        return false;
    }

    private void ReportUnsupported()
    {
        foreach (var join in query.From.Joins)
        {
            NotYet(join, "Joins");
        }

        NotYet(query.Window, "Windows");
        NotYet(query.GroupBy is [var group, ..] ? group : null, "GROUP BY and aggregates");
        NotYet(query.PartitionBy is [var partition, ..] ? partition : null, "PARTITION BY clauses");
        NotYet(query.Having, "HAVING clauses");
        if (query.Emit == EmitMode.Final)
        {
            NotYet(query, "EMIT FINAL queries", "Use EMIT CHANGES.");
        }

        if (query.Limit is { } limit && use == QueryUse.Persistent)
        {
            diagnostics.Error("LimitNotAllowed", limit.Span, "CREATE STREAM AS SELECT statements don't support LIMIT clause.", "Remove the LIMIT: what is deployed runs for good.");
        }
        else if (query.Limit is { Count: < 0 } negative)
        {
            diagnostics.Error("NegativeLimit", negative.Span, "LIMIT must not be negative.");
        }
    }

    private void NotYet(SyntaxNode? node, string what, string? hint = null)
    {
        if (node is not null)
        {
            diagnostics.Error("NotSupportedYet", node.Span, $"{what} are not supported yet by this release.", hint);
        }
    }

    private AnalyzedQuery? AnalyzeSingleSource(Relation source)
    {
        var alias = query.From.Source.Alias?.Text ?? source.Name;
        ImmutableArray<Column> input = [.. source.Schema.Columns, .. PseudoColumns.OfSource];
        ImmutableArray<string> qualifiers = [alias];
        var binder = new ExpressionBinder(new ColumnScope(input, qualifiers), diagnostics);
        var projection = new ProjectionAnalysis(query, source, qualifiers, binder, use, diagnostics).Run();
        var filter = query.Where is null ? null : binder.BindFilter(query.Where, "WHERE");
        if (diagnostics.HasErrors)
        {
            return null;
        }

        if (use == QueryUse.Persistent)
        {
            new PersistentRules(query, source, input, projection, sinkName, diagnostics).Check();
        }

        ImmutableArray<Column> columns = [.. projection.Select(p => p.Column)];
        var schema = new RelationSchema([.. columns.Where(c => c.IsKey), .. columns.Where(c => !c.IsKey)]);
        return new AnalyzedQuery(query, source, alias, input, projection, filter, schema);
    }
}
