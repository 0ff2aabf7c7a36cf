using System.Globalization;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Evaluation;

/// <summary>
/// Conversions between types, as CAST does them. Narrowing whole numbers wraps, DOUBLE to whole saturates, DECIMAL targets round
/// HALF_UP and fail on overflow, text that does not read as the target fails.
/// </summary>
internal static class Casts
{
    private const long MsPerDay = 86_400_000;

    /// <summary>The conversion of values that are not NULL. Which pairs exist is <see cref="SqlTypeCoercion.CanCast"/>.</summary>
    public static Func<object, object?> For(SqlType from, SqlType to)
    {
        if (from == to)
        {
            return x => x;
        }

        return to switch
        {
            { BaseType: SqlBaseType.String } => x => SqlText.Of(x, from),
            { BaseType: SqlBaseType.Boolean } => x => ParseBoolean((string)x),
            { BaseType: SqlBaseType.Integer } => x => ToInteger(x),
            { BaseType: SqlBaseType.Bigint } => x => ToBigint(x),
            { BaseType: SqlBaseType.Double } => x => ToDouble(x),
            SqlDecimal type => x => Fit(ToExact(x), type),
            { BaseType: SqlBaseType.Bytes } => x => Convert.FromBase64String((string)x),
            { BaseType: SqlBaseType.Date } => x => x is string s ? SqlText.ParseDate(s) : (int)FloorDivide((long)x, MsPerDay),
            { BaseType: SqlBaseType.Time } => x => x is string s ? SqlText.ParseTime(s) : (int)((long)x - (FloorDivide((long)x, MsPerDay) * MsPerDay)),
            { BaseType: SqlBaseType.Timestamp } => x => x is string s ? SqlText.ParseTimestamp(s) : (int)x * MsPerDay,
            _ => Containers(from, to),
        };
    }

    /// <summary>Fits an exact number to a type.</summary>
    /// <exception cref="OverflowException">It has too many digits before the point.</exception>
    public static object Fit(BigDecimal value, SqlDecimal type) =>
        value.FitTo(type) ?? throw new OverflowException($"Numeric field overflow: A field with precision {type.Precision} and scale {type.Scale} must round to an absolute value less than 10^{type.Precision - type.Scale}. Got {value}");

    private static Func<object, object?> Containers(SqlType from, SqlType to)
    {
        switch (from, to)
        {
            case (SqlArray a, SqlArray b):
                var element = OrNull(For(a.Element, b.Element));
                return x => Array.ConvertAll((object?[])x, i => element(i));
            case (SqlMap a, SqlMap b):
                var (key, value) = (For(a.Key, b.Key), OrNull(For(a.Value, b.Value)));
                return x => ((Dictionary<object, object?>)x).ToDictionary(e => key(e.Key)!, e => value(e.Value));
            case (SqlStruct a, SqlStruct b):
                return StructToStruct(a, b);
            default:
                throw new ArgumentException($"Cast of {from} to {to} is not supported", nameof(to));
        }
    }

    private static Func<object, object?> StructToStruct(SqlStruct from, SqlStruct to)
    {
        var sources = to.Fields.Select(f => from.IndexOf(f.Name)).ToArray();
        var fields = to.Fields.Select((f, i) => sources[i] < 0 ? null : OrNull(For(from.Fields[sources[i]].Type, f.Type))).ToArray();
        return x =>
        {
            var values = (object?[])x;
            return fields.Select((f, i) => f?.Invoke(values[sources[i]])).ToArray();
        };
    }

    private static Func<object?, object?> OrNull(Func<object, object?> convert) => x => x is null ? null : convert(x);

    private static bool ParseBoolean(string text) => text.Trim() is { Length: > 0 } t
        && ("true".StartsWith(t, StringComparison.OrdinalIgnoreCase) || "yes".StartsWith(t, StringComparison.OrdinalIgnoreCase));

    private static int ToInteger(object value) => value switch
    {
        int i => i,
        long l => unchecked((int)l),
        double d => double.IsNaN(d) ? 0 : (int)Math.Clamp(d, int.MinValue, int.MaxValue),
        BigDecimal d => unchecked((int)d.ToLong()),
        string s => int.Parse(s.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture),
        _ => throw Wrong(value, SqlType.Integer),
    };

    private static long ToBigint(object value) => value switch
    {
        int i => i,
        long l => l,
        double d => double.IsNaN(d) ? 0 : d >= long.MaxValue ? long.MaxValue : d <= long.MinValue ? long.MinValue : (long)d,
        BigDecimal d => d.ToLong(),
        string s => long.Parse(s.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture),
        _ => throw Wrong(value, SqlType.Bigint),
    };

    private static double ToDouble(object value) => value switch
    {
        int i => i,
        long l => l,
        double d => d,
        BigDecimal d => d.ToDouble(),
        string s => double.Parse(s.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture),
        _ => throw Wrong(value, SqlType.Double),
    };

    private static BigDecimal ToExact(object value) => value switch
    {
        int i => i,
        long l => l,
        double d => BigDecimal.FromDouble(d),
        BigDecimal d => d,
        string s => BigDecimal.Parse(s.AsSpan().Trim()),
        _ => throw Wrong(value, SqlType.Decimal(1, 0)),
    };

    private static long FloorDivide(long value, long by) => (value / by) - (value % by < 0 ? 1 : 0);

    private static ArgumentException Wrong(object value, SqlType type) => new($"A {value.GetType().Name} does not become {type.BaseType}", nameof(value));
}
