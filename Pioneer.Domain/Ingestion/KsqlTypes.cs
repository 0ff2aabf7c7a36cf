using System.Globalization;
using System.Text.RegularExpressions;

namespace Pioneer.Domain.Ingestion;

/// <summary>Which ksql type a column of a source becomes. Values travel as the JDBC connector and JSON carry them.</summary>
public static partial class KsqlTypes
{
    private const int DefaultPrecision = 38;
    private const int DefaultScale = 9;

    /// <summary>The ksql type for a type as the source's catalogue prints it; null where none fits.</summary>
    public static string? FromSource(SourceKind kind, string sourceType)
    {
        var text = sourceType.Trim().ToLowerInvariant();
        var parameters = Parameters().Match(text);
        var name = parameters.Success ? text.Remove(parameters.Index, parameters.Length).Trim() : text;
        return name switch
        {
            "boolean" or "bool" or "bit" => "BOOLEAN",
            "smallint" or "int2" or "tinyint" or "mediumint" => "INTEGER",
            "int" or "int4" or "serial" => "INTEGER",
            "integer" => kind is SourceKind.Sqlite ? "BIGINT" : "INTEGER",
            "bigint" or "int8" or "bigserial" => "BIGINT",
            "real" or "float" or "float4" or "float8" or "double" or "double precision" => "DOUBLE",
            "numeric" or "decimal" or "number" or "money" => Decimal(parameters),
            "timestamp" or "timestamptz" or "timestamp with time zone" or "timestamp without time zone" or "datetime" or "datetime2" => "TIMESTAMP",
            "date" => "DATE",
            "time" or "time without time zone" => "TIME",
            "text" or "varchar" or "character varying" or "char" or "character" or "bpchar" or "nvarchar" or "nchar" or "clob" or "string"
                or "uuid" or "uniqueidentifier" or "json" or "jsonb" or "xml" => "STRING",
            _ => null,
        };
    }

    /// <summary>The scalar types that a feed's column may be declared with.</summary>
    public static bool IsUsable(string? type) => type is not null
        && (type.Trim().ToUpperInvariant() is "BOOLEAN" or "INTEGER" or "INT" or "BIGINT" or "DOUBLE" or "STRING" or "VARCHAR" or "TIMESTAMP" or "DATE" or "TIME"
            || DecimalType().IsMatch(type.Trim().ToUpperInvariant()));

    private static string Decimal(Match parameters)
    {
        if (!parameters.Success)
        {
            return string.Create(CultureInfo.InvariantCulture, $"DECIMAL({DefaultPrecision}, {DefaultScale})");
        }

        var precision = parameters.Groups["first"].Value;
        var scale = parameters.Groups["second"].Success ? parameters.Groups["second"].Value : "0";
        return $"DECIMAL({precision}, {scale})";
    }

    [GeneratedRegex("\\(\\s*(?<first>[0-9]+)\\s*(,\\s*(?<second>[0-9]+)\\s*)?\\)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Parameters();

    [GeneratedRegex("^DECIMAL\\(\\s*[0-9]{1,2}\\s*,\\s*[0-9]{1,2}\\s*\\)\\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex DecimalType();
}
