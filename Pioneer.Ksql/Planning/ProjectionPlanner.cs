using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Planning;

/// <summary>Plans the SELECT list of a query that does not group.</summary>
internal sealed class ProjectionPlanner(PlanningContext context, Query written)
{
    private DiagnosticBag Diagnostics => context.Diagnostics;

    /// <summary>The projection; null where an error was reported.</summary>
    public ProjectNode? Run(PlanNode input, FlattenPlanner flatten)
    {
        var selected = new SelectExpansion(context, written).Run(input);
        var columns = Bind(input, selected, flatten);
        if (Diagnostics.HasErrors)
        {
            return null;
        }

        var result = new ResultColumns(context, input, columns);
        var isFree = !context.IsPersistent || context.Options.HasSelectedKeys;
        return result.Check() && (isFree || CheckKeySelected(input)) ? result.ToNode() : null;
    }

    private List<ResultColumn> Bind(PlanNode input, IReadOnlyList<SelectedColumn> selected, FlattenPlanner flatten)
    {
        var binder = context.Binder(input.Schema.Columns);
        List<ResultColumn> columns = [];
        for (var i = 0; i < selected.Count; i++)
        {
            var item = selected[i];
            var expression = KeyOr(input, item.Expression);
            if (IsKnown(input, expression) && binder.Bind(flatten.Rewrite(expression), "SELECT") is { } bound)
            {
                columns.Add(new ResultColumn(item, Fitted(bound, i), KeyIndex(input, expression)));
            }
        }

        return columns;
    }

    // Where INSERT INTO fills a stream, what is selected widens to the type of the column in its place.
    private BoundExpression Fitted(BoundExpression bound, int i) =>
        context.Options.Target is { } target && i < target.Columns.Length ? ExpressionBinder.Coerce(bound, target.Columns[i].Type) : bound;

    // An expression of PARTITION BY that is selected again is the key.
    private Expression KeyOr(PlanNode input, Expression expression)
    {
        var partition = input is FlattenNode flatten ? flatten.Input as RepartitionNode : input as RepartitionNode;
        if (partition is not { Name: "PartitionBy" })
        {
            return expression;
        }

        for (var i = 0; i < context.Query.PartitionBy.Count && i < partition.Schema.Keys.Length; i++)
        {
            if (context.Sources.Internal(context.Query.PartitionBy[i]) == expression)
            {
                return new ColumnReference(null, new Identifier(partition.Schema.Keys[i].Name)) { Span = expression.Span };
            }
        }

        return expression;
    }

    // What looked like the made-up key of a join shows here to be none. Other unknown columns have been reported.
    private bool IsKnown(PlanNode input, Expression expression)
    {
        var known = true;
        ColumnValidator.Visit(expression, [], column =>
        {
            var name = column.Name.Text;
            if (!known || input.Schema.IndexOf(name) >= 0 || !(ColumnValidator.IsSyntheticKey(name) && context.Sources.IsJoin))
            {
                known &= input.Schema.IndexOf(name) >= 0;
                return;
            }

            known = false;
            Diagnostics.PlacedError("UnknownColumn", column.Span, $"Column '{name}' cannot be resolved.");
        });
        return known;
    }

    private static int KeyIndex(PlanNode input, Expression expression) => expression
        is ColumnReference { Source: null, Name.Text: var name }
        ? input.Schema.Keys.Select(k => k.Name).ToList().IndexOf(name)
        : -1;

    private bool CheckKeySelected(PlanNode node)
    {
        switch (node)
        {
            case ScanNode scan:
                Expression[] keys = [.. node.Schema.Keys.Select(k => new ColumnReference(null, new Identifier(k.Name)))];
                return scan.Schema.Keys.All(k => IsSelected(scan.Source.Alias, k.Name)) || Missing("key column", keys);
            case RepartitionNode { Name: "PartitionBy" }:
                var partition = context.Query.PartitionBy;
                return partition.All(e => e is NullLiteral || context.Selected.Contains(e))
                    || Missing("partitioning expression", [.. partition]);
            case ForeignKeyJoinNode join:
                return CheckForeignKey(join);
            case JoinNode join:
                return CheckJoin(join);
            default:
                return CheckKeySelected(node.Inputs[0]);
        }
    }

    private bool Missing(string what, IReadOnlyList<Expression> required)
    {
        KeyRules.Missing(context, what, required);
        return false;
    }

    private bool CheckJoin(JoinNode join)
    {
        Expression[] viable = join.HasSyntheticKey
            ? [new ColumnReference(null, new Identifier(join.Schema.Keys[0].Name))]
            : [.. join.KeyColumns];
        if (viable.Any(v => context.Selected.Contains(v) || context.SelectedInternally.Contains(context.Sources.Internal(v))))
        {
            return true;
        }

        KeyRules.Missing(context, "join expression", viable, all: false, join.HasSyntheticKey);
        return false;
    }

    private bool CheckForeignKey(ForeignKeyJoinNode join)
    {
        var source = ((ScanNode)join.Left).Source;
        Column[] missing = [.. join.Left.Schema.Keys.Where(k => !IsSelected(source.Alias, k.Name))];
        if (missing.Length == 0)
        {
            return true;
        }

        var columns = missing.Length == 1 ? "column" : "columns";
        var names = string.Join(", ", missing.Select(m => Identifiers.Quote(m.Name)));
        context.Fail(
            "KeyMissing",
            context.SelectSpan,
            $"Primary key {columns} missing in projection. For foreign-key table-table joins, the projection must include all primary key "
                + $"columns from the left input table ({Identifiers.Quote(source.Relation.Name)}). Missing {columns}: {names}.",
            $"Add {names} to the SELECT.");
        return false;
    }

    private bool IsSelected(string alias, string name) =>
        context.Selected.Contains(new ColumnReference(new Identifier(alias), new Identifier(name)));
}
