using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Serialization;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Statements;

/// <summary>CREATE .. AS SELECT and INSERT INTO .. SELECT: queries that run for good.</summary>
internal sealed class QueryCreation(StatementScope scope)
{
    /// <summary>Carries CREATE .. AS SELECT out.</summary>
    public StatementOutcome Run(CreateAsSelect create)
    {
        if (scope.With(create.Properties, WithClauseOf.Query, create.Span) is not { } with
            || Analyze(create.Query, create.Name.Text, null, with.Timestamp) is not { } query
            || Formats(with, query) is not ({ } key, { } value))
        {
            return scope.Refused;
        }

        var kind = StatementScope.KindOf(create.Kind);
        var topic = with.Topic ?? scope.Context.Settings.TopicPrefix + create.Name.Text;
        var sink = new Relation(create.Name.Text, query.ResultKind, topic, query.ResultSchema, RelationOrigin.Subscription)
        {
            KeyFormat = key,
            ValueFormat = value,
            Window = query.Window,
            Timestamp = with.Timestamp,
            Reads = [.. query.Sources.Select(s => s.Relation.Topic)],
        };
        if (!CheckSink(create, sink, query))
        {
            return scope.Error is null && scope.Before.Find(sink.Name) is { } existing
                ? scope.Nothing(SourceUpgrade.Taken(sink with { Kind = kind }, existing))
                : scope.Refused;
        }

        if (kind != query.ResultKind)
        {
            var (is_, other) = (StatementScope.Word(query.ResultKind), StatementScope.Word(query.ResultKind));
            return scope.Refuse($"Invalid result type. Your SELECT query produces a {is_}. "
                + $"Please use CREATE {other} AS SELECT statement instead.");
        }

        return Create(create, with, sink, query);
    }

    /// <summary>Carries INSERT INTO .. SELECT out.</summary>
    public StatementOutcome Run(InsertInto insert)
    {
        if (scope.With(insert.Properties, WithClauseOf.Insert, insert.Span) is not { } with
            || Target(insert.Target.Text) is not { } sink
            || Analyze(insert.Query, sink.Name, sink.Schema, null) is not { } query)
        {
            return scope.Refused;
        }

        if (!Matches([.. query.ResultSchema.Keys], [.. sink.Schema.Keys])
            || !Matches([.. query.ResultSchema.Values], [.. sink.Schema.Values]))
        {
            return scope.Refuse($"Incompatible schema between results and sink.\nResult schema is {query.ResultSchema}\n"
                + $"Sink schema is {sink.Schema}");
        }

        if (query.ResultKind != RelationKind.Stream)
        {
            return scope.Refuse("Incompatible data sink types. Query results in a TABLE, but the sink is a STREAM.");
        }

        var id = with.QueryId ?? $"INSERTQUERY_{scope.Context.NextQueryNumber}";
        if (scope.Before.Queries.ContainsKey(id))
        {
            return scope.Refuse($"Query ID '{id}' already exists.");
        }

        var made = new PersistentQuery(id, scope.Own, query, Reads(query), sink);
        return new StatementOutcome { After = scope.Before.With(made), Message = $"Created query with ID {id}", Query = made };
    }

    private StatementOutcome Create(CreateAsSelect create, WithProperties with, Relation sink, AnalyzedQuery query)
    {
        var existing = scope.Before.Find(sink.Name);
        if (existing is not null && !QueryUpgrade.Check(scope, existing, sink, query))
        {
            return scope.Refused;
        }

        var prefix = create.Kind == SourceKind.Stream ? "CSAS" : "CTAS";
        var id = existing?.CreatedBy ?? $"{prefix}_{sink.Name}_{scope.Context.NextQueryNumber}";
        var made = new PersistentQuery(id, scope.Own, query, Reads(query), sink);
        return new StatementOutcome
        {
            After = scope.Before.With(new MetastoreSource(sink, scope.Own, id)).With(made),
            Message = $"Created query with ID {id}",
            Query = made,
            Ended = existing?.CreatedBy is { } replaced ? [replaced] : [],
            Topic = new TopicNeed(sink.Topic, with.Partitions, with.Replicas, with.TopicConfig, query.Source.Topic),
        };
    }

    private static System.Collections.Immutable.ImmutableArray<string> Reads(AnalyzedQuery query) =>
        [.. query.Sources.Select(s => s.Relation.Name)];

    private AnalyzedQuery? Analyze(Query query, string sink, RelationSchema? target, TimestampColumn? timestamp)
    {
        var options = scope.Context.Analysis(scope.Before) with { Target = target, SinkTimestamp = timestamp };
        var result = QueryAnalyzer.Analyze(query, scope.Catalogue, scope.Text, QueryUse.Persistent, sink, options);
        if (result.First is null && result.Query is not null)
        {
            return result.Query;
        }

        scope.Accept(result.First);
        return null;
    }

    private Relation? Target(string name)
    {
        if (scope.Before.Find(name)?.Relation is not { } sink)
        {
            scope.Fail($"{name} does not exist.", DiagnosticStage.Preparing);
            return null;
        }

        var problem = sink switch
        {
            { Kind: RelationKind.Table } => $"INSERT INTO can only be used to insert into a stream. {name} is a table.",
            { IsReadOnly: true } => $"Cannot insert into read-only stream: {name}",
            _ when sink.Schema.Columns.Any(c => c.Role == ColumnRole.Headers) =>
                $"Cannot insert into {name} because it has header columns",
            _ => null,
        };
        return problem is null || scope.Fail(problem, DiagnosticStage.Preparing) ? sink : null;
    }

    /// <summary>The formats of a result: as WITH says, else those of the leftmost source.</summary>
    private (FormatSpec? Key, FormatSpec? Value) Formats(WithProperties with, AnalyzedQuery query)
    {
        var settings = scope.Context.Settings;
        var from = query.Plan.Scans.First().Source.Relation;
        var keyless = query.Plan.Schema.Keys.Length == 0 && query.Syntax.PartitionBy.Count > 0;
        if (keyless && with.KeyFormat is { } asked && !string.Equals(asked, "NONE", StringComparison.OrdinalIgnoreCase))
        {
            scope.Fail("Key format specified for stream without key columns.");
            return default;
        }

        var needsKey = from.KeyFormat.Kind == FormatKind.None && query.Plan.Schema.Keys.Length > 0;
        var keyName = with.KeyFormat ?? (keyless ? "NONE" : needsKey ? settings.DefaultKeyFormat : from.KeyFormat.Name);
        var key = SourceFormats.Make(keyName, with.KeyDelimiter, from.KeyFormat, out var problem);
        var value = problem is null
            ? SourceFormats.Make(with.ValueFormat ?? from.ValueFormat.Name, with.ValueDelimiter, from.ValueFormat, out problem)
            : null;
        if (problem is null)
        {
            value = SourceFormats.Wrapped(
                value!, with.WrapSingleValue, settings.WrapSingleValues, [.. query.ResultSchema.Values], out problem);
        }

        if (problem is not null)
        {
            scope.Fail(problem);
            return default;
        }

        return (key! with { Unwrapped = true }, value);
    }

    private bool CheckSink(CreateAsSelect create, Relation sink, AnalyzedQuery query)
    {
        if (!SourceUpgrade.CheckName(scope, sink, create.OrReplace, create.IfNotExists))
        {
            return false;
        }

        // Only here does ksqlDB quote the statement as it understood it.
        var spelled = scope with { Own = CanonicalText.Of(create, query.Resolved) };
        return (spelled.Check(sink.KeyFormat, [.. sink.Schema.Keys], isKey: true)
                && spelled.Check(sink.ValueFormat, [.. sink.Schema.Values], isKey: false))
            || scope.Copy(spelled);
    }

    private static bool Matches(Column[] from, Column[] to) => from.Length == to.Length
        && from.Zip(to).All(p => p.First.Name == p.Second.Name && SqlTypeCoercion.CanImplicitlyCast(p.First.Type, p.Second.Type));
}
