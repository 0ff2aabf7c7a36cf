using System.Text.RegularExpressions;

namespace Pioneer.Domain.Ingestion;

/// <summary>The ksql types that feeds are declared with.</summary>
public static partial class KsqlTypes
{
    /// <summary>The scalar types that a feed's column may be declared with.</summary>
    public static bool IsUsable(string? type) => type is not null
        && (type.Trim().ToUpperInvariant() is "BOOLEAN" or "INTEGER" or "INT" or "BIGINT" or "BYTES" or "DOUBLE" or "STRING" or "VARCHAR" or "TIMESTAMP" or "DATE" or "TIME"
            || DecimalType().IsMatch(type.Trim().ToUpperInvariant()));

    [GeneratedRegex("^DECIMAL\\(\\s*[0-9]{1,2}\\s*,\\s*[0-9]{1,2}\\s*\\)\\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex DecimalType();
}
