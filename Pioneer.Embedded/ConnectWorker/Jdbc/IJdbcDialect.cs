using System.Data.Common;
using Pioneer.Embedded.Connect.Data;

namespace Pioneer.Embedded.Connect.Jdbc;

/// <summary>One column of a result: its schema and how its value is read.</summary>
internal sealed record JdbcColumn(string Name, ConnectSchema Schema, Func<DbDataReader, int, object> Read);

/// <summary>What differs between databases.</summary>
internal interface IJdbcDialect
{
    /// <summary>The database without credentials, for messages.</summary>
    string Description { get; }

    /// <summary>A connection that is open, reads only and belongs to the caller.</summary>
    Task<DbConnection> OpenAsync(CancellationToken cancellationToken);

    /// <summary>The database's own clock in UTC: the upper bound of a timestamp poll.</summary>
    Task<DateTime> CurrentTimeAsync(DbConnection connection, CancellationToken cancellationToken);

    /// <summary>A UTC time in the form that timestamp columns of this database are compared with.</summary>
    object TimestampParameter(DateTime utc);

    string Quote(string identifier);

    /// <summary>The columns of a result that stands on its first row.</summary>
    IReadOnlyList<JdbcColumn> Describe(DbDataReader reader, NumericMapping mapping);

    /// <summary>Whether an error passes by itself (outage, lock), so that the task waits instead of failing.</summary>
    bool IsTransient(Exception error);
}

/// <summary>Mapping of NUMERIC columns, shared by the dialects.</summary>
internal static class NumericColumns
{
    private const int MaxIntegerPrecision = 18;

    public static JdbcColumn Map(string name, int precision, int scale, NumericMapping mapping, Func<DbDataReader, int, decimal> read)
    {
        var fits = precision is > 0 and <= MaxIntegerPrecision;
        if (mapping != NumericMapping.None && fits && scale == 0)
        {
            return new JdbcColumn(name, ConnectSchema.Of(SchemaType.Int64, true), (reader, at) => decimal.ToInt64(read(reader, at)));
        }

        if (mapping == NumericMapping.BestFit && fits && scale > 0)
        {
            return new JdbcColumn(name, ConnectSchema.Of(SchemaType.Float64, true), (reader, at) => decimal.ToDouble(read(reader, at)));
        }

        return new JdbcColumn(name, ConnectSchema.Decimal(scale, true), (reader, at) => Rescale(read(reader, at), scale));
    }

    /// <summary>The value with exactly <paramref name="scale"/> decimals: 5 in a DECIMAL(18,2) column is 5.00.</summary>
    public static decimal Rescale(decimal value, int scale)
    {
        var rounded = Math.Round(value, Math.Clamp(scale, 0, 28), MidpointRounding.AwayFromZero);
        return rounded.Scale >= scale ? rounded : rounded + new decimal(0, 0, 0, false, (byte)Math.Min(scale, 28));
    }
}
