using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Planning;
using Pioneer.Ksql.Serialization;
using Pioneer.Ksql.Types;
using Pioneer.Streams.Processing;
using Pioneer.Streams.Rows;
using Pioneer.Streams.Stores;

namespace Pioneer.Streams.Topologies;

/// <summary>
/// Makes the steps of one part of a topology, from the sink back to the sources. Steps of other parts are only walked through: what lies
/// behind a topic inside the query belongs to somebody else.
/// </summary>
internal sealed partial class TaskBuilder(Topology topology, PartMap map, int part, int partition, TaskEnvironment environment)
{
    private readonly Dictionary<string, List<RecordReader>> _readers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IStore> _stores = new(StringComparer.Ordinal);
    private readonly List<TaskMark> _marks = [];

    /// <summary>The topics of streams and tables that the part reads.</summary>
    public List<string> Sources { get; } = [];

    /// <summary>The topics inside the query that the part reads.</summary>
    public List<InternalTopic> Internal { get; } = [];

    /// <summary>The task.</summary>
    public StreamTask Build()
    {
        Connect(topology.Root, IsOurs(topology.Root) ? End() : null, needsOld: false);
        return new StreamTask(
            _readers.ToDictionary(r => r.Key, r => r.Value.ToArray(), StringComparer.Ordinal), [.. _stores.Values], [.. _marks]);
    }

    private bool IsOurs(PlanNode node) => map[node] == part;

    private Processor End() => topology.Sink is { } sink
        ? new SinkProcessor(
            sink.Topic,
            new KeyCodec(sink.KeyFormat, [.. sink.Schema.Keys], sink.Window),
            RowFormat.For(sink.ValueFormat, [.. sink.Schema.Values]),
            TimestampReader.For(sink.Timestamp, [.. sink.Schema.Values]),
            environment.Send,
            environment.Log)
        : new EndProcessor();

    // Makes the steps up to a node, the last of which sends to 'next': null where the node is not in our part.
    private void Connect(PlanNode node, Processor? next, bool needsOld)
    {
        switch (node)
        {
            case ScanNode scan:
                Scan(scan, next, needsOld);
                break;
            case FilterNode filter:
                // A filter over a table tells deletions from what was never there.
                Connect(filter.Input, next is null ? null : Filter(filter, next), filter.Kind == RelationKind.Table);
                break;
            case ProjectNode project:
                Connect(project.Input, next is null ? null : Project(project, next), needsOld);
                break;
            case FlattenNode flatten:
                Connect(flatten.Input, next is null ? null : Flatten(flatten, next), needsOld);
                break;
            case RepartitionNode repartition:
                Connect(repartition.Input, next is null ? null : Rekey(repartition, next), needsOld);
                break;
            case AggregateNode aggregate:
                Aggregate(aggregate, next, needsOld);
                break;
            case ForeignKeyJoinNode join:
                ForeignKey(join, next, needsOld);
                break;
            case StreamStreamJoinNode join:
                Streams(join, next);
                break;
            case StreamTableJoinNode join:
                StreamTable(join, next);
                break;
            case TableTableJoinNode join:
                Tables(join, next, needsOld);
                break;
            default:
                throw new InvalidOperationException($"No step is made of {node.GetType().Name}");
        }
    }

    private void Scan(ScanNode scan, Processor? next, bool needsOld)
    {
        if (next is null)
        {
            return;
        }

        var relation = scan.Source.Relation;
        var first = scan.Kind == RelationKind.Table
            ? new TableStoreProcessor(Open<IRowStore>(StoreSpecs.Table(scan)), needsOld, relation.Topic, environment.Log, next)
            : next;
        Sources.Add(relation.Topic);
        Read(relation.Topic, new SourceProcessor(scan, environment.ThrowOnInvalidTime, environment.Log, first));
    }

    private Processor Filter(FilterNode filter, Processor next)
    {
        var condition = Condition(filter);
        return filter.Kind == RelationKind.Table
            ? new TableFilterProcessor(condition, next)
            : new FilterProcessor(condition, next);
    }

    private ProjectProcessor Project(ProjectNode project, Processor next) =>
        new([.. project.Columns.Select(c => Compile(c.Expression, c.Column.Name))], KeyMap(project), next);

    // Which cells of the key make the new key; null where it stays.
    private static int[]? KeyMap(ProjectNode project) =>
        project.KeyFrom.SequenceEqual(Enumerable.Range(0, project.Input.Schema.Keys.Length)) ? null : [.. project.KeyFrom];

    private FlattenProcessor Flatten(FlattenNode flatten, Processor next)
    {
        var calls = flatten.Calls.Select(c => new FlattenProcessor.Call(
            c.Function.Bind(environment.Functions), [.. c.Arguments.Select(a => Compile(a, flatten.Name))]));
        return new FlattenProcessor([.. calls], flatten.Name, environment.Log, next);
    }

    // The same key in another format changes nothing but the bytes.
    private Processor Rekey(RepartitionNode node, Processor next) => node.Keys.Any(k => k is BoundKeyColumn)
        ? next
        : new RekeyProcessor(
            [.. node.Keys.Select(k => Compile(k, node.Name))],
            [.. node.Appended.Select(a => a >= 0)],
            [.. node.Input.Schema.Keys.Select(k => node.Input.Schema.IndexOf(k.Name))],
            node.Input.Schema.Columns.Length,
            next);

    private RowExpression Compile(BoundExpression expression, string step) =>
        new(expression, step, environment.Functions, environment.Log);

    private RowExpression Condition(FilterNode filter) =>
        new(filter.Condition, filter.Name, environment.Functions, environment.Log, isCondition: true);

    private TaskMark Mark(StoreSpec store, string name, long initial = long.MinValue)
    {
        var mark = new TaskMark(store, name, initial);
        _marks.Add(mark);
        return mark;
    }

    private T Open<T>(StoreSpec spec)
        where T : IStore
    {
        if (!_stores.TryGetValue(spec.Name, out var store))
        {
            _stores[spec.Name] = store = environment.Stores.Open(spec);
        }

        return (T)store;
    }

    private void Read(string topic, RecordReader reader)
    {
        if (!_readers.TryGetValue(topic, out var readers))
        {
            _readers[topic] = readers = [];
        }

        readers.Add(reader);
    }

    private string TopicOf(string name) => $"{topology.Prefix}-{name}";

    // A topic inside the query, which we read.
    private string OpenTopic(string name, PlanNode like, InternalFormats formats)
    {
        var topic = TopicOf(name);
        Internal.Add(new InternalTopic(topic, like.Scans.First().Source.Relation.Topic, formats));
        return topic;
    }

    private static KeyCodec Keys(FormatSpec format, IReadOnlyList<Column> columns, WindowInfo? window = null) =>
        new(format, columns, window);

    private static RowFormat Rows(InternalFormats formats, IReadOnlyList<Column> columns) =>
        RowFormat.For(StoreSpecs.Inner(formats.Value, columns), columns);

    private static RowJoiner Joiner(JoinNode join) =>
        new(join.Left.Schema.Columns.Length, join.Right.Schema.Columns.Length, join.HasSyntheticKey);
}
