using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Planning;

/// <summary>Spells out the stars of a SELECT list over the rows of a step.</summary>
internal sealed class SelectExpansion(PlanningContext context, Query written)
{
    private const int MaxColumns = 10_000;

    private readonly List<SelectedColumn> _columns = [];

    /// <summary>The columns in order; what has no fields and what is too much has been reported.</summary>
    public IReadOnlyList<SelectedColumn> Run(PlanNode input)
    {
        for (var i = 0; i < context.Query.Select.Count && !context.Diagnostics.IsFull; i++)
        {
            Add(input, context.Query.Select[i], written.Select[i]);
            if (_columns.Count >= MaxColumns)
            {
                context.Diagnostics.Error(
                    "LimitExceeded", context.Query.Select[i].Span, $"The projection has {MaxColumns} columns or more.");
                break;
            }
        }

        return _columns;
    }

    private void Add(PlanNode input, SelectItem item, SelectItem asWritten)
    {
        switch (item)
        {
            case SelectAll { Source: { } source } when context.Sources.Find(source.Text) is null:
                break; // said already
            case SelectAll { Source: var source }:
                _columns.AddRange(Star(input, source?.Text, item.Span).Take(MaxColumns));
                break;
            case SelectStructAll { Struct: var expression }:
                AddFields(input, expression, ((SelectStructAll)asWritten).Struct, item.Span);
                break;
            case SelectExpression single:
                var inner = context.Sources.Internal(single.Expression);
                _columns.Add(new SelectedColumn(single.Alias!.Text, inner, ((SelectExpression)asWritten).Expression, item.Span));
                break;
        }
    }

    private void AddFields(PlanNode input, Expression expression, Expression asWritten, TextSpan span)
    {
        var inner = context.Sources.Internal(expression);
        if (context.Binder(input.Schema.Columns).Bind(inner, "SELECT") is not { } bound)
        {
            return;
        }

        if (bound.Type is not SqlStruct type)
        {
            var found = bound.Type?.ToString() ?? "null";
            context.Diagnostics.Error("NotAStruct", span, $"{ExpressionText.Of(expression)} ({found}) has no fields: only structs do.");
            return;
        }

        foreach (var field in type.Fields)
        {
            var name = new Identifier(field.Name) { Span = span };
            _columns.Add(new SelectedColumn(
                field.Name,
                new StructFieldExpression(inner, name) { Span = span },
                new StructFieldExpression(asWritten, name) { Span = span },
                span));
        }
    }

    private static SelectedColumn Column(string name, ColumnReference written, TextSpan span) =>
        new(name, new ColumnReference(null, new Identifier(name)) { Span = span }, written, span);

    private IEnumerable<SelectedColumn> Star(PlanNode node, string? source, TextSpan span) => node switch
    {
        ScanNode scan => source is null || source == scan.Source.Alias ? OfScan(scan, scan.Schema, span) : [],
        JoinNode join => OfJoin(join, source, span),
        RepartitionNode { Name: "PartitionBy", Input: var input } repartition => OfRepartition(repartition, input, source, span),
        _ => Star(node.Inputs[0], source, span),
    };

    // Keys first, then the bounds of windows, then values; what comes from headers last.
    private IEnumerable<SelectedColumn> OfScan(ScanNode scan, PlanSchema schema, TextSpan span)
    {
        var alias = scan.Source.Alias;
        IEnumerable<Column> bounds = scan.Source.Relation.Window is null ? [] : PseudoColumns.OfWindow;
        var values = scan.Source.Relation.Schema.Columns.Where(c => !c.IsKey).OrderBy(c => c.Role == ColumnRole.Headers);
        return schema.Keys.Concat(bounds).Concat(values).Select(c => Column(
            context.Sources.InternalName(alias, c.Name),
            new ColumnReference(context.Sources.IsJoin ? new Identifier(alias) : null, new Identifier(c.Name)),
            span));
    }

    private IEnumerable<SelectedColumn> OfJoin(JoinNode join, string? source, TextSpan span)
    {
        var columns = Star(join.Left, source, span).Concat(Star(join.Right, source, span));
        if (source is not null || !join.HasSyntheticKey || join.Name != "Join")
        {
            return columns;
        }

        var key = join.Schema.Keys[0].Name;
        return columns.Prepend(Column(key, new ColumnReference(null, new Identifier(key)), span));
    }

    // The new key comes first, what was the key before goes behind the values. Over a join ksqlDB does not tell the pseudo columns of the
    // sources from others: they are selected too.
    private IEnumerable<SelectedColumn> OfRepartition(RepartitionNode node, PlanNode input, string? source, TextSpan span)
    {
        SelectedColumn[] ordered = context.Sources.IsJoin
            ? [.. input.Scans.Where(s => source is null || source == s.Source.Alias).SelectMany(s => AllOf(s, span))]
            : [.. OfScanBehindKeys(input, source, span)];
        var keys = node.Schema.Keys.Select(k => Array.Find(ordered, c => c.Name == k.Name)
            ?? Column(k.Name, new ColumnReference(null, new Identifier(k.Name)), span) with { Written = WrittenKey(node, k) });
        return [.. keys, .. ordered.Where(c => !node.Schema.IsKey(c.Name))];
    }

    private IEnumerable<SelectedColumn> OfScanBehindKeys(PlanNode input, string? source, TextSpan span)
    {
        SelectedColumn[] before = [.. Star(input, source, span)];
        return before.Where(c => !input.Schema.IsKey(c.Name)).Concat(before.Where(c => input.Schema.IsKey(c.Name)));
    }

    private static IEnumerable<SelectedColumn> AllOf(ScanNode scan, TextSpan span)
    {
        var alias = scan.Source.Alias;
        return scan.Schema.Columns.Where(c => !c.IsKey).Concat(scan.Schema.Keys).Select(c => Column(
            QuerySources.JoinedName(alias, c.Name),
            new ColumnReference(new Identifier(alias), new Identifier(c.Name)),
            span));
    }

    private Expression WrittenKey(RepartitionNode node, Column key) => written.PartitionBy[node.Schema.Keys.IndexOf(key)];
}
