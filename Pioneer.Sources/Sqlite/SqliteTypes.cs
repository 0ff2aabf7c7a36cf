using System.Globalization;

namespace Pioneer.Sources;

/// <summary>
/// SQLite's declared types: what a column of one can be read as. A column may be declared as anything, and a cell hold anything, so that each cell is
/// looked at (<see cref="SqliteFields"/>).
/// </summary>
public static class SqliteTypes
{
    private const int MaxDecimalPrecision = 38;
    private const string Text = "STRING";

    /// <summary>What a column declared so can be read as.</summary>
    public static TypeReading Reading(string declared)
    {
        var (_, precision, scale) = Split(declared);
        return FormOf(declared) switch
        {
            ValueForm.Boolean => new TypeReading(["BOOLEAN", Text], "0 and 1, and the texts true and false."),
            ValueForm.Whole64 => new TypeReading(["BIGINT", Text]),
            ValueForm.Binary64 => new TypeReading(["DOUBLE", Text]),
            ValueForm.Exact when precision is { } digits and > 0 and <= MaxDecimalPrecision => new TypeReading(
                [string.Create(CultureInfo.InvariantCulture, $"DECIMAL({Math.Max(digits, scale ?? 0)}, {scale ?? 0})"), Text, "DOUBLE"]),
            ValueForm.Exact => new TypeReading(
                ["DOUBLE", Text], "Declared without digits, SQLite keeps whole numbers and doubles: as DOUBLE 15 digits hold."),
            ValueForm.Timestamp => new TypeReading(
                ["TIMESTAMP", Text], "Whole numbers are milliseconds since 1970, fractions Julian days, texts ISO 8601 in the source's time zone."),
            ValueForm.Date => new TypeReading(["DATE", Text], "Whole numbers are milliseconds since 1970, texts ISO 8601."),
            ValueForm.Bytes => new TypeReading(["BYTES"]),
            _ => new TypeReading([Text]),
        };
    }

    /// <summary>The expression that gives a column as the ksql type it is declared with.</summary>
    public static string Expression(string quoted, string declared, string ksqlType) =>
        ksqlType.Trim().ToUpperInvariant() is Text or "VARCHAR" && FormOf(declared) is not ValueForm.Text ? $"CAST({quoted} AS TEXT)" : quoted;

    /// <summary>
    /// The affinity of a column declared so, as a type to declare another with (datatype3.html, 3.1): what its values are stored as, and what is compared
    /// with them is made.
    /// </summary>
    public static string Affinity(string declared)
    {
        var name = declared.ToUpperInvariant();
        return Has("INT") ? "INTEGER"
            : Has("CHAR") || Has("CLOB") || Has("TEXT") ? "TEXT"
            : Has("BLOB") || name.Length == 0 ? "BLOB"
            : Has("REAL") || Has("FLOA") || Has("DOUB") ? "REAL"
            : "NUMERIC";

        bool Has(string word) => name.Contains(word, StringComparison.Ordinal);
    }

    /// <summary>How a column declared so is read, by the words that the Xerial driver knows and SQLite's own rules of affinity.</summary>
    internal static ValueForm FormOf(string declared)
    {
        var name = Split(declared).Name;
        return name switch
        {
            "DECIMAL" or "NUMERIC" or "NUMBER" => ValueForm.Exact,
            "BOOLEAN" or "BOOL" => ValueForm.Boolean,
            "TIMESTAMP" or "DATETIME" => ValueForm.Timestamp,
            "DATE" => ValueForm.Date,
            "BLOB" => ValueForm.Bytes,
            _ when Has("INT") => ValueForm.Whole64,
            _ when Has("REAL") || Has("FLOA") || Has("DOUB") => ValueForm.Binary64,
            _ => ValueForm.Text,
        };

        bool Has(string word) => name.Contains(word, StringComparison.Ordinal);
    }

    /// <summary>Name in upper case, and the digits that are declared.</summary>
    internal static (string Name, int? Precision, int? Scale) Split(string declared)
    {
        var upper = declared.Trim().ToUpperInvariant();
        var open = upper.IndexOf('(', StringComparison.Ordinal);
        if (open < 0)
        {
            return (upper, null, null);
        }

        var numbers = upper[(open + 1)..].TrimEnd(')', ' ').Split(',', StringSplitOptions.TrimEntries);
        int? precision = int.TryParse(numbers[0], NumberStyles.None, CultureInfo.InvariantCulture, out var digits) ? digits : null;
        int? scale = numbers.Length > 1 && int.TryParse(numbers[1], NumberStyles.None, CultureInfo.InvariantCulture, out var places) ? places : 0;
        return (upper[..open].TrimEnd(), precision, precision is null ? null : scale);
    }
}
