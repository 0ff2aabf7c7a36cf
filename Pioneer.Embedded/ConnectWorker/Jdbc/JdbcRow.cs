using System.Globalization;
using Pioneer.Embedded.Connect.Data;
using Pioneer.Ksql.Types;
using Pioneer.Sources;

namespace Pioneer.Embedded.Connect.Jdbc;

/// <summary>What a row says about its place among the others.</summary>
internal static class JdbcRow
{
    /// <summary>The time that rows are polled by, of the first such column that has one; null for a row without.</summary>
    public static SourceInstant? Time(this JdbcSourceSettings settings, ConnectStruct row) => settings.TimestampColumns
        .Select(column => row.Values[Locate(row, column)]).OfType<object>().Select(settings.Dialect.Instant).FirstOrDefault(found => found is not null);

    /// <summary>The number that rows are counted by; null for a row that has none.</summary>
    public static long? Number(this JdbcSourceSettings settings, ConnectStruct row) => row.Values[Locate(row, settings.IncrementingColumn!)] switch
    {
        long number => number,
        int number => number,
        short number => number,
        BigDecimal number when number == number.Truncate() && number >= long.MinValue && number <= long.MaxValue => number.ToLong(),
        string text when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
        _ => null,
    };

    /// <summary>Databases fold the case of names differently; the configured column is found in any case.</summary>
    private static int Locate(ConnectStruct row, string column)
    {
        var at = row.Schema.IndexOf(column);
        for (var index = 0; at < 0 && index < row.Schema.Fields.Length; index++)
        {
            at = row.Schema.Fields[index].Name.Equals(column, StringComparison.OrdinalIgnoreCase) ? index : -1;
        }

        return at >= 0 ? at : row.Locate(column);
    }
}
