using System.Collections.Immutable;
using System.Globalization;
using Pioneer.Embedded.Ksql.Metastore;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Embedded.Ksql.Statements;

// CREATE STREAM AS SELECT and INSERT INTO ... SELECT: persistent queries.
internal static partial class CommandInterpreter
{
    private static CommandResult CreateAs(MetastoreSnapshot before, ParsedStatement statement, CreateAsSelect create, long offset)
    {
        var name = create.Name.Text;
        CheckName(name, statement);
        var word = create.Kind == SourceKind.Stream ? "stream" : "table";
        var id = $"{word}/`{name}`/create";
        if (before.Find(name) is { } existing)
        {
            return create.IfNotExists
                ? new CommandResult(before, id, string.Empty, null, []) { Warning = $"Cannot add {word} `{name}`: A {existing.TypeName.ToLowerInvariant()} with the same name already exists." }
                : throw Bad($"Cannot add {word} '{name}': A {existing.TypeName.ToLowerInvariant()} with the same name already exists", statement);
        }

        var with = new WithClause(create.Properties, statement.Text);
        var (plan, source) = Analyze(before, statement, create.Query, name);
        if (create.Kind == SourceKind.Table)
        {
            throw Bad("Invalid result type. Your SELECT query produces a STREAM. Please use CREATE STREAM AS SELECT statement instead.", statement);
        }

        var queryId = string.Create(CultureInfo.InvariantCulture, $"CSAS_{name}_{offset}");
        var topic = with.Topic ?? name;
        var sink = new DataSource(
            name, RelationKind.Stream, topic, AsStored(plan.ResultSchema), with.KeyFormat(source.KeyFormat), with.ValueFormat(source.ValueFormat), with.Timestamp, statement.Text, queryId, IsReadOnly: false);
        Check(sink, statement);
        var query = new QueryDefinition(queryId, statement.Text, source, sink, plan, statement.Properties, Paused: false);
        return new CommandResult(before.With(sink).With(query), id, $"Created query with ID {queryId}", queryId, [])
        {
            Topic = new TopicWish(topic, with.Partitions, with.Replicas, with.TopicConfig, LikeTopic: source.Topic, MustExist: false),
        };
    }

    private static CommandResult Insert(MetastoreSnapshot before, ParsedStatement statement, InsertInto insert, long offset)
    {
        var name = insert.Target.Text;
        var with = new WithClause(insert.Properties, statement.Text);
        var sink = before.Find(name) ?? throw Bad($"Sink does not exist for the INSERT INTO statement: {Identifiers.Quote(name)}", statement);
        if (sink.Kind != RelationKind.Stream)
        {
            throw Bad($"INSERT INTO can only be used to insert into a stream. {Identifiers.Quote(name)} is a table.", statement);
        }

        if (sink.IsReadOnly)
        {
            throw Bad($"Cannot insert into read-only stream: {Identifiers.Quote(name)}", statement);
        }

        var (plan, source) = Analyze(before, statement, insert.Query, name);
        CheckCompatible(plan.ResultSchema, sink, statement);
        var queryId = with.QueryId ?? string.Create(CultureInfo.InvariantCulture, $"INSERTQUERY_{offset}");
        if (before.Queries.ContainsKey(queryId))
        {
            throw Bad($"Query ID '{queryId}' already exists.", statement);
        }

        var query = new QueryDefinition(queryId, statement.Text, source, sink, plan, statement.Properties, Paused: false);
        return new CommandResult(before.With(query), $"stream/`{name}`/create", $"Created query with ID {queryId}", queryId, []);
    }

    private static (AnalyzedQuery Plan, DataSource Source) Analyze(MetastoreSnapshot before, ParsedStatement statement, Query query, string sink)
    {
        var analysis = QueryAnalyzer.Analyze(query, before.Catalogue, statement.Text, QueryUse.Persistent, sink, ServerAnalysis.Options);
        ParsedStatement.Refuse(analysis.Diagnostics, statement.Text);
        var plan = analysis.Query!;
        var source = before.Find(plan.Source.Name)!;
        return source.Kind == RelationKind.Stream
            ? (plan, source)
            : throw Bad($"Persistent queries over tables are not supported by the embedded ksql server: {Identifiers.Quote(source.Name)} is a table.", statement);
    }

    /// <summary>Keys and values must match one after the other: same name, and a type that fits without a CAST.</summary>
    private static void CheckCompatible(RelationSchema result, DataSource sink, ParsedStatement statement)
    {
        var fits = Matches([.. result.Keys], sink.Keys) && Matches([.. result.Values], sink.Values);
        if (!fits)
        {
            throw Bad($"Incompatible schema between results and sink.\nResult schema is {AsStored(result)}\nSink schema is {sink.Schema}", statement);
        }
    }

    private static bool Matches(ImmutableArray<Column> from, ImmutableArray<Column> to) =>
        from.Length == to.Length && from.Zip(to).All(p => p.First.Name == p.Second.Name && SqlTypeCoercion.CanImplicitlyCast(p.First.Type, p.Second.Type));

    /// <summary>Headers of a source become plain values in a result.</summary>
    private static RelationSchema AsStored(RelationSchema schema) => new(
    [
        .. schema.Columns.Select(c => c.Role == ColumnRole.Headers ? c with { Role = ColumnRole.Value, HeaderKey = null } : c),
    ]);
}
