using System.Collections.Immutable;
using System.Globalization;

namespace Pioneer.Sources;

/// <summary>Every type of PostgreSQL: what a column of it can be read as, and how the query has to ask for it.</summary>
public static class PostgreSqlTypes
{
    internal const int MoneyPrecision = 19, MoneyScale = 2;

    private const int MaxDecimalPrecision = 38;
    private const string Text = "STRING";

    // The scale of a type modifier has 11 bits, the sign among them.
    private const int ScaleRange = 2048, MaxScale = 1000;

    private static readonly TypeReading OnlyText = new([Text]);

    /// <summary>Types whose own form is text already: asked for as they are.</summary>
    private static readonly ImmutableHashSet<string> Characters =
        ["character varying", "character", "text", "name", "uuid", "json", "jsonb"];

    /// <summary>The type without its modifiers and schema: <c>numeric(18,2)</c> is <c>numeric</c>, <c>public.citext</c> is <c>citext</c>.</summary>
    public static string Bare(string type)
    {
        var open = type.IndexOf('(', StringComparison.Ordinal);
        var close = type.IndexOf(')', StringComparison.Ordinal);
        // the modifier stands in the middle of 'timestamp(6) without time zone'
        var bare = open < 0 || close < open ? type : type[..open] + type[(close + 1)..];
        var dot = bare.LastIndexOf('.');
        return (dot < 0 ? bare : bare[(dot + 1)..]).Trim();
    }

    /// <summary>What a column of this type can be read as.</summary>
    /// <param name="type">As <c>format_type</c> names it; a domain's by its base type.</param>
    public static TypeReading Reading(string type) => Bare(type) switch
    {
        "boolean" => new TypeReading(["BOOLEAN", Text]),
        "smallint" or "integer" => new TypeReading(["INTEGER", "BIGINT", Text]),
        "bigint" or "oid" => new TypeReading(["BIGINT", Text]),
        "real" or "double precision" => new TypeReading(["DOUBLE", Text], "NaN and the infinities can only be read as STRING."),
        "numeric" => Numeric(type),
        "money" => new TypeReading([$"DECIMAL({MoneyPrecision}, {MoneyScale})", Text]),
        "bytea" => new TypeReading(["BYTES"]),
        "date" => new TypeReading(["DATE", Text], "infinity can only be read as STRING."),
        "time without time zone" => new TypeReading(["TIME", Text], "To the millisecond; 24:00:00 can only be read as STRING."),
        "timestamp without time zone" => new TypeReading(
            ["TIMESTAMP", Text], "To the millisecond, in the source's time zone; infinity can only be read as STRING."),
        "timestamp with time zone" => new TypeReading(["TIMESTAMP", Text], "To the millisecond; infinity can only be read as STRING."),
        _ => OnlyText,
    };

    /// <summary>The expression that gives a column as the ksql type it is declared with, to this driver and to Java's alike.</summary>
    /// <param name="quoted">The column's name, quoted.</param>
    public static string Expression(string quoted, string type, string ksqlType)
    {
        var bare = Bare(type);
        var wanted = ksqlType.Trim().ToUpperInvariant();
        if (wanted is Text or "VARCHAR")
        {
            return Characters.Contains(bare) ? quoted : $"CAST({quoted} AS text)";
        }

        return (bare, wanted) switch
        {
            ("money", _) => $"CAST({quoted} AS numeric({MoneyPrecision},{MoneyScale}))",
            // a number that no double holds is told as one, not as an infinity
            ("numeric", "DOUBLE") => $"CASE WHEN abs({quoted}) < 1e308 THEN CAST({quoted} AS double precision) ELSE 'NaN' END",
            ("numeric", _) when Chosen(wanted) is { } chosen && Modifiers(type) != (chosen.Precision, chosen.Scale) =>
                FittedNumber(quoted, chosen.Precision, chosen.Scale),
            _ => quoted,
        };
    }

    /// <summary>Precision and scale as a person means them: of numeric(5,-2) the values have seven digits and no decimals.</summary>
    internal static (int? Precision, int? Scale) Digits(int? precision, int? scale)
    {
        if (precision is not { } digits || scale is not { } places)
        {
            return (null, null);
        }

        var signed = places > MaxScale ? places - ScaleRange : places;
        return signed < 0 ? (digits - signed, 0) : (Math.Max(digits, signed), signed);
    }

    // A cast would round, and end the whole query at a number that is too large. NaN fits every numeric, and is a value that readers refuse:
    // one row is told as unreadable, and the others are read.
    private static string FittedNumber(string quoted, int precision, int scale) => string.Create(
        CultureInfo.InvariantCulture,
        $"CAST(CASE WHEN {quoted} = round({quoted}, {scale}) AND abs({quoted}) < 1e{precision - scale} THEN {quoted} ELSE 'NaN' END "
        + $"AS numeric({precision},{scale}))");

    private static TypeReading Numeric(string type)
    {
        var (precision, scale) = Modifiers(type);
        return precision is { } digits and > 0 and <= MaxDecimalPrecision
            ? new TypeReading([string.Create(CultureInfo.InvariantCulture, $"DECIMAL({digits}, {scale})"), Text, "DOUBLE"],
                "NaN can only be read as STRING.")
            : new TypeReading([Text, "DOUBLE", TypeReading.AnyDecimal],
                "Declared without digits: as STRING every digit arrives; as DECIMAL a number that does not fit is refused; as DOUBLE 15 digits hold.");
    }

    private static (int? Precision, int? Scale) Modifiers(string type)
    {
        var open = type.IndexOf('(', StringComparison.Ordinal);
        if (open < 0)
        {
            return (null, null);
        }

        var parts = type[(open + 1)..].TrimEnd(')', ' ').Split(',', StringSplitOptions.TrimEntries);
        return int.TryParse(parts[0], CultureInfo.InvariantCulture, out var precision)
            ? Digits(precision, parts.Length > 1 && int.TryParse(parts[1], CultureInfo.InvariantCulture, out var scale) ? scale : 0)
            : (null, null);
    }

    private static (int Precision, int Scale)? Chosen(string ksqlType) =>
        ksqlType.StartsWith(TypeReading.AnyDecimal, StringComparison.Ordinal) && Modifiers(ksqlType) is ({ } precision, { } scale)
            ? (precision, scale)
            : null;
}
