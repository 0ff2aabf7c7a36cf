using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Statements;

/// <summary>ALTER STREAM and ALTER TABLE: columns added at the end of the value.</summary>
internal sealed class SourceAlteration(StatementScope scope, AlterSource alter)
{
    /// <summary>Carries it out.</summary>
    public StatementOutcome Run()
    {
        var name = alter.Name.Text;
        if (scope.Before.Find(name) is not { } source)
        {
            return scope.Refuse($"Source {name} does not exist.");
        }

        var (is_, said) = (StatementScope.Word(source.Relation.Kind), StatementScope.Word(StatementScope.KindOf(alter.Kind)));
        if (is_ != said)
        {
            return scope.Refuse($"Incompatible data source type is {is_}, but statement was ALTER {said}");
        }

        if (source.CreatedBy is not null)
        {
            return scope.Refuse("ALTER command is not supported for CREATE ... AS statements.");
        }

        if (source.Relation.IsReadOnly)
        {
            var word = StatementScope.SmallWord(source.Relation.Kind);
            return scope.Refuse($"Cannot alter {word} '{name}': ALTER operations are not supported on source {word}s.");
        }

        return Columns(source.Relation) is { } schema ? Replace(source, schema) : scope.Refused;
    }

    private RelationSchema? Columns(Relation relation)
    {
        var columns = relation.Schema.Columns.ToBuilder();
        foreach (var addition in alter.Additions)
        {
            if (TypeResolver.Resolve(addition.Type, scope.Before.Types.GetValueOrDefault, out var problem) is not { } type)
            {
                scope.Fail(problem!.Value.Message, DiagnosticStage.Building);
                return null;
            }

            if (columns.Any(c => c.Name == addition.Name.Text))
            {
                var name = Identifiers.Quote(addition.Name.Text);
                scope.Fail($"Cannot add column {name} to schema. A column with the same name already exists.");
                return null;
            }

            columns.Add(new Column(addition.Name.Text, type, ColumnRole.Value));
        }

        return new RelationSchema(columns.ToImmutable());
    }

    private StatementOutcome Replace(MetastoreSource source, RelationSchema schema)
    {
        var relation = source.Relation with { Schema = schema };
        if (!scope.Check(relation.ValueFormat, [.. schema.Values], isKey: false))
        {
            return scope.Refused;
        }

        return new StatementOutcome
        {
            After = scope.Before.With(source with { Relation = relation, Statement = $"{source.Statement}\n{scope.Own}" }),
            Message = source.Relation.Kind == RelationKind.Stream ? "Stream altered" : "Table altered",
        };
    }
}
