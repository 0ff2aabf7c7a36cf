namespace Pioneer.Ksql.Types;

/// <summary>Precision and scale of arithmetic on DECIMAL, as ksqlDB's DecimalUtil has them.</summary>
public static class DecimalRules
{
    /// <summary>INTEGER counts as DECIMAL(10, 0), BIGINT as DECIMAL(19, 0); a DECIMAL is itself; anything else is null.</summary>
    public static SqlDecimal? ToDecimal(SqlType type) => type switch
    {
        SqlDecimal d => d,
        { BaseType: SqlBaseType.Integer } => new SqlDecimal(10, 0),
        { BaseType: SqlBaseType.Bigint } => new SqlDecimal(19, 0),
        _ => null,
    };

    /// <summary>Result of + and -.</summary>
    public static SqlDecimal Add(SqlDecimal a, SqlDecimal b)
    {
        var scale = Math.Max(a.Scale, b.Scale);
        return new SqlDecimal(scale + Math.Max(a.Precision - a.Scale, b.Precision - b.Scale) + 1, scale);
    }

    /// <summary>Result of *.</summary>
    public static SqlDecimal Multiply(SqlDecimal a, SqlDecimal b) => new(a.Precision + b.Precision + 1, a.Scale + b.Scale);

    /// <summary>Result of /.</summary>
    public static SqlDecimal Divide(SqlDecimal a, SqlDecimal b)
    {
        var scale = Math.Max(6, a.Scale + b.Precision + 1);
        return new SqlDecimal(a.Precision - a.Scale + b.Scale + scale, scale);
    }

    /// <summary>Result of %.</summary>
    public static SqlDecimal Modulo(SqlDecimal a, SqlDecimal b)
    {
        var scale = Math.Max(a.Scale, b.Scale);
        return new SqlDecimal(Math.Min(a.Precision - a.Scale, b.Precision - b.Scale) + scale, scale);
    }

    /// <summary>The narrowest DECIMAL that holds every value of both.</summary>
    public static SqlDecimal Widen(SqlDecimal a, SqlDecimal b)
    {
        var scale = Math.Max(a.Scale, b.Scale);
        return new SqlDecimal(scale + Math.Max(a.Precision - a.Scale, b.Precision - b.Scale), scale);
    }

    /// <summary>Whether every value of <paramref name="from"/> fits into <paramref name="to"/> unchanged.</summary>
    public static bool CanWiden(SqlDecimal from, SqlDecimal to) =>
        from.Scale <= to.Scale && from.Precision - from.Scale <= to.Precision - to.Scale;
}
