using Pioneer.Ksql.Types;
using static Pioneer.Ksql.Functions.AggregateFunctions;

namespace Pioneer.Ksql.Functions;

/// <summary>Sums, means and what is made of them.</summary>
internal static class NumericAggregates
{
    private static readonly string[] Numbers = ["INT", "BIGINT", "DOUBLE"];

    public static IEnumerable<FunctionInfo> All =>
    [
        Sum(), SumList(), Average(),
        Deviation("STDDEV_SAMP", "The sample variance; STDDEV_SAMPLE is its root.", x => x),
        Deviation("STDDEV_SAMPLE", "The sample standard deviation.", Math.Sqrt),
        Correlation(),
    ];

    private static FunctionInfo Sum()
    {
        var builder = Aggregate("SUM", "The sum of the values.");
        foreach (var type in Numbers)
        {
            builder.OnAggregate($"({type} value) -> {type}", b => Sum(b.ReturnType));
        }

        return builder.OnAggregate("(DECIMAL value) -> DECIMAL", b => Sum(b.ReturnType), t => t[0]);
    }

    private static AggregateBody Sum(SqlType type) => new(
        type,
        () => Zero(type),
        (row, sum) => row[0] is { } value ? Plus(sum!, value, type) : sum,
        (left, right) => Plus(left!, right!, type))
    {
        Undo = (row, sum) => row[0] is { } value ? Minus(sum!, value, type) : sum,
    };

    private static FunctionInfo SumList()
    {
        var builder = Aggregate("SUM_LIST", "The sum of the elements of arrays.");
        foreach (var type in Numbers)
        {
            builder.OnAggregate($"(ARRAY<{type}> list) -> {type}", b => SumList(b.ReturnType));
        }

        return builder;
    }

    private static AggregateBody SumList(SqlType type) => new(
        type,
        () => Zero(type),
        (row, sum) => Elements(row).Aggregate(sum!, (s, x) => Plus(s, x, type)),
        (left, right) => Plus(left!, right!, type))
    {
        Undo = (row, sum) => Elements(row).Aggregate(sum!, (s, x) => Minus(s, x, type)),
    };

    private static IEnumerable<object> Elements(object?[] row) => row[0] is object?[] items ? items.OfType<object>() : [];

    private static FunctionInfo Average()
    {
        var builder = Aggregate("AVG", "The mean of the values.");
        foreach (var type in Numbers)
        {
            builder.OnAggregate($"({type} value) -> DOUBLE", b => Average(b.ParameterTypes[0]!));
        }

        return builder;
    }

    private static AggregateBody Average(SqlType type) => new(
        SqlType.Struct(new SqlField("SUM", type), new SqlField("COUNT", SqlType.Bigint)),
        () => new object?[] { Zero(type), 0L },
        (row, state) => row[0] is { } value ? Moved((object?[])state!, value, 1, Plus, type) : state,
        (left, right) => Moved((object?[])left!, ((object?[])right!)[0]!, (long)((object?[])right!)[1]!, Plus, type))
    {
        Result = state => (object?[])state! is [var sum, long count] && count != 0 ? ToDouble(sum!) / count : 0.0,
        Undo = (row, state) => row[0] is { } value ? Moved((object?[])state!, value, -1, Minus, type) : state,
    };

    private static object?[] Moved(object?[] state, object value, long count, Func<object, object, SqlType, object> move, SqlType type) =>
        [move(state[0]!, value, type), (long)state[1]! + count];

    private static FunctionInfo Deviation(string name, string description, Func<double, double> finish)
    {
        var builder = Aggregate(name, description);
        foreach (var type in Numbers)
        {
            builder.OnAggregate($"({type} value) -> DOUBLE", b => Deviation(b.ParameterTypes[0]!, finish));
        }

        return builder;
    }

    // Sums of squares around the mean, kept up to date row by row as Youngs and Cramer do: no difference of large numbers.
    private static AggregateBody Deviation(SqlType type, Func<double, double> finish) => new(
        SqlType.Struct(new SqlField("SUM", type), new SqlField("COUNT", SqlType.Bigint), new SqlField("M2", SqlType.Double)),
        () => new object?[] { Zero(type), 0L, 0.0 },
        (row, state) => row[0] is { } value ? WithSquare((object?[])state!, value, type) : state,
        (left, right) => MergedSquares((object?[])left!, (object?[])right!, type))
    {
        Result = state => (object?[])state! is [_, long count, double squares] && count > 1 ? finish(squares / (count - 1)) : 0.0,
        Undo = (row, state) => row[0] is { } value ? WithoutSquare((object?[])state!, value, type) : state,
    };

    private static object?[] WithSquare(object?[] state, object value, SqlType type)
    {
        var count = (long)state[1]! + 1;
        var sum = Plus(state[0]!, value, type);
        if (count == 1)
        {
            return [sum, count, state[2]];
        }

        var difference = (count * ToDouble(value)) - ToDouble(sum);
        return [sum, count, (double)state[2]! + (difference * difference / (count * (double)(count - 1)))];
    }

    private static object?[] WithoutSquare(object?[] state, object value, SqlType type)
    {
        var count = (long)state[1]!;
        var sum = Minus(state[0]!, value, type);
        if (count <= 1)
        {
            return [sum, count - 1, 0.0];
        }

        var difference = (count * ToDouble(value)) - ToDouble(state[0]!);
        return [sum, count - 1, (double)state[2]! - (difference * difference / (count * (double)(count - 1)))];
    }

    private static object?[] MergedSquares(object?[] left, object?[] right, SqlType type)
    {
        var (m, n) = ((long)left[1]!, (long)right[1]!);
        if (m == 0 || n == 0)
        {
            return m == 0 ? right : left;
        }

        var difference = (ToDouble(left[0]!) * n / m) - ToDouble(right[0]!);
        var squares = (double)left[2]! + (double)right[2]! + (difference * difference * m / (n * (double)(m + n)));
        return [Plus(left[0]!, right[0]!, type), m + n, squares];
    }

    private static FunctionInfo Correlation()
    {
        var builder = Aggregate("CORRELATION", "Pearson's coefficient of two columns.");
        foreach (var type in Numbers)
        {
            builder.OnAggregate($"({type} x, {type} y) -> DOUBLE", _ => CorrelationBody());
        }

        return builder;
    }

    private static AggregateBody CorrelationBody()
    {
        string[] sums = ["COUNT", "SUM_X", "SUM_Y", "SUM_XX", "SUM_YY", "SUM_XY"];
        return new AggregateBody(
            SqlType.Struct(sums.Select(s => new SqlField(s, SqlType.Double))),
            () => new object?[] { 0.0, 0.0, 0.0, 0.0, 0.0, 0.0 },
            (row, state) => Pair(row) is { } pair ? Combined((object?[])state!, pair, 1) : state,
            (left, right) => Combined((object?[])left!, (object?[])right!, 1))
        {
            Result = state => Coefficient([.. ((object?[])state!).Select(s => (double)s!)]),
            Undo = (row, state) => Pair(row) is { } pair ? Combined((object?[])state!, pair, -1) : state,
        };
    }

    private static object?[]? Pair(object?[] row)
    {
        if (row[0] is null || row[1] is null)
        {
            return null;
        }

        var (x, y) = (ToDouble(row[0]!), ToDouble(row[1]!));
        return [1.0, x, y, x * x, y * y, x * y];
    }

    private static object?[] Combined(object?[] state, object?[] pair, int sign) =>
        [.. state.Zip(pair, (s, p) => (object?)((double)s! + (sign * (double)p!)))];

    private static object? Coefficient(double[] s)
    {
        var (n, x, y, xx, yy, xy) = (s[0], s[1], s[2], s[3], s[4], s[5]);
        return ((n * xy) - (x * y)) / Math.Sqrt(((n * xx) - (x * x)) * ((n * yy) - (y * y)));
    }

    private static object Zero(SqlType type) => type switch
    {
        { BaseType: SqlBaseType.Integer } => 0,
        { BaseType: SqlBaseType.Bigint } => 0L,
        SqlDecimal d => new BigDecimal(0, d.Scale),
        _ => 0.0,
    };

    private static object Plus(object left, object right, SqlType type) => (left, right) switch
    {
        (int a, int b) => unchecked(a + b),
        (long a, long b) => unchecked(a + b),
        (double a, double b) => a + b,
        (BigDecimal a, BigDecimal b) => Fitted(a + b, type),
        _ => throw new InvalidOperationException($"{left.GetType().Name} and {right.GetType().Name} don't add up"),
    };

    private static object Minus(object left, object right, SqlType type) => (left, right) switch
    {
        (int a, int b) => unchecked(a - b),
        (long a, long b) => unchecked(a - b),
        (double a, double b) => a - b,
        (BigDecimal a, BigDecimal b) => Fitted(a - b, type),
        _ => throw new InvalidOperationException($"{left.GetType().Name} and {right.GetType().Name} don't subtract"),
    };

    private static object Fitted(BigDecimal value, SqlType type) => Evaluation.Casts.Fit(value, (SqlDecimal)type);

    private static double ToDouble(object value) => value switch
    {
        int i => i,
        long l => l,
        _ => (double)value,
    };
}
