using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Planning;

/// <summary>Which columns can give records their times.</summary>
internal static class TimestampRules
{
    /// <summary>Why a column can't, in ksqlDB's words; null when it can, or when records have their own times.</summary>
    public static string? Problem(TimestampColumn? timestamp, IEnumerable<Column> columns)
    {
        if (timestamp is null)
        {
            return null;
        }

        if (columns.FirstOrDefault(c => c.Name == timestamp.Column) is not { } column)
        {
            return $"The TIMESTAMP column set in the WITH clause does not exist in the schema: '{timestamp.Column}'";
        }

        var isText = column.Type.BaseType == SqlBaseType.String;
        if (isText ? timestamp.Format is null : column.Type.BaseType is not (SqlBaseType.Bigint or SqlBaseType.Timestamp))
        {
            return $"Timestamp column, {Identifiers.Quote(timestamp.Column)}, should be LONG(INT64), TIMESTAMP,"
                + " or a String with a timestamp_format specified";
        }

        return isText || timestamp.Format is null
            ? null
            : "'TIMESTAMP_FORMAT' set in the WITH clause can only be used when the timestamp column is of type STRING.";
    }
}
