using System.Collections.Immutable;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Planning;

/// <summary>Plans FROM: one source, or a tree of joins.</summary>
internal sealed class SourcePlanner(PlanningContext context)
{
    private DiagnosticBag Diagnostics => context.Diagnostics;

    /// <summary>The step that gives the rows of FROM; null where an error was reported.</summary>
    public PlanNode? Run(IReadOnlyList<JoinInfo> joins)
    {
        if (joins.Count == 0)
        {
            return Scan("KsqlTopic", context.Sources.All[0]);
        }

        if (JoinTree.Build(joins, out var misplaced) is JoinTree.Join tree)
        {
            return Join(tree, "");
        }

        var source = misplaced!.Clause.Source;
        return context.Fail(
            "InvalidJoin",
            source.Span,
            $"Cannot build JOIN tree; neither source in the join is the FROM source or included in a previous JOIN: {misplaced.Condition}");
    }

    private static ScanNode Scan(string name, AnalyzedSource source) => new(name, source, PlanSchema.Of(source.Relation));

    private JoinNode? Join(JoinTree.Join tree, string prefix)
    {
        var left = Side(tree.Left, prefix, "Left");
        var right = left is null ? null : Side(tree.Right, prefix, "Right");
        if (left is null || right is null)
        {
            return null;
        }

        var rules = new JoinRules(context, tree, left, right);
        if (!rules.Check(out var isForeignKey))
        {
            return null;
        }

        return isForeignKey ? ForeignKeyJoin(tree, prefix, left, right) : KeyedJoin(tree, prefix, left, right);
    }

    private PlanNode? Side(JoinTree tree, string prefix, string side) => tree switch
    {
        JoinTree.Join join => Join(join, prefix + (side == "Left" ? "L_" : "R_")),
        JoinTree.Leaf leaf => Scan($"KafkaTopic_{prefix}{side}", leaf.Source),
        _ => null,
    };

    private ForeignKeyJoinNode? ForeignKeyJoin(JoinTree.Join tree, string prefix, PlanNode left, PlanNode right)
    {
        var columns = Columns(tree, left, right);
        var bound = context.Binder(left.Schema.Columns).Bind(Unqualified(tree.Info.LeftKey), "JOIN ON");
        ImmutableArray<Column> keys =
        [
            .. left.Schema.Keys.Select(k => k with { Name = QuerySources.JoinedName(tree.Info.Left.Alias, k.Name) }),
        ];
        return bound is null
            ? null
            : new ForeignKeyJoinNode(
                $"{prefix}Join",
                tree.Info.Clause.Kind,
                left,
                right,
                bound,
                new PlanSchema(keys, columns),
                new InternalFormats(KeyFormats.Of(left), KeyFormats.ValueOf(left)));
    }

    private JoinNode? KeyedJoin(JoinTree.Join tree, string prefix, PlanNode left, PlanNode right)
    {
        var (leftKey, rightKey) = (KeyOf(tree.Left, left, tree.Info.LeftKey), KeyOf(tree.Right, right, tree.Info.RightKey));
        if (leftKey is null || rightKey is null)
        {
            return null;
        }

        var format = KeyFormats.ForJoin(left, leftKey.IsKey, right, rightKey.IsKey, context.Options.DefaultKeyFormat);
        var repartition = new RepartitionPlanner(context);
        var keyedLeft = repartition.ForJoin(left, $"{prefix}LeftSourceKeyed", leftKey, format, tree.Info.Clause.Criteria.Span);
        var keyedRight = keyedLeft is null
            ? null
            : repartition.ForJoin(right, $"{prefix}RightSourceKeyed", rightKey, format, tree.Info.Clause.Criteria.Span);
        return keyedLeft is null || keyedRight is null ? null : Node(tree, prefix, keyedLeft, keyedRight);
    }

    // The side's rows are there already when the tree below is keyed by an equivalent of the expression.
    private JoinKey? KeyOf(JoinTree tree, PlanNode node, Expression expression)
    {
        if (tree is JoinTree.Join && tree.Equivalent.Contains(expression))
        {
            return new JoinKey(expression, null, IsKey: true);
        }

        var inner = tree is JoinTree.Join ? context.Sources.Internal(expression) : Unqualified(expression);
        var bound = context.Binder(node.Schema.Columns).Bind(inner, "JOIN ON");
        var isKey = inner is ColumnReference { Name.Text: var name } && node.Schema.Keys is [var only] && only.Name == name;
        return bound is null ? null : new JoinKey(inner, bound, isKey);
    }

    private static Expression Unqualified(Expression expression) =>
        ExpressionRewriter.Rewrite(expression, e => e is ColumnReference column ? column with { Source = null } : null);

    private static ImmutableArray<Column> Columns(JoinTree.Join tree, PlanNode left, PlanNode right) =>
        [.. Renamed(tree.Left, left), .. Renamed(tree.Right, right)];

    private static IEnumerable<Column> Renamed(JoinTree tree, PlanNode node) => tree is JoinTree.Leaf { Source.Alias: var alias }
        ? node.Schema.Columns.Select(c => new Column(QuerySources.JoinedName(alias, c.Name), c.Type, ColumnRole.Value))
        : node.Schema.Columns;

    private JoinNode? Node(JoinTree.Join tree, string prefix, PlanNode left, PlanNode right)
    {
        var columns = Columns(tree, left, right);
        var viable = tree.KeyColumns;
        var isSynthetic = viable.IsEmpty;
        var chosen = viable.FirstOrDefault(context.Selected.Contains) ?? viable.FirstOrDefault();
        var key = new Column(
            chosen is null ? SyntheticName() : QuerySources.JoinedName(chosen.Source!.Text, chosen.Name.Text),
            left.Schema.Keys[0].Type,
            left.Kind == RelationKind.Table && right.Kind == RelationKind.Table ? ColumnRole.PrimaryKey : ColumnRole.Key);
        if (!KeyRules.CheckTypes([key], tree.Info.Clause.Criteria.Span, Diagnostics))
        {
            return null;
        }

        var schema = new PlanSchema([key], isSynthetic ? [.. columns, key with { Role = ColumnRole.Value }] : columns);
        var node = JoinNodes.Make(context, tree.Info.Clause, $"{prefix}Join", left, right, schema, isSynthetic);
        return node is null ? null : node with { KeyColumns = viable };
    }

    // The first of ROWKEY, ROWKEY_1, .. that no source has.
    private string SyntheticName()
    {
        const string Name = "ROWKEY";
        var taken = context.Sources.All.SelectMany(s => s.Relation.Schema.Columns).Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        var name = Name;
        for (var i = 1; taken.Contains(name); i++)
        {
            name = $"{Name}_{i}";
        }

        return name;
    }
}

/// <summary>The key of one side of a join.</summary>
/// <param name="Expression">As it is called in the side's rows.</param>
/// <param name="Bound">Over the side's rows; null where they are keyed by it.</param>
/// <param name="IsKey">Whether the side's rows are keyed by it.</param>
internal sealed record JoinKey(Expression Expression, BoundExpression? Bound, bool IsKey);
