using Pioneer.Embedded.Connect.Data;

namespace Pioneer.Embedded.Connect.Transforms;

/// <summary>A single message transform. Returns null to drop the record; throws <see cref="ConnectDataException"/> where it cannot apply.</summary>
internal interface ITransform
{
    SourceRecord? Apply(SourceRecord record);
}

/// <summary>Which side of a record a transform works on: the <c>$Key</c> or <c>$Value</c> of its class name.</summary>
internal enum RecordSide
{
    Key,
    Value,
}

/// <summary>Access to one side of a record.</summary>
internal static class RecordSides
{
    public static object? Datum(this SourceRecord record, RecordSide side) => side == RecordSide.Key ? record.Key : record.Value;

    public static ConnectSchema? DatumSchema(this SourceRecord record, RecordSide side) =>
        side == RecordSide.Key ? record.KeySchema : record.ValueSchema;

    public static SourceRecord With(this SourceRecord record, RecordSide side, ConnectSchema? schema, object? datum) =>
        side == RecordSide.Key
            ? record with { KeySchema = schema, Key = datum }
            : record with { ValueSchema = schema, Value = datum };

    /// <summary>The side as a struct, or an error that says which transform wanted one.</summary>
    public static ConnectStruct RequireStruct(this SourceRecord record, RecordSide side, string purpose) =>
        record.Datum(side) as ConnectStruct
        ?? throw new ConnectDataException(
            $"Only Struct objects supported for [{purpose}], found: {record.Datum(side)?.GetType().Name ?? "null"}");
}

/// <summary>Remembers the schema derived from the last one seen: a task's records nearly always share one.</summary>
internal sealed class SchemaMemo(Func<ConnectSchema, ConnectSchema> derive)
{
    private ConnectSchema? _from;
    private ConnectSchema? _to;

    public ConnectSchema For(ConnectSchema schema)
    {
        if (!ReferenceEquals(_from, schema) || _to is null)
        {
            _to = derive(schema);
            _from = schema;
        }

        return _to;
    }
}
