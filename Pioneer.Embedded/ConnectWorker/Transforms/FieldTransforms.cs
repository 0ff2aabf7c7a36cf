using System.Collections.Immutable;
using Pioneer.Embedded.Connect.Configuration;
using Pioneer.Embedded.Connect.Data;
using Pioneer.Ksql.Types;
using Pioneer.Sources;

namespace Pioneer.Embedded.Connect.Transforms;

/// <summary><c>InsertField</c>: adds the topic, the record's timestamp or a fixed text as fields. <c>!</c> and <c>?</c> suffixes as on Kafka.</summary>
internal sealed class InsertField : ITransform
{
    private readonly RecordSide _side;
    private readonly ImmutableArray<(string Name, ConnectSchema Schema, Func<SourceRecord, object?> Read)> _added;
    private readonly SchemaMemo _schemas;

    public InsertField(ConfigView config, RecordSide side)
    {
        _side = side;
        var text = config.Find("static.value");
        (string Key, SchemaType Type, Func<SourceRecord, object?> Read)[] known =
        [
            ("topic.field", SchemaType.String, record => record.Topic),
            ("timestamp.field", SchemaType.Int64, record => record.Timestamp),
            ("static.field", SchemaType.String, _ => text),
        ];
        _added =
        [
            .. from item in known
               let name = config.Find(item.Key)
               where name is not null
               let optional = !name.EndsWith('!')
               select (
                   name.TrimEnd('!', '?'),
                   item.Key == "timestamp.field" ? ConnectSchema.Timestamp(optional) : ConnectSchema.Of(item.Type, optional),
                   item.Read),
        ];
        if (_added.IsEmpty)
        {
            throw new ConnectConfigException(config.FullKey("type"), $"No field insertion configured for {config.FullKey("type")}");
        }

        if (config.Find("static.field") is not null)
        {
            config.Require("static.value");
        }

        _schemas = new SchemaMemo(schema => ConnectSchema.StructOf(
            schema.Name,
            schema.Fields.Concat(_added.Select(field => new ConnectField(field.Name, field.Schema)))));
    }

    public SourceRecord Apply(SourceRecord record)
    {
        if (record.Datum(_side) is null)
        {
            return record;
        }

        var row = record.RequireStruct(_side, "field insertion");
        var schema = _schemas.For(row.Schema);
        return record.With(_side, schema, new ConnectStruct(schema, [.. row.Values, .. _added.Select(field => field.Read(record))]));
    }
}

/// <summary><c>ReplaceField</c>: keeps (<c>include</c>), drops (<c>exclude</c>) and renames (<c>renames=old:new</c>) fields.</summary>
internal sealed class ReplaceField : ITransform
{
    private readonly RecordSide _side;
    private readonly HashSet<string> _include;
    private readonly HashSet<string> _exclude;
    private readonly Dictionary<string, string> _renames;
    private readonly SchemaMemo _schemas;

    public ReplaceField(ConfigView config, RecordSide side)
    {
        _side = side;
        _include = [.. config.GetList("include")];
        _exclude = [.. config.GetList("exclude")];
        _renames = config.GetList("renames").Select(pair => pair.Split(':')).ToDictionary(
            pair => pair[0],
            pair => pair.Length == 2 ? pair[1] : throw config.Invalid("renames", string.Join(':', pair), "Expected <old>:<new>"),
            StringComparer.Ordinal);
        _schemas = new SchemaMemo(schema => ConnectSchema.StructOf(
            schema.Name,
            schema.Fields.Where(Kept).Select(field => field with { Name = _renames.GetValueOrDefault(field.Name, field.Name) })));
    }

    public SourceRecord Apply(SourceRecord record)
    {
        if (record.Datum(_side) is null)
        {
            return record;
        }

        var row = record.RequireStruct(_side, "field replacement");
        var schema = _schemas.For(row.Schema);
        return record.With(_side, schema, new ConnectStruct(schema, [.. row.Values.Where((_, at) => Kept(row.Schema.Fields[at]))]));
    }

    private bool Kept(ConnectField field) =>
        !_exclude.Contains(field.Name) && (_include.Count == 0 || _include.Contains(field.Name));
}

/// <summary><c>MaskField</c>: sets fields to the empty value of their type, or to <c>replacement</c>.</summary>
internal sealed class MaskField : ITransform
{
    private readonly RecordSide _side;
    private readonly HashSet<string> _fields;
    private readonly string? _replacement;

    public MaskField(ConfigView config, RecordSide side)
    {
        config.Require("fields");
        _side = side;
        _fields = [.. config.GetList("fields")];
        _replacement = config.Find("replacement");
    }

    public SourceRecord Apply(SourceRecord record)
    {
        if (record.Datum(_side) is null)
        {
            return record;
        }

        var row = record.RequireStruct(_side, "masking fields");
        var values = (object?[])row.Values.Clone();
        for (var at = 0; at < values.Length; at++)
        {
            if (_fields.Contains(row.Schema.Fields[at].Name) && values[at] is { } value)
            {
                values[at] = _replacement is null ? Empty(value) : ValueCast.Cast(_replacement, row.Schema.Fields[at].Schema);
            }
        }

        return record.With(_side, row.Schema, new ConnectStruct(row.Schema, values));
    }

    private static object Empty(object value) => value switch
    {
        string => "",
        bool => false,
        SourceInstant => SourceInstant.FromUnixMs(0),
        EpochDate => default(EpochDate),
        TimeOfDay => default(TimeOfDay),
        BigDecimal => default(BigDecimal),
        sbyte or short or int or long or float or double => Convert.ChangeType(0, value.GetType(), null),
        _ => throw new ConnectDataException($"Cannot mask value of type: {value.GetType().Name}"),
    };
}
