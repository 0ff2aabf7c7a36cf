using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Serialization;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Statements;

/// <summary>CREATE STREAM and CREATE TABLE with columns.</summary>
internal sealed class SourceCreation(StatementScope scope, CreateSource create)
{
    private readonly RelationKind _kind = StatementScope.KindOf(create.Kind);

    /// <summary>Carries it out.</summary>
    public StatementOutcome Run()
    {
        if (scope.With(create.Properties, WithClauseOf.Source, create.Span) is not { } with || Schema() is not { } schema)
        {
            return scope.Refused;
        }

        if (Formats(with, schema) is not ({ } key, { } value))
        {
            return scope.Refused;
        }

        if (create.Elements.Count == 0)
        {
            return scope.Refuse("The statement does not define any columns.");
        }

        var relation = new Relation(create.Name.Text, _kind, with.Topic!, schema, RelationOrigin.Feed)
        {
            KeyFormat = key,
            ValueFormat = value,
            Window = with.Window,
            Timestamp = with.Timestamp,
            IsReadOnly = create.IsReadOnlySource,
        };
        return Check(relation, with) ? Add(relation, with) : Existing(relation) ?? scope.Refused;
    }

    // With IF NOT EXISTS there is nothing wrong with a name that is taken.
    private StatementOutcome? Existing(Relation relation) => scope.Error is null && scope.Before.Find(relation.Name) is { } existing
        ? scope.Nothing(SourceUpgrade.Taken(relation, existing))
        : null;

    private RelationSchema? Schema()
    {
        var diagnostics = new DiagnosticBag(new LineMap(scope.Text));
        var schema = SourceSchemas.Resolve(create.Kind, create.Elements, scope.Before.Types.GetValueOrDefault, diagnostics);
        return scope.Accept(diagnostics.First) ? schema : null;
    }

    private (FormatSpec? Key, FormatSpec? Value) Formats(WithProperties with, RelationSchema schema)
    {
        var settings = scope.Context.Settings;
        if ((with.ValueFormat ?? settings.DefaultValueFormat) is not { } valueName)
        {
            scope.Fail("Statement is missing the 'VALUE_FORMAT' property from the WITH clause. Either provide one or set a default via the "
                + "'ksql.persistence.default.format.value' config.");
            return default;
        }

        var key = SourceFormats.Make(with.KeyFormat ?? settings.DefaultKeyFormat, with.KeyDelimiter, null, out var problem);
        var value = problem is null ? SourceFormats.Make(valueName, with.ValueDelimiter, null, out problem) : null;
        if (problem is null)
        {
            value = SourceFormats.Wrapped(
                value!, with.WrapSingleValue, settings.WrapSingleValues, [.. schema.Values], out problem);
        }

        if (problem is not null)
        {
            scope.Fail(problem);
            return default;
        }

        return (key! with { Unwrapped = true }, value);
    }

    private bool Check(Relation relation, WithProperties with)
    {
        if (with.Partitions is null && scope.Context.Partitions(relation.Topic) is null)
        {
            return scope.Fail($"Kafka topic does not exist: {relation.Topic}");
        }

        if (relation.Kind == RelationKind.Table && !relation.Schema.Keys.Any())
        {
            return scope.Fail("Tables require a PRIMARY KEY. Please define the PRIMARY KEY.");
        }

        return scope.CheckTimestamp(relation.Timestamp, relation.Schema)
            && SourceUpgrade.CheckName(scope, relation, create.OrReplace, create.IfNotExists)
            && scope.Check(relation.KeyFormat, [.. relation.Schema.Keys], isKey: true)
            && scope.Check(relation.ValueFormat, [.. relation.Schema.Values], isKey: false)
            && SourceUpgrade.Check(scope, relation);
    }

    private StatementOutcome Add(Relation relation, WithProperties with)
    {
        var id = create.IsReadOnlySource && _kind == RelationKind.Table ? $"CST_{relation.Name}_{scope.Context.NextQueryNumber}" : null;
        var query = id is null ? null : new PersistentQuery(id, scope.Own, null, [relation.Name], null);
        var after = scope.Before.With(new MetastoreSource(relation, scope.Own, null));
        return new StatementOutcome
        {
            After = query is null ? after : after.With(query),
            Message = _kind == RelationKind.Stream ? "Stream created" : "Table created",
            Query = query,
            Topic = new TopicNeed(relation.Topic, with.Partitions, with.Replicas, with.TopicConfig, LikeTopic: null),
        };
    }
}
