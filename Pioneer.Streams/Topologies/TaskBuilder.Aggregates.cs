using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Planning;
using Pioneer.Ksql.Types;
using Pioneer.Streams.Processing;
using Pioneer.Streams.Stores;

namespace Pioneer.Streams.Topologies;

// GROUP BY: rows go to their groups, which may be in other partitions.
internal sealed partial class TaskBuilder
{
    private void Aggregate(AggregateNode node, Processor? next, bool needsOld)
    {
        var isTable = node.Input.Kind == RelationKind.Table;
        var groups = next is null ? null : Groups(node, next, needsOld);
        if (!node.NeedsRepartition)
        {
            Connect(node.Input, groups is null ? null : Group(node, groups), isTable);
            return;
        }

        Processor? writer = null;
        var prepared = node.Prepared.Select(p => p.Column).ToArray();
        if (IsOurs(node.Input))
        {
            var topic = TopicOf(InternalNames.GroupBy(node));
            var keys = Keys(node.Formats.Key, node.Schema.Keys);
            writer = Group(node, isTable
                ? new ChangeWriter(topic, keys, new ChangeCodec(Rows(node.Formats, prepared)), environment.Send)
                : new RepartitionWriter(topic, keys, Rows(node.Formats, prepared), keepsKeyless: false, environment.Send));
        }

        if (groups is not null)
        {
            ReadGroups(node, prepared, isTable, groups);
        }

        Connect(node.Input, writer, isTable);
    }

    private void ReadGroups(AggregateNode node, Column[] prepared, bool isTable, Processor groups)
    {
        var topic = OpenTopic(InternalNames.GroupBy(node), node, node.Formats);
        var keys = Keys(node.Formats.Key, node.Schema.Keys);
        Read(topic, isTable
            ? new ChangeReader(topic, keys, new ChangeCodec(Rows(node.Formats, prepared)), environment.Log, groups)
            : new RepartitionReader(topic, keys, Rows(node.Formats, prepared), environment.Log, groups));
    }

    private Processor Group(AggregateNode node, Processor next)
    {
        var mapper = new GroupMapper(
            [.. node.GroupBy.Select(g => Compile(g, node.Name))],
            [.. node.Prepared.Select(p => Compile(p.Expression, node.Name))],
            node.Name,
            environment.Log);
        return node.Input.Kind == RelationKind.Table
            ? new TableGroupProcessor(mapper, next)
            : new StreamGroupProcessor(mapper, keepsKey: !node.NeedsRepartition, next);
    }

    private Processor Groups(AggregateNode node, Processor next, bool needsOld)
    {
        var spec = StoreSpecs.Groups(node);
        var aggregation = new Aggregation(node);
        return (node.Input.Kind, spec.Kind) switch
        {
            (RelationKind.Table, _) => new TableAggregateProcessor(Open<IRowStore>(spec), aggregation, needsOld, next),
            (_, StoreKind.Windows) => new WindowAggregateProcessor(
                Open<IWindowStore>(spec), aggregation, node.Window!, needsOld, Mark(spec, "stream-time"), Mark(spec, "closed"), next),
            (_, StoreKind.Sessions) => new SessionAggregateProcessor(
                Open<ISessionStore>(spec), aggregation, node.Window!, needsOld, Mark(spec, "stream-time"), Mark(spec, "closed"), next),
            _ => new StreamAggregateProcessor(Open<IRowStore>(spec), aggregation, needsOld, next),
        };
    }
}
