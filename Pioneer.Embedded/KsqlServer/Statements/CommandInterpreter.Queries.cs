using System.Collections.Immutable;
using System.Globalization;
using Pioneer.Embedded.Ksql.Metastore;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Planning;
using Pioneer.Ksql.Serialization;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Embedded.Ksql.Statements;

// CREATE STREAM | TABLE AS SELECT and INSERT INTO ... SELECT: persistent queries.
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
                : throw Bad(create.OrReplace
                    ? $"Cannot replace {word} '{name}': this server does not replace the query of a {word}. TERMINATE it and DROP the {word}, then create it anew."
                    : $"Cannot add {word} '{name}': A {existing.TypeName.ToLowerInvariant()} with the same name already exists", statement);
        }

        var with = new WithClause(create.Properties, statement.Text);
        var plan = Analyze(before, statement, create.Query, name, ServerAnalysis.Persistent with { SinkTimestamp = with.Timestamp });
        var kind = create.Kind == SourceKind.Stream ? RelationKind.Stream : RelationKind.Table;
        if (kind != plan.ResultKind)
        {
            var is_ = plan.ResultKind == RelationKind.Stream ? "STREAM" : "TABLE";
            throw Bad($"Invalid result type. Your SELECT query produces a {is_}. Please use CREATE {is_} AS SELECT statement instead.", statement);
        }

        var queryId = string.Create(CultureInfo.InvariantCulture, $"{(kind == RelationKind.Stream ? "CSAS" : "CTAS")}_{name}_{offset}");
        var topic = with.Topic ?? name;
        var (keyFormat, valueFormat) = Formats(with, plan);
        var sink = new DataSource(
            name, kind, topic, AsStored(plan.ResultSchema), keyFormat, valueFormat, with.Timestamp, statement.Text, queryId, IsReadOnly: false) { Window = plan.Window };
        Check(sink, statement);
        var query = new QueryDefinition(queryId, statement.Text, Sources(before, plan), sink, plan, statement.Properties, Paused: false);
        return new CommandResult(before.With(sink).With(query), id, $"Created query with ID {queryId}", queryId, [])
        {
            Topic = new TopicWish(topic, with.Partitions, with.Replicas, TopicConfig(with, plan), LikeTopic: plan.Source.Topic, MustExist: false),
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

        var plan = Analyze(before, statement, insert.Query, name, ServerAnalysis.Persistent with { Target = sink.Schema });
        CheckCompatible(plan.ResultSchema, sink, statement);
        if (plan.ResultKind != RelationKind.Stream)
        {
            throw Bad("Incompatible data sink types. Query results in a TABLE, but the sink is a STREAM.", statement);
        }

        var queryId = with.QueryId ?? string.Create(CultureInfo.InvariantCulture, $"INSERTQUERY_{offset}");
        if (before.Queries.ContainsKey(queryId))
        {
            throw Bad($"Query ID '{queryId}' already exists.", statement);
        }

        var query = new QueryDefinition(queryId, statement.Text, Sources(before, plan), sink, plan, statement.Properties, Paused: false);
        return new CommandResult(before.With(query), $"stream/`{name}`/create", $"Created query with ID {queryId}", queryId, []);
    }

    private static AnalyzedQuery Analyze(MetastoreSnapshot before, ParsedStatement statement, Query query, string sink, AnalysisOptions options)
    {
        var analysis = QueryAnalyzer.Analyze(query, before.Catalogue, statement.Text, QueryUse.Persistent, sink, options);
        ParsedStatement.Refuse(analysis.Diagnostics, statement.Text);
        return analysis.Query!;
    }

    private static ImmutableArray<DataSource> Sources(MetastoreSnapshot before, AnalyzedQuery plan) =>
        [.. plan.Sources.Select(s => before.Find(s.Relation.Name)!)];

    /// <summary>The formats of a result: as WITH says, else those of the leftmost source; without key columns the key has none.</summary>
    private static (FormatSpec Key, FormatSpec Value) Formats(WithClause with, AnalyzedQuery plan)
    {
        var from = plan.Plan.Scans.First().Source.Relation;
        var hasKeys = plan.ResultSchema.Keys.Any();
        var inherited = !hasKeys && plan.Syntax.PartitionBy.Count > 0 ? new FormatSpec(FormatKind.None, Unwrapped: true)
            : hasKeys && from.KeyFormat.Kind == FormatKind.None ? DefaultKeyFormat
            : from.KeyFormat;
        return (with.KeyFormat(inherited), with.ValueFormat(from.ValueFormat));
    }

    /// <summary>As in ksqlDB the topic of a table is compacted, and old windows are deleted from that of a windowed one.</summary>
    private static Dictionary<string, string> TopicConfig(WithClause with, AnalyzedQuery plan)
    {
        var config = with.TopicConfig;
        if (plan.ResultKind == RelationKind.Table)
        {
            config.TryAdd("cleanup.policy", plan.Window is null ? "compact" : "compact,delete");
            if (WindowOf(plan.Plan)?.RetentionMs is { } retention)
            {
                config.TryAdd("retention.ms", retention.ToString(CultureInfo.InvariantCulture));
            }
        }

        return config;
    }

    private static WindowSpec? WindowOf(PlanNode node) => node switch
    {
        AggregateNode aggregate => aggregate.Window,
        ScanNode => null,
        _ => WindowOf(node.Inputs[0]),
    };

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
