using Pioneer.Embedded.Ksql.Metastore;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Embedded.Ksql.Statements;

// ALTER STREAM | TABLE: columns added at the end of a declared source. Queries that run keep the source they were made with.
internal static partial class CommandInterpreter
{
    private static CommandResult Alter(MetastoreSnapshot before, ParsedStatement statement, AlterSource alter)
    {
        var name = alter.Name.Text;
        var source = before.Find(name) ?? throw Bad($"Source {name} does not exist.", statement);
        var kind = alter.Kind == SourceKind.Stream ? RelationKind.Stream : RelationKind.Table;
        if (source.Kind != kind)
        {
            var said = kind == RelationKind.Stream ? "STREAM" : "TABLE";
            throw Bad($"Incompatible data source type is {source.TypeName}, but statement was ALTER {said}", statement);
        }

        if (source.CreatedBy is not null)
        {
            throw Bad("ALTER command is not supported for CREATE ... AS statements.", statement);
        }

        var word = source.TypeName.ToLowerInvariant();
        if (source.IsReadOnly)
        {
            throw Bad($"Cannot alter {word} '{name}': ALTER operations are not supported on source {word}s.", statement);
        }

        var altered = source with { Schema = Grown(source.Schema, statement, alter), Statement = $"{source.Statement}\n{statement.Text}" };
        Check(altered, statement);
        var message = kind == RelationKind.Stream ? "Stream altered" : "Table altered";
        return new CommandResult(before.With(altered), $"{word}/`{name}`/alter", message, null, []);
    }

    private static RelationSchema Grown(RelationSchema schema, ParsedStatement statement, AlterSource alter)
    {
        var columns = schema.Columns.ToBuilder();
        foreach (var addition in alter.Additions)
        {
            var type = TypeResolver.Resolve(addition.Type, custom: null, out var problem) ?? throw Bad(problem!.Value.Message, statement);
            var name = addition.Name.Text;
            if (columns.Any(c => c.Name == name))
            {
                throw Bad($"Cannot add column {Identifiers.Quote(name)} to schema. A column with the same name already exists.", statement);
            }

            columns.Add(new Column(name, type, ColumnRole.Value));
        }

        return new RelationSchema(columns.ToImmutable());
    }
}
