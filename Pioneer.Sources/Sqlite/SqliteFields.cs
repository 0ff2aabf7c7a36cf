using System.Collections.Immutable;
using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Pioneer.Ksql.Types;
using SQLitePCL;

namespace Pioneer.Sources;

/// <summary>
/// How cells of SQLite are read: by what the column is declared as and what the cell holds. A cell that holds something else is unreadable; SQLite's
/// own conversions would make 0 of 'n/a' and false of 'true'.
/// </summary>
internal static class SqliteFields
{
    public static ImmutableArray<SourceField> Describe(DbDataReader reader, TimeZoneInfo zone)
    {
        var statement = ((SqliteDataReader)reader).Handle;
        var fields = ImmutableArray.CreateBuilder<SourceField>(reader.FieldCount);
        for (var at = 0; at < reader.FieldCount; at++)
        {
            var declared = raw.sqlite3_column_decltype(statement, at).utf8_to_string() ?? "";
            fields.Add(declared.Length == 0
                ? Expression(reader.GetName(at), raw.sqlite3_column_type(statement, at))
                : Column(reader.GetName(at), declared, zone));
        }

        return fields.MoveToImmutable();
    }

    private static SourceField Column(string name, string declared, TimeZoneInfo zone)
    {
        var (_, precision, scale) = SqliteTypes.Split(declared);
        return SqliteTypes.FormOf(declared) switch
        {
            ValueForm.Boolean => Field(ValueForm.Boolean, (reader, at) => Truth(reader, at)),
            ValueForm.Whole64 => Field(ValueForm.Whole64, (reader, at) => Whole(reader, at)),
            ValueForm.Binary64 => Field(ValueForm.Binary64, (reader, at) => Real(reader, at)),
            ValueForm.Exact => new SourceField(
                name, declared, ValueForm.Exact, precision, scale, (reader, at) => Exact(reader, at, precision, scale)),
            ValueForm.Timestamp => Field(ValueForm.Timestamp, (reader, at) => SqliteTimes.Instant(reader, at, zone)),
            ValueForm.Date => Field(ValueForm.Date, (reader, at) => SqliteTimes.Date(reader, at, zone)),
            ValueForm.Bytes => Field(ValueForm.Bytes, (reader, at) => Bytes(reader, at)),
            _ => Field(ValueForm.Text, (reader, at) => Text(reader, at)),
        };

        SourceField Field(ValueForm form, Func<DbDataReader, int, object> read) => new(name, declared, form, null, null, read);
    }

    /// <summary>An expression has no declared type; as in the JDBC driver the first row's value decides.</summary>
    private static SourceField Expression(string name, int storageClass)
    {
        return storageClass switch
        {
            raw.SQLITE_INTEGER => Field(ValueForm.Whole64, (reader, at) => Whole(reader, at)),
            raw.SQLITE_FLOAT => Field(ValueForm.Binary64, (reader, at) => Real(reader, at)),
            raw.SQLITE_BLOB => Field(ValueForm.Bytes, (reader, at) => Bytes(reader, at)),
            _ => Field(ValueForm.Text, (reader, at) => Text(reader, at)),
        };

        SourceField Field(ValueForm form, Func<DbDataReader, int, object> read) => new(name, "", form, null, null, read);
    }

    private static bool Truth(DbDataReader reader, int at) => reader.GetValue(at) switch
    {
        0L => false,
        1L => true,
        string text when text.Equals("true", StringComparison.OrdinalIgnoreCase) => true,
        string text when text.Equals("false", StringComparison.OrdinalIgnoreCase) => false,
        var other => throw Unreadable(reader, at, other, "neither true nor false."),
    };

    private static long Whole(DbDataReader reader, int at) =>
        reader.GetValue(at) is long number ? number : throw Unreadable(reader, at, reader.GetValue(at), "no whole number.");

    private static double Real(DbDataReader reader, int at) => reader.GetValue(at) switch
    {
        double number when double.IsFinite(number) => number,
        // a double holds every whole number up to 2^53
        long number when (long)(double)number == number => number,
        var other => throw Unreadable(reader, at, other, "no number that a record can carry."),
    };

    private static BigDecimal Exact(DbDataReader reader, int at, int? precision, int? scale) => reader.GetValue(at) switch
    {
        double number => Numbers.FromDouble(reader.GetName(at), number, precision, scale),
        byte[] bytes => throw Unreadable(reader, at, bytes, "no number."),
        var value => Numbers.Parse(reader.GetName(at), Convert.ToString(value, CultureInfo.InvariantCulture)!, precision, scale),
    };

    private static byte[] Bytes(DbDataReader reader, int at) => reader.GetValue(at) switch
    {
        byte[] bytes => bytes,
        var other => throw Unreadable(reader, at, other, "no blob."),
    };

    private static string Text(DbDataReader reader, int at) => reader.GetValue(at) switch
    {
        string text => text,
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        long number => number.ToString(CultureInfo.InvariantCulture),
        var other => throw Unreadable(reader, at, other, "no text."),
    };

    internal static UnreadableValueException Unreadable(DbDataReader reader, int at, object value, string otherThan) => new(
        reader.GetName(at), value is byte[] bytes ? Convert.ToHexString(bytes) : Convert.ToString(value, CultureInfo.InvariantCulture)!,
        $"is of type {StorageClass(value)} and {otherThan}");

    private static string StorageClass(object value) => value switch
    {
        long => "INTEGER",
        double => "REAL",
        byte[] => "BLOB",
        _ => "TEXT",
    };
}
