using System.Collections.Immutable;
using Pioneer.Ksql.Types;
using static Pioneer.Ksql.Functions.FunctionBuilder;

namespace Pioneer.Ksql.Functions;

/// <summary>Numbers.</summary>
internal static class MathFunctions
{
    private const string Family = "MATHEMATICAL";

    public static IEnumerable<FunctionInfo> All =>
    [
        .. Rounding, .. Extremes, .. Trigonometry,
        Scalar("ABS", Family, "The absolute value.")
            .On("(INT val) -> INT", a => Math.Abs((int)a[0]!))
            .On("(BIGINT val) -> BIGINT", a => Math.Abs((long)a[0]!))
            .On("(DOUBLE val) -> DOUBLE", a => Math.Abs((double)a[0]!))
            .OnBound("(DECIMAL val) -> DECIMAL", _ => WithoutNulls(a => Exact(a[0]) is { Sign: < 0 } d ? -d : Exact(a[0])), t => t[0]),
        Scalar("SIGN", Family, "-1, 0 or 1.")
            .On("(INT value) -> INT", a => Math.Sign((int)a[0]!))
            .On("(BIGINT value) -> INT", a => Math.Sign((long)a[0]!))
            .On("(DOUBLE value) -> INT", a => Math.Sign((double)a[0]!)),
        Doubles("EXP", "Euler's number raised to a power.", Math.Exp),
        Doubles("LN", "The natural logarithm.", Math.Log),
        Doubles("SQRT", "The square root.", Math.Sqrt),
        Doubles("CBRT", "The cube root.", Math.Cbrt),
        Scalar("LOG", Family, "The logarithm: natural, or of the second argument to the base of the first.")
            .On("(DOUBLE value) -> DOUBLE", a => Math.Log((double)a[0]!))
            .On("(DOUBLE base, DOUBLE value) -> DOUBLE", a => LogToBase((double)a[0]!, (double)a[1]!)),
        Scalar("POWER", Family, "A base raised to an exponent.")
            .On("(DOUBLE base, DOUBLE exponent) -> DOUBLE", a => Math.Pow((double)a[0]!, (double)a[1]!)),
        Scalar("PI", Family, "The number pi.").On("() -> DOUBLE", _ => Math.PI),
        Scalar("RANDOM", Family, "A random number from 0 up to, but not including, 1.").NotDeterministic()
            .OnBound("() -> DOUBLE", b => _ => b.Services.Random.NextDouble()),
        Scalar("GEO_DISTANCE", Family, "The great-circle distance of two points given in degrees, in KM (default) or MILES.")
            .OnNulls(
                "(DOUBLE lat1, DOUBLE lon1, DOUBLE lat2, DOUBLE lon2, STRING units) -> DOUBLE",
                a => Array.IndexOf(a, null, 0, 4) < 0 ? Distance(a) : null)
            .On("(DOUBLE lat1, DOUBLE lon1, DOUBLE lat2, DOUBLE lon2) -> DOUBLE", a => Distance(a)),
    ];

    private static IEnumerable<FunctionInfo> Rounding =>
    [
        Scalar("FLOOR", Family, "The largest whole number not above.")
            .On("(INT val) -> INT", a => a[0])
            .On("(BIGINT val) -> BIGINT", a => a[0])
            .On("(DOUBLE val) -> DOUBLE", a => Math.Floor((double)a[0]!))
            .OnBound("(DECIMAL val) -> DECIMAL", b => WithoutNulls(a => Fitted(Exact(a[0]).Floor(), b.ReturnType)), t => t[0]),
        Scalar("CEIL", Family, "The smallest whole number not below.")
            .On("(INT val) -> INT", a => a[0])
            .On("(BIGINT val) -> BIGINT", a => a[0])
            .On("(DOUBLE val) -> DOUBLE", a => Math.Ceiling((double)a[0]!))
            .OnBound("(DECIMAL val) -> DECIMAL", b => WithoutNulls(a => Fitted(Exact(a[0]).Ceiling(), b.ReturnType)), t => t[0]),
        Scalar("ROUND", Family, "Rounds half up, to a whole number or to a number of decimal places.")
            .On("(INT val) -> BIGINT", a => (long)(int)a[0]!)
            .On("(BIGINT val) -> BIGINT", a => a[0])
            .On("(DOUBLE val) -> BIGINT", a => ToLong(Math.Floor((double)a[0]! + 0.5)))
            .On("(DOUBLE val, INT decimalPlaces) -> DOUBLE", a => RoundDouble((double)a[0]!, (int)a[1]!))
            .OnBound("(DECIMAL val) -> DECIMAL", _ => WithoutNulls(a => RoundUpward(Exact(a[0]), 0).SetScale(0)), WithoutScale)
            .OnBound("(DECIMAL val, INT decimalPlaces) -> DECIMAL", b => WithoutNulls(a => Fitted(RoundUpward(Exact(a[0]), (int)a[1]!), b.ReturnType)), t => t[0]),
        Scalar("TRUNC", Family, "Cuts to a whole number or to a number of decimal places.")
            .On("(INT val) -> BIGINT", a => (long)(int)a[0]!)
            .On("(BIGINT val) -> BIGINT", a => a[0])
            .On("(DOUBLE val) -> BIGINT", a => ToLong(Math.Truncate((double)a[0]!)))
            .On("(DOUBLE val, INT decimalPlaces) -> DOUBLE", a => BigDecimal.FromDouble((double)a[0]!).Truncate((int)a[1]!).ToDouble())
            .OnBound("(DECIMAL val) -> DECIMAL", _ => WithoutNulls(a => Exact(a[0]).Truncate()), WithoutScale)
            .OnBound("(DECIMAL val, INT decimalPlaces) -> DECIMAL", b => WithoutNulls(a => Fitted(Exact(a[0]).Truncate((int)a[1]!), b.ReturnType)), t => t[0]),
    ];

    private static IEnumerable<FunctionInfo> Extremes =>
    [
        Extreme("GREATEST", "The largest of the arguments; NULL ones are left out.", 1),
        Extreme("LEAST", "The smallest of the arguments; NULL ones are left out.", -1),
    ];

    private static IEnumerable<FunctionInfo> Trigonometry =>
    [
        Doubles("SIN", "The sine of an angle in radians.", Math.Sin), Doubles("COS", "The cosine of an angle in radians.", Math.Cos),
        Doubles("TAN", "The tangent of an angle in radians.", Math.Tan), Doubles("COT", "The cotangent of an angle in radians.", x => 1 / Math.Tan(x)),
        Doubles("SINH", "The hyperbolic sine.", Math.Sinh), Doubles("COSH", "The hyperbolic cosine.", Math.Cosh),
        Doubles("TANH", "The hyperbolic tangent.", Math.Tanh), Doubles("ASIN", "The inverse sine.", Math.Asin),
        Doubles("ACOS", "The inverse cosine.", Math.Acos), Doubles("ATAN", "The inverse tangent.", Math.Atan),
        Doubles("DEGREES", "Radians to degrees.", x => x * (180 / Math.PI)), Doubles("RADIANS", "Degrees to radians.", x => x / 180 * Math.PI),
        Scalar("ATAN2", Family, "The angle of a point given as y and x.")
            .On("(DOUBLE y, DOUBLE x) -> DOUBLE", a => Math.Atan2((double)a[0]!, (double)a[1]!)),
    ];

    /// <summary>INTEGER and BIGINT arguments arrive as DOUBLE by the implicit cast; a DECIMAL does as well, as in ksqlDB.</summary>
    private static FunctionInfo Doubles(string name, string description, Func<double, double> body) =>
        Scalar(name, Family, description).On("(DOUBLE value) -> DOUBLE", a => body((double)a[0]!));

    private static FunctionInfo Extreme(string name, string description, int sign)
    {
        var builder = Scalar(name, Family, description).Spelled(name.ToLowerInvariant());
        foreach (var type in (string[])["INT", "BIGINT", "DOUBLE", "STRING", "BYTES", "DATE", "TIME", "TIMESTAMP"])
        {
            builder.OnNulls($"({type} val, {type}... vals) -> {type}", a => Most(a, sign));
        }

        // The value keeps its own scale.
        return builder.OnBound(
            "(DECIMAL val, DECIMAL... vals) -> DECIMAL",
            _ => a => Most(a, sign),
            types => types.OfType<SqlDecimal>().Aggregate(DecimalRules.Widen));
    }

    private static object? Most(object?[] values, int sign)
    {
        object? best = null;
        foreach (var value in values)
        {
            if (value is not null && (best is null || SqlValueComparer.Instance.Compare(value, best) * sign > 0))
            {
                best = value;
            }
        }

        return best;
    }

    private static BigDecimal Exact(object? value) => (BigDecimal)value!;

    private static object? Fitted(BigDecimal value, SqlType type) =>
        value.FitTo((SqlDecimal)type) ?? throw new OverflowException($"Numeric field overflow: {value} does not fit {type}");

    private static SqlDecimal? WithoutScale(ImmutableArray<SqlType?> types) =>
        types[0] is SqlDecimal d ? SqlType.Decimal(Math.Max(1, d.Precision - d.Scale), 0) : null;

    /// <summary>Half goes towards positive infinity, as in Math.round of Java.</summary>
    private static BigDecimal RoundUpward(BigDecimal value, int places)
    {
        var half = new BigDecimal(5, places + 1);
        return (value + half).Floor(places);
    }

    private static double RoundDouble(double value, int places) =>
        double.IsFinite(value) ? RoundUpward(BigDecimal.FromDouble(value), places).ToDouble() : value;

    private static long ToLong(double value) =>
        double.IsNaN(value) ? 0 : value >= long.MaxValue ? long.MaxValue : value <= long.MinValue ? long.MinValue : (long)value;

    private static double LogToBase(double @base, double value) =>
        @base is <= 0 or 1 ? double.NaN : Math.Log(value) / Math.Log(@base);

    private static double Distance(object?[] a)
    {
        const double EarthKm = 6371.0;
        const double EarthMiles = 3959.0;
        var (lat1, lon1, lat2, lon2) = ((double)a[0]!, (double)a[1]!, (double)a[2]!, (double)a[3]!);
        if (Math.Abs(lat1) > 90 || Math.Abs(lat2) > 90 || Math.Abs(lon1) > 180 || Math.Abs(lon2) > 180)
        {
            throw new ArgumentException("Invalid latitude or longitude");
        }

        var units = a.Length > 4 && a[4] is string given ? given.ToUpperInvariant() : "KM";
        var radius = units switch
        {
            "KM" or "KILOMETER" or "KILOMETERS" or "KILOMETRE" or "KILOMETRES" => EarthKm,
            "MI" or "MILE" or "MILES" => EarthMiles,
            _ => throw new ArgumentException("GeoDistance function units parameter must be one of [KM, KILOMETERS, MI, MILES]"),
        };
        var (dLat, dLon) = (Radians(lat2 - lat1), Radians(lon2 - lon1));
        var h = Math.Pow(Math.Sin(dLat / 2), 2) + (Math.Pow(Math.Sin(dLon / 2), 2) * Math.Cos(Radians(lat1)) * Math.Cos(Radians(lat2)));
        return radius * 2 * Math.Asin(Math.Sqrt(h));
    }

    private static double Radians(double degrees) => degrees / 180 * Math.PI;
}
