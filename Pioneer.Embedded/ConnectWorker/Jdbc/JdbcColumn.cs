using System.Data.Common;
using Pioneer.Embedded.Connect.Data;
using Pioneer.Ksql.Types;
using Pioneer.Sources;

namespace Pioneer.Embedded.Connect.Jdbc;

/// <summary>One column of a result in Connect's data model: its schema, and how a value that was read becomes Connect's.</summary>
internal sealed class JdbcColumn
{
    private const int MaxIntegerPrecision = 18;

    /// <summary>Scale the real connector gives to NUMERIC columns declared without one.</summary>
    private const int UnsetScale = 127;

    private readonly SourceField _field;
    private readonly Func<object, object> _convert;

    private JdbcColumn(SourceField field, ConnectSchema schema, Func<object, object> convert)
    {
        _field = field;
        Schema = schema;
        _convert = convert;
    }

    public string Name => _field.Name;

    /// <summary>As the database declares the column; empty for an expression of SQLite.</summary>
    public string SourceType => _field.SourceType;

    public ConnectSchema Schema { get; }

    public static JdbcColumn Of(SourceField field, NumericMapping mapping) => field.Form switch
    {
        ValueForm.Boolean => Plain(field, SchemaType.Boolean),
        ValueForm.Whole16 => Plain(field, SchemaType.Int16),
        ValueForm.Whole32 => Plain(field, SchemaType.Int32),
        ValueForm.Whole64 => Plain(field, SchemaType.Int64),
        ValueForm.Binary32 => Plain(field, SchemaType.Float32),
        ValueForm.Binary64 => Plain(field, SchemaType.Float64),
        ValueForm.Text => Plain(field, SchemaType.String),
        ValueForm.Bytes => Plain(field, SchemaType.Bytes),
        ValueForm.Date => new JdbcColumn(field, ConnectSchema.Date(true), days => new EpochDate((int)days)),
        ValueForm.Time => new JdbcColumn(field, ConnectSchema.Time(true), ms => new TimeOfDay((int)ms)),
        ValueForm.Timestamp => new JdbcColumn(field, ConnectSchema.Timestamp(true), Same),
        ValueForm.Exact => Exact(field, mapping),
        _ => throw new ArgumentOutOfRangeException(nameof(field), field.Form, "No form of Connect"),
    };

    /// <exception cref="UnreadableValueException">The cell holds what its column's type cannot say.</exception>
    public object? Read(DbDataReader reader, int at) => _field.Value(reader, at) is { } value ? _convert(value) : null;

    private static JdbcColumn Exact(SourceField field, NumericMapping mapping)
    {
        var fits = field.Precision is > 0 and <= MaxIntegerPrecision;
        return (mapping, field.Scale) switch
        {
            (not NumericMapping.None, 0) when fits =>
                new JdbcColumn(field, ConnectSchema.Of(SchemaType.Int64, true), number => ((BigDecimal)number).ToLong()),
            (NumericMapping.BestFit, > 0) when fits =>
                new JdbcColumn(field, ConnectSchema.Of(SchemaType.Float64, true), number => ((BigDecimal)number).ToDouble()),
            _ => new JdbcColumn(field, ConnectSchema.Decimal(field.Scale ?? UnsetScale, true), Same),
        };
    }

    private static JdbcColumn Plain(SourceField field, SchemaType type) => new(field, ConnectSchema.Of(type, optional: true), Same);

    private static object Same(object value) => value;
}
