using System.Globalization;

namespace Pioneer.Jobs.Sources;

/// <summary>
/// Which ksql type a source column gets, so that it fits what the JDBC connector writes for it (<c>numeric.mapping=best_fit</c> aside, decimals
/// stay decimals; times travel as epoch milliseconds). Null: the connector writes something that no ksql type reads.
/// </summary>
internal static class SourceTypes
{
    private const int MaxDecimalPrecision = 38;

    public static string? Sqlite(string declared)
    {
        var (name, precision, scale) = Split(declared);
        return name switch
        {
            "DECIMAL" or "NUMERIC" => Decimal(precision, scale),
            "BOOLEAN" or "BOOL" => "BOOLEAN",
            "TIMESTAMP" or "DATETIME" => "TIMESTAMP",
            "DATE" => "DATE",
            "BLOB" => "BYTES",
            _ when name.Contains("INT", StringComparison.Ordinal) => "BIGINT",
            _ when name.Contains("REAL", StringComparison.Ordinal) || name.Contains("FLOA", StringComparison.Ordinal)
                || name.Contains("DOUB", StringComparison.Ordinal) => "DOUBLE",
            _ => "STRING",
        };
    }

    public static string? PostgreSql(string type, int? precision, int? scale) => type switch
    {
        "boolean" => "BOOLEAN",
        "smallint" or "integer" => "INTEGER",
        "bigint" or "oid" => "BIGINT",
        "real" or "double precision" => "DOUBLE",
        "numeric" => precision is { } digits ? Decimal(digits, scale ?? 0) : null,
        "bytea" => "BYTES",
        "date" => "DATE",
        "time without time zone" => "TIME",
        "timestamp without time zone" or "timestamp with time zone" => "TIMESTAMP",
        "character varying" or "character" or "text" or "uuid" or "json" or "jsonb" or "name" or "citext" => "STRING",
        _ => "STRING",
    };

    private static string? Decimal(int precision, int scale) =>
        precision is > 0 and <= MaxDecimalPrecision && scale >= 0 && scale <= precision
            ? string.Create(CultureInfo.InvariantCulture, $"DECIMAL({precision}, {scale})")
            : null;

    private static (string Name, int Precision, int Scale) Split(string declared)
    {
        var text = declared.Trim().ToUpperInvariant();
        var open = text.IndexOf('(', StringComparison.Ordinal);
        if (open < 0)
        {
            return (text, 0, 0);
        }

        var numbers = text[(open + 1)..].TrimEnd(')', ' ').Split(',', StringSplitOptions.TrimEntries);
        var precision = int.TryParse(numbers[0], NumberStyles.None, CultureInfo.InvariantCulture, out var digits) ? digits : 0;
        var scale = numbers.Length > 1 && int.TryParse(numbers[1], NumberStyles.None, CultureInfo.InvariantCulture, out var places) ? places : 0;
        return (text[..open].TrimEnd(), precision, scale);
    }
}
