using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Evaluation;

/// <summary>
/// Arithmetic on two values of one type: whole numbers wrap around as in Java, DECIMALs are exact and fail when they outgrow the
/// result's type, dividing a whole number or a DECIMAL by zero fails.
/// </summary>
internal static class Arithmetic
{
    public static Func<object, object, object?> For(BinaryOperator op, SqlType result) => result.BaseType switch
    {
        SqlBaseType.Integer => Integers(op),
        SqlBaseType.Bigint => Bigints(op),
        SqlBaseType.Double => Doubles(op),
        SqlBaseType.Decimal => Decimals(op, (SqlDecimal)result),
        SqlBaseType.String when op == BinaryOperator.Add => (a, b) => (string)a + (string)b,
        _ => throw new ArgumentOutOfRangeException(nameof(op), op, $"no arithmetic gives {result}"),
    };

    private static Func<object, object, object?> Integers(BinaryOperator op) => op switch
    {
        BinaryOperator.Add => (a, b) => unchecked((int)a + (int)b),
        BinaryOperator.Subtract => (a, b) => unchecked((int)a - (int)b),
        BinaryOperator.Multiply => (a, b) => unchecked((int)a * (int)b),
        BinaryOperator.Divide => (a, b) => (int)b == -1 ? unchecked(-(int)a) : (int)a / (int)b,
        BinaryOperator.Modulus => (a, b) => (int)b == -1 ? 0 : (int)a % (int)b,
        _ => throw new ArgumentOutOfRangeException(nameof(op), op, "not arithmetic"),
    };

    private static Func<object, object, object?> Bigints(BinaryOperator op) => op switch
    {
        BinaryOperator.Add => (a, b) => unchecked((long)a + (long)b),
        BinaryOperator.Subtract => (a, b) => unchecked((long)a - (long)b),
        BinaryOperator.Multiply => (a, b) => unchecked((long)a * (long)b),
        BinaryOperator.Divide => (a, b) => (long)b == -1 ? unchecked(-(long)a) : (long)a / (long)b,
        BinaryOperator.Modulus => (a, b) => (long)b == -1 ? 0L : (long)a % (long)b,
        _ => throw new ArgumentOutOfRangeException(nameof(op), op, "not arithmetic"),
    };

    private static Func<object, object, object?> Doubles(BinaryOperator op) => op switch
    {
        BinaryOperator.Add => (a, b) => (double)a + (double)b,
        BinaryOperator.Subtract => (a, b) => (double)a - (double)b,
        BinaryOperator.Multiply => (a, b) => (double)a * (double)b,
        BinaryOperator.Divide => (a, b) => (double)a / (double)b,
        BinaryOperator.Modulus => (a, b) => (double)a % (double)b,
        _ => throw new ArgumentOutOfRangeException(nameof(op), op, "not arithmetic"),
    };

    private static Func<object, object, object?> Decimals(BinaryOperator op, SqlDecimal type)
    {
        Func<BigDecimal, BigDecimal, BigDecimal> exact = op switch
        {
            BinaryOperator.Add => (a, b) => a + b,
            BinaryOperator.Subtract => (a, b) => a - b,
            BinaryOperator.Multiply => (a, b) => a * b,
            BinaryOperator.Divide => (a, b) => a.Divide(b, type.Scale),
            BinaryOperator.Modulus => (a, b) => a % b,
            _ => throw new ArgumentOutOfRangeException(nameof(op), op, "not arithmetic"),
        };
        return (a, b) => Casts.Fit(exact((BigDecimal)a, (BigDecimal)b), type);
    }
}
