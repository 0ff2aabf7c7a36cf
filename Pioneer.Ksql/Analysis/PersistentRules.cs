using System.Collections.Immutable;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Analysis;

// What ksqlDB asks of a result that is kept: every key column once, and at least one value.
internal sealed class PersistentRules(
    Query query,
    Relation source,
    ImmutableArray<Column> input,
    ImmutableArray<ProjectedColumn> projection,
    string? sinkName,
    DiagnosticBag diagnostics)
{
    public void Check()
    {
        ImmutableArray<Column> keys = [.. source.Schema.Keys];
        var selected = projection.Where(p => p.Column.IsKey).Select(p => input[((BoundColumn)p.Expression).Index].Name).ToList();
        var span = TextSpan.FromBounds(query.Select[0].Span.Start, query.Select[^1].Span.End);
        ImmutableArray<string> missing = [.. keys.Select(k => k.Name).Where(k => !selected.Contains(k))];
        if (missing.Length > 0)
        {
            var sink = sinkName is null ? "the result" : $"`{sinkName}`";
            var columns = missing.Length == 1 ? $"the key column {missing[0]}" : $"the key columns {string.Join(" and ", missing)}";
            diagnostics.Error(
                "KeyMissing",
                span,
                $"Key missing from projection (ie, SELECT). The query used to build {sink} must include {columns} in its projection (eg, SELECT {string.Join(", ", missing)}...).",
                $"Add {string.Join(", ", missing.Select(KsqlPrinter.PrintName))} to the SELECT.");
        }

        foreach (var twice in projection.Where(p => p.Column.IsKey).GroupBy(p => ((BoundColumn)p.Expression).Index).Where(g => g.Count() > 1))
        {
            diagnostics.Error(
                "KeyTwice",
                twice.Last().Expression.Span,
                $"The projection contains a key column (`{input[twice.Key].Name}`) more than once, aliased as: {string.Join(" and ", twice.Select(p => p.Column.Name))}.",
                "Select it once; AS_VALUE(..) copies it into the value.");
        }

        if (projection.Length > 0 && projection.All(p => p.Column.IsKey))
        {
            diagnostics.Error("NoValueColumns", span, "The projection contains no value columns.", "Select at least one column besides the key.");
        }
    }
}
