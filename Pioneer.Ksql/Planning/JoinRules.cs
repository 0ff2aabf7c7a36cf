using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Planning;

/// <summary>Which streams and tables can be joined, on what, and how.</summary>
internal sealed class JoinRules(PlanningContext context, JoinTree.Join tree, PlanNode left, PlanNode right)
{
    private JoinInfo Info => tree.Info;

    private JoinKind Kind => Info.Clause.Kind;

    /// <summary>Whether the join is possible; reports why not.</summary>
    /// <param name="isForeignKey">
    /// Whether it is a join of a table to another on the other's key, by an expression over the left rows.
    /// </param>
    public bool Check(out bool isForeignKey)
    {
        isForeignKey = false;
        return (left.Kind, right.Kind) switch
        {
            (RelationKind.Stream, RelationKind.Stream) => true,
            (RelationKind.Stream, RelationKind.Table) => CheckStreamTable(),
            (RelationKind.Table, RelationKind.Stream) =>
                Fail($"Invalid join order: table-stream joins are not supported; only stream-table joins. Got {Shown}."),
            _ => CheckTables(out isForeignKey),
        };
    }

    private string Shown => $"{Info.Left.Relation.Name} {Words(Kind)} {Info.Right.Relation.Name}";

    private static string Words(JoinKind kind) => kind switch
    {
        JoinKind.Left => "LEFT [OUTER] JOIN",
        JoinKind.Right => "RIGHT [OUTER] JOIN",
        JoinKind.Full => "[FULL] OUTER JOIN",
        _ => "[INNER] JOIN",
    };

    private bool CheckStreamTable()
    {
        if (Kind == JoinKind.Full)
        {
            return Fail($"Invalid join type: full-outer join not supported for stream-table join. Got {Shown}.");
        }

        return IsKey(Info.RightKey, right, Info.Right)
            || Fail($"Invalid join condition: stream-table joins require to join on the table's primary key. Got {Info.Condition}.");
    }

    private bool CheckTables(out bool isForeignKey)
    {
        isForeignKey = false;
        if (!IsKey(Info.RightKey, right, Info.Right))
        {
            return Fail("Invalid join condition: table-table joins require to join on the primary key of the right input table. "
                + $"Got {Info.Condition}.");
        }

        isForeignKey = !IsKey(Info.LeftKey, left, Info.Left);
        return isForeignKey ? CheckForeignKey() : CheckTypes(left.Schema.Keys[0].Type);
    }

    private bool CheckForeignKey()
    {
        if (Kind == JoinKind.Full)
        {
            return Fail($"Invalid join type: full-outer join not supported for foreign-key table-table join. Got {Shown}.");
        }

        if (left is not ScanNode || right is not ScanNode { Source.Relation.Window: var window })
        {
            return Fail("Invalid join condition: foreign-key table-table joins are not supported as part of n-way joins. "
                + $"Got {Info.Condition}.");
        }

        var expression = ExpressionRewriter.Rewrite(Info.LeftKey, e => e is ColumnReference c ? c with { Source = null } : null);
        if (context.Binder(left.Schema.Columns).Bind(expression, "JOIN ON") is not { Type: { } type })
        {
            return false;
        }

        return CheckTypes(type)
            && (window is null || Fail("Foreign-key table-table joins are not supported on windowed tables."))
            && (Kind != JoinKind.Right || Fail("RIGHT OUTER JOIN on a foreign key is not supported"));
    }

    private bool CheckTypes(SqlType leftType)
    {
        var rightType = right.Schema.Keys[0].Type;
        if (leftType == rightType)
        {
            return true;
        }

        var (l, r) = ($"{ExpressionText.Of(Info.LeftKey)}{{{leftType}}}", $"{ExpressionText.Of(Info.RightKey)}{{{rightType}}}");
        return Fail($"Invalid join condition: types don't match. Got {(Info.IsFlipped ? $"{r} = {l}" : $"{l} = {r}")}.", "CAST one side.");
    }

    // Whether an expression is the whole key of a side; of a side that is a join, that of the source it names.
    private static bool IsKey(Expression expression, PlanNode node, AnalyzedSource source)
    {
        if (expression is not ColumnReference column)
        {
            return false;
        }

        var alias = column.Source?.Text ?? source.Alias;
        var scan = node.Scans.FirstOrDefault(s => s.Source.Alias == alias);
        return scan?.Schema.Keys is [var key] && key.Name == column.Name.Text;
    }

    private bool Fail(string message, string? hint = null)
    {
        context.Diagnostics.Error("InvalidJoin", Info.Clause.Criteria.Span, message, hint);
        return false;
    }
}
