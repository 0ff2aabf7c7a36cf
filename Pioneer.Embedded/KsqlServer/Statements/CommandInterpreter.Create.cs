using Pioneer.Embedded.Ksql.Metastore;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Serialization;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Embedded.Ksql.Statements;

// CREATE STREAM | TABLE: declared sources.
internal static partial class CommandInterpreter
{
    private static readonly FormatSpec DefaultKeyFormat = new(FormatKind.Kafka, Unwrapped: true);

    private static CommandResult Create(MetastoreSnapshot before, ParsedStatement statement, CreateSource create)
    {
        var name = create.Name.Text;
        var kind = create.Kind == SourceKind.Stream ? RelationKind.Stream : RelationKind.Table;
        var word = kind == RelationKind.Stream ? "stream" : "table";
        var id = $"{word}/`{name}`/create";
        CheckName(name, statement);
        var existing = before.Find(name);
        if (existing is not null && !create.OrReplace)
        {
            return create.IfNotExists
                ? new CommandResult(before, id, string.Empty, null, []) { Warning = $"Cannot add {word} `{name}`: A {existing.TypeName.ToLowerInvariant()} with the same name already exists." }
                : throw Bad($"Cannot add {word} '{name}': A {existing.TypeName.ToLowerInvariant()} with the same name already exists", statement);
        }

        var with = new WithClause(create.Properties, statement.Text);
        var topic = with.RequiredTopic;
        var schema = SourceSchemas.Resolve(create.Kind, create.Elements, custom: null, out var problem) ?? throw Bad(problem!.Value.Message, statement);
        if (kind == RelationKind.Table && !schema.Keys.Any())
        {
            throw Bad("Tables require a PRIMARY KEY. Please define the PRIMARY KEY.", statement);
        }

        var source = new DataSource(
            name, kind, topic, schema, with.KeyFormat(DefaultKeyFormat), with.ValueFormat(null), with.Timestamp, statement.Text, null, create.IsReadOnlySource)
        {
            Window = with.Window,
        };
        Check(source, statement);
        if (existing is not null)
        {
            CheckUpgrade(existing, source, statement);
        }

        return new CommandResult(before.With(source), id, kind == RelationKind.Stream ? "Stream created" : "Table created", null, [])
        {
            Topic = new TopicWish(topic, with.Partitions, with.Replicas, with.TopicConfig, LikeTopic: null, MustExist: with.Partitions is null),
        };
    }

    private static void CheckName(string name, ParsedStatement statement)
    {
        if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
        {
            throw Bad($"Illegal argument at Line: 1, Col: 1. Source names may only contain alphanumeric values, '_' or '-'. Got: '{name}'", statement);
        }
    }

    /// <summary>Formats that cannot carry the columns, and a timestamp column that is none, are refused.</summary>
    private static void Check(DataSource source, ParsedStatement statement)
    {
        CheckFormat(source.KeyFormat, source.Keys, statement, isKey: true);
        CheckFormat(source.ValueFormat, source.Values, statement, isKey: false);
        if (source.Timestamp is not { } timestamp)
        {
            return;
        }

        var column = source.Schema.Find(timestamp.Column)
            ?? throw Bad($"The TIMESTAMP column set in the WITH clause does not exist in the schema: '{timestamp.Column}'", statement);
        var fits = column.Type.BaseType is SqlBaseType.Bigint or SqlBaseType.Timestamp ? timestamp.Format is null : column.Type.BaseType == SqlBaseType.String && timestamp.Format is not null;
        if (!fits)
        {
            throw Bad($"Timestamp column, `{timestamp.Column}`, should be LONG(INT64), TIMESTAMP, or a String with a timestamp_format specified", statement);
        }
    }

    private static void CheckFormat(FormatSpec format, IReadOnlyList<Column> columns, ParsedStatement statement, bool isKey)
    {
        if (isKey && columns.FirstOrDefault(c => HasMap(c.Type)) is { } map)
        {
            throw Bad($"Map keys, including types that contain maps, are not supported as they may lead to unexpected behavior due to inconsistent serialization. Key column name: {Identifiers.Quote(map.Name)}. Column type: {map.Type}. See https://github.com/confluentinc/ksql/issues/6621 for more.", statement);
        }

        switch (format.Kind)
        {
            case FormatKind.Kafka when columns.Count > 1:
                throw Bad($"The 'KAFKA' format only supports a single field. Got: [{string.Join(", ", columns)}]", statement);
            case FormatKind.Kafka when columns.Count == 1 && columns[0].Type.BaseType is not (SqlBaseType.Integer or SqlBaseType.Bigint or SqlBaseType.Double or SqlBaseType.String or SqlBaseType.Bytes):
                throw Bad($"The 'KAFKA' format does not support type '{columns[0].Type.BaseType.ToString().ToUpperInvariant()}'", statement);
            case FormatKind.Delimited when columns.FirstOrDefault(c => c.Type is SqlArray or SqlMap or SqlStruct) is { } nested:
                throw Bad($"The 'DELIMITED' format does not support type '{nested.Type.BaseType.ToString().ToUpperInvariant()}'", statement);
            case FormatKind.None when columns.Count > 0:
                throw Bad("The 'NONE' format can only be used when no columns are defined. Got: [" + string.Join(", ", columns) + "]", statement);
        }
    }

    private static bool HasMap(SqlType type) => type switch
    {
        SqlMap => true,
        SqlArray array => HasMap(array.Element),
        SqlStruct record => record.Fields.Any(f => HasMap(f.Type)),
        _ => false,
    };

    /// <summary>OR REPLACE may only add columns at the end; everything else must stay.</summary>
    private static void CheckUpgrade(DataSource from, DataSource to, ParsedStatement statement)
    {
        var same = from.Kind == to.Kind && from.Topic == to.Topic && from.KeyFormat == to.KeyFormat && from.ValueFormat == to.ValueFormat
            && from.Timestamp == to.Timestamp && from.Window == to.Window && from.CreatedBy is null && to.Keys.SequenceEqual(from.Keys);
        var grown = to.Values.Length >= from.Values.Length && to.Values.Take(from.Values.Length).SequenceEqual(from.Values);
        if (!same || !grown)
        {
            throw Bad($"Cannot upgrade data source: DataSource '`{to.Name}`' has schema = {from.Schema} which is not upgradeable to {to.Schema}", statement);
        }
    }
}
