using System.Data.Common;
using System.Globalization;
using Pioneer.Ksql.Types;

namespace Pioneer.Sources;

/// <summary>How each of PostgreSQL's types is read. Types that are not named here are the server's own text, whatever they are.</summary>
internal static class PostgreSqlFields
{
    private const int DaysFrom1970To2000 = 10_957;
    private const long MicrosPerMs = 1000, MicrosPerDay = 86_400_000_000;

    public static SourceField Of(DbColumn column, TimeZoneInfo zone)
    {
        var name = column.ColumnName;
        var type = PostgreSqlTypes.Bare(column.DataTypeName ?? "");
        var (precision, scale) = PostgreSqlTypes.Digits(column.NumericPrecision, column.NumericScale);
        return type switch
        {
            "boolean" => Field(ValueForm.Boolean, (reader, at) => reader.GetBoolean(at)),
            "smallint" => Field(ValueForm.Whole16, (reader, at) => reader.GetInt16(at)),
            "integer" => Field(ValueForm.Whole32, (reader, at) => reader.GetInt32(at)),
            "bigint" => Field(ValueForm.Whole64, (reader, at) => reader.GetInt64(at)),
            "oid" => Field(ValueForm.Whole64, (reader, at) => (long)reader.GetFieldValue<uint>(at)),
            "real" => Field(ValueForm.Binary32, (reader, at) => Finite(name, reader.GetFloat(at))),
            "double precision" => Field(ValueForm.Binary64, (reader, at) => Finite(name, reader.GetDouble(at))),
            "numeric" => Field(
                ValueForm.Exact,
                (reader, at) => Numbers.Parse(name, reader.GetString(at), precision, scale), precision, scale),
            "money" => Field(
                ValueForm.Exact, (reader, at) => BigDecimal.FromDecimal(reader.GetDecimal(at)),
                PostgreSqlTypes.MoneyPrecision, PostgreSqlTypes.MoneyScale),
            "bytea" => Field(ValueForm.Bytes, (reader, at) => reader.GetFieldValue<byte[]>(at)),
            "date" => Field(ValueForm.Date, (reader, at) => Days(name, reader.GetFieldValue<int>(at))),
            "time without time zone" => Field(ValueForm.Time, (reader, at) => TimeOfDay(name, reader.GetFieldValue<long>(at))),
            "timestamp without time zone" => Field(
                ValueForm.Timestamp, (reader, at) => SourceZone.ToInstant(Micros(name, reader.GetFieldValue<long>(at)), zone)),
            "timestamp with time zone" => Field(
                ValueForm.Timestamp, (reader, at) => new SourceInstant(Micros(name, reader.GetFieldValue<long>(at)))),
            _ => Field(ValueForm.Text, (reader, at) => reader.GetString(at)),
        };

        SourceField Field(ValueForm form, Func<DbDataReader, int, object> read, int? digits = null, int? decimals = null) =>
            new(name, type, form, digits, decimals, read);
    }

    /// <summary>Whether the value comes as the server's text: what has no binary form that fits, and what no class of the driver knows.</summary>
    public static bool IsReadAsText(SourceField field) => field.Form == ValueForm.Text || field is { Form: ValueForm.Exact, SourceType: "numeric" };

    private static float Finite(string column, float value) => float.IsFinite(value) ? value : throw NotFinite(column, value);

    private static double Finite(string column, double value) => double.IsFinite(value) ? value : throw NotFinite(column, value);

    private static UnreadableValueException NotFinite(string column, double value) => new(
        column, value.ToString(CultureInfo.InvariantCulture), "is no number that a record can carry.");

    // The driver gives what the server counts: days and microseconds since 2000, with the ends of the range for the infinities.
    private static int Days(string column, int days) => days is int.MaxValue or int.MinValue
        ? throw Infinite(column, days > 0)
        : days + DaysFrom1970To2000;

    private static long Micros(string column, long micros) => micros is long.MaxValue or long.MinValue ? throw Infinite(column, micros > 0) : micros;

    private static int TimeOfDay(string column, long micros) => micros < MicrosPerDay
        ? (int)(micros / MicrosPerMs)
        : throw new UnreadableValueException(column, "24:00:00", "is no time within a day.");

    private static UnreadableValueException Infinite(string column, bool late) => new(
        column, late ? "infinity" : "-infinity", "is no point in time.");
}
