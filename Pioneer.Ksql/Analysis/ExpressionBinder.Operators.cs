using System.Collections.Immutable;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Analysis;

// Arithmetic, comparisons and other predicates, CASE: where two types meet, both sides are cast to one.
internal sealed partial class ExpressionBinder
{
    private BoundExpression? BindUnary(UnaryExpression unary)
    {
        var operand = Bind(unary.Operand);
        if (operand is null)
        {
            return null;
        }

        if (operand.Type is not { IsNumeric: true })
        {
            return Error(unary, "NotANumber", $"Can't negate {Print(unary.Operand)} ({Show(operand.Type)}): it is not a number.");
        }

        return unary.Operator == UnaryOperator.Minus ? new BoundNegation(operand) : operand;
    }

    private BoundExpression? BindBinary(BinaryExpression binary)
    {
        if (binary.Operator == BinaryOperator.Concat)
        {
            return BindConcat(binary);
        }

        var left = Bind(binary.Left);
        var right = Bind(binary.Right);
        if (left is null || right is null)
        {
            return null;
        }

        var type = left.Type is null || right.Type is null
            ? null
            : SqlTypeCoercion.Arithmetic(Sign(binary.Operator), left.Type, right.Type);
        if (type is null)
        {
            return Error(
                binary,
                "NoSuchArithmetic",
                $"Arithmetic on types {Show(left.Type)} and {Show(right.Type)} are not supported.",
                left.Type == SqlType.String || right.Type == SqlType.String ? "CAST the text to a number, or join texts with ||." : null);
        }

        return new BoundArithmetic(binary.Operator, ForArithmetic(left, type), ForArithmetic(right, type), type);
    }

    private static char Sign(BinaryOperator op) => op switch
    {
        BinaryOperator.Add => '+',
        BinaryOperator.Subtract => '-',
        BinaryOperator.Multiply => '*',
        BinaryOperator.Divide => '/',
        _ => '%',
    };

    private static BoundExpression ForArithmetic(BoundExpression operand, SqlType result) => result is SqlDecimal
        ? CastTo(operand, DecimalRules.ToDecimal(operand.Type!)!)
        : CastTo(operand, result);

    private BoundExpression? BindConcat(BinaryExpression binary)
    {
        var call = new FunctionCall(new Identifier("CONCAT"), [binary.Left, binary.Right], IsStar: false) { Span = binary.Span };
        return BindCall(call);
    }

    private BoundExpression? BindComparison(ComparisonExpression comparison)
    {
        var left = Bind(comparison.Left);
        var right = Bind(comparison.Right);
        if (left is null || right is null)
        {
            return null;
        }

        return Compare(comparison, comparison.Operator, (left, comparison.Left), (right, comparison.Right));
    }

    private BoundComparison? Compare(
        Expression whole,
        ComparisonOperator op,
        (BoundExpression Bound, Expression Syntax) left,
        (BoundExpression Bound, Expression Syntax) right)
    {
        left.Bound = AsEpoch(left.Bound, right.Bound);
        right.Bound = AsEpoch(right.Bound, left.Bound);
        var type = CommonForComparison(whole, op, left, right);
        return type is null ? null : new BoundComparison(op, CastTo(left.Bound, type), CastTo(right.Bound, type));
    }

    // ROWTIME and its kin are BIGINT, yet may be compared with the text of a time.
    private static BoundExpression AsEpoch(BoundExpression value, BoundExpression other) =>
        value is BoundLiteral { Value: string text } && other is BoundColumn { Name: PseudoColumns.RowTime }
            && TimestampText.TryParse(text) is { } epochMs
            ? new BoundLiteral(epochMs, SqlType.Bigint) { Span = value.Span }
            : value;

    private static bool IsEquality(ComparisonOperator op) => op
        is ComparisonOperator.Equal or ComparisonOperator.NotEqual
            or ComparisonOperator.IsDistinctFrom or ComparisonOperator.IsNotDistinctFrom;

    // The type in which the two are compared; null when they can't be, with the reason said.
    private SqlType? CommonForComparison(
        Expression whole,
        ComparisonOperator op,
        (BoundExpression Bound, Expression Syntax) left,
        (BoundExpression Bound, Expression Syntax) right)
    {
        var (a, b) = (left.Bound.Type, right.Bound.Type);
        var isDistinct = op is ComparisonOperator.IsDistinctFrom or ComparisonOperator.IsNotDistinctFrom;
        if (a is null || b is null)
        {
            if (isDistinct && (a ?? b) is { } other)
            {
                return other;
            }

            const string Way = "Use 'IS NULL' or 'IS NOT NULL' instead.";
            Error(
                whole,
                "ComparisonWithNull",
                $"Comparison with NULL not supported: {a?.ToString() ?? "NULL"} {Printer.Symbol(op)} {b?.ToString() ?? "NULL"}",
                Way,
                $"\n{Way}");
            return null;
        }

        var common = SqlTypeCoercion.CanCompare(a, b, IsEquality(op)) ? ComparisonType(a, b) : null;
        if (common is null)
        {
            Error(
                whole,
                "CannotCompare",
                $"Cannot compare {Print(left.Syntax)} ({a}) to {Print(right.Syntax)} ({b}) with {NameOf(op)}.",
                CompareHint(a, b));
        }

        return common;
    }

    private static string? CompareHint(SqlType left, SqlType right) => (left, right) switch
    {
        ({ IsNumeric: true }, { BaseType: SqlBaseType.String }) or ({ BaseType: SqlBaseType.String }, { IsNumeric: true })
            => "Write numbers without quotes, or CAST the text to a number.",
        _ when left == right => $"{left.BaseType.ToString().ToUpperInvariant()} can only be compared with = and <>.",
        _ => "CAST one of the sides to the type of the other.",
    };

    private static string NameOf(ComparisonOperator op) => op switch
    {
        ComparisonOperator.Equal => "EQUAL",
        ComparisonOperator.NotEqual => "NOT_EQUAL",
        ComparisonOperator.LessThan => "LESS_THAN",
        ComparisonOperator.LessThanOrEqual => "LESS_THAN_OR_EQUAL",
        ComparisonOperator.GreaterThan => "GREATER_THAN",
        ComparisonOperator.GreaterThanOrEqual => "GREATER_THAN_OR_EQUAL",
        ComparisonOperator.IsDistinctFrom => "IS_DISTINCT_FROM",
        _ => "IS_NOT_DISTINCT_FROM",
    };

    // Text is compared with a time as a time; a date with a timestamp as a timestamp.
    private static SqlType? ComparisonType(SqlType left, SqlType right)
    {
        if (left.BaseType == SqlBaseType.String && right.IsTemporal)
        {
            return right;
        }

        if (right.BaseType == SqlBaseType.String && left.IsTemporal)
        {
            return left;
        }

        return left.IsTemporal && right.IsTemporal && left != right ? SqlType.Timestamp : SqlTypeCoercion.Common(left, right);
    }

    private BoundBetween? BindBetween(BetweenExpression between)
    {
        var operand = Bind(between.Operand);
        var lower = Bind(between.Lower);
        var upper = Bind(between.Upper);
        if (operand is null || lower is null || upper is null)
        {
            return null;
        }

        (lower, upper) = (AsEpoch(lower, operand), AsEpoch(upper, operand));

        // Each pair is checked as the comparison it stands for; the type of all three follows.
        var least = CommonForComparison(between, ComparisonOperator.GreaterThanOrEqual, (operand, between.Operand), (lower, between.Lower));
        var most = CommonForComparison(between, ComparisonOperator.LessThanOrEqual, (operand, between.Operand), (upper, between.Upper));
        if (least is null || most is null)
        {
            return null;
        }

        var type = ComparisonType(least, most) ?? least;
        return new BoundBetween(CastTo(operand, type), between.IsNegated, CastTo(lower, type), CastTo(upper, type));
    }

    private BoundIn? BindIn(InExpression membership)
    {
        var operand = Bind(membership.Operand);
        var values = membership.Values.Select(Bind).ToImmutableArray();
        if (operand is null || values.Contains(null))
        {
            return null;
        }

        if (operand.Type is null)
        {
            Error(
                membership,
                "ComparisonWithNull",
                "Comparison with NULL not supported: null IN (..)",
                "Use 'IS NULL' or 'IS NOT NULL' instead.");
            return null;
        }

        var type = CommonType([(operand, membership.Operand), .. values.Select((v, i) => (v!, membership.Values[i]))], isCode: true);
        return type is null
            ? null
            : new BoundIn(CastTo(operand, type), membership.IsNegated, [.. values.Select(v => CastTo(v!, type))]);
    }

    private BoundLike? BindLike(LikeExpression like)
    {
        var operand = Bind(like.Operand);
        var pattern = Bind(like.Pattern);
        if (operand is null || pattern is null)
        {
            return null;
        }

        if (operand.Type != SqlType.String || pattern.Type != SqlType.String)
        {
            CodeError(
                like,
                "CannotCompare",
                "Like condition must be between strings",
                operand.Type != SqlType.String ? "CAST the value to STRING." : null);
            return null;
        }

        return new BoundLike(operand, like.IsNegated, pattern, like.Escape);
    }
}
