using Pioneer.Embedded.Connect.Configuration;
using Pioneer.Embedded.Connect.Data;

namespace Pioneer.Embedded.Connect.Transforms;

/// <summary><c>ValueToKey</c>: makes a struct of the named value fields the record's key.</summary>
internal sealed class ValueToKey : ITransform
{
    private readonly IReadOnlyList<string> _fields;
    private readonly SchemaMemo _schemas;

    public ValueToKey(ConfigView config)
    {
        config.Require("fields");
        _fields = config.GetList("fields");
        _schemas = new SchemaMemo(value => ConnectSchema.StructOf(
            null,
            _fields.Select(field => value.Fields[new ConnectStruct(value, []).Locate(field)])));
    }

    public SourceRecord Apply(SourceRecord record)
    {
        var value = record.RequireStruct(RecordSide.Value, "copying fields from value to key");
        var schema = _schemas.For(value.Schema);
        return record with { KeySchema = schema, Key = new ConnectStruct(schema, [.. _fields.Select(value.Get)]) };
    }
}

/// <summary><c>ExtractField</c>: replaces a struct by one of its fields.</summary>
internal sealed class ExtractField(ConfigView config, RecordSide side) : ITransform
{
    private readonly string _field = config.Require("field");

    public SourceRecord Apply(SourceRecord record)
    {
        if (record.Datum(side) is null)
        {
            return record;
        }

        var row = record.RequireStruct(side, "field extraction");
        var at = row.Locate(_field);
        return record.With(side, row.Schema.Fields[at].Schema, row.Values[at]);
    }
}

/// <summary><c>Filter</c>: drops what its predicate lets through to it.</summary>
internal sealed class DropRecord : ITransform
{
    public SourceRecord? Apply(SourceRecord record) => null;
}
