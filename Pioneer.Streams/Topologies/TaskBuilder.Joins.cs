using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Planning;
using Pioneer.Ksql.Serialization;
using Pioneer.Ksql.Syntax;
using Pioneer.Streams.Processing;
using Pioneer.Streams.Stores;

namespace Pioneer.Streams.Topologies;

// Joins: both sides meet in one part.
internal sealed partial class TaskBuilder
{
    private void Streams(StreamStreamJoinNode join, Processor? next)
    {
        Processor? left = null;
        Processor? right = null;
        if (next is not null)
        {
            var waits = join.GraceMs is not null && join.JoinKind != JoinKind.Inner;
            var buffer = StoreSpecs.Buffer(join, isLeft: true);
            var shared = new StreamStreamJoin(
                join,
                Joiner(join),
                waits ? Open<IPendingJoins>(StoreSpecs.Pending(join)) : null,
                Mark(buffer, "stream-time"),
                Mark(buffer, "oldest-pending", long.MaxValue),
                next);
            var leftRows = Open<IJoinBuffer>(buffer);
            var rightRows = Open<IJoinBuffer>(StoreSpecs.Buffer(join, isLeft: false));
            left = new StreamStreamJoinProcessor(shared, join, isLeft: true, leftRows, rightRows);
            right = new StreamStreamJoinProcessor(shared, join, isLeft: false, rightRows, leftRows);
        }

        ConnectSide(join, isLeft: true, left, needsOld: false);
        ConnectSide(join, isLeft: false, right, needsOld: false);
    }

    private void StreamTable(StreamTableJoinNode join, Processor? next)
    {
        // The table first: a record that is in both topics finds its own row.
        ConnectSide(join, isLeft: false, next is null ? null : new EndProcessor(), needsOld: false);
        ConnectSide(
            join,
            isLeft: true,
            next is null ? null : new StreamTableJoinProcessor(View(join.Right), Joiner(join), join.JoinKind == JoinKind.Left, next),
            needsOld: false);
    }

    // A side whose rows are kept without a match must know what was before: else a deletion could not be told from nothing.
    private void Tables(TableTableJoinNode join, Processor? next, bool needsOld)
    {
        var (left, right) = next is null
            ? (null, null)
            : (Side(join, isLeft: true, needsOld, next), Side(join, isLeft: false, needsOld, next));
        ConnectSide(join, isLeft: true, left, needsOld || join.JoinKind is JoinKind.Left or JoinKind.Full);
        ConnectSide(join, isLeft: false, right, needsOld || join.JoinKind is JoinKind.Right or JoinKind.Full);
    }

    private TableTableJoinProcessor Side(TableTableJoinNode join, bool isLeft, bool needsOld, Processor next) =>
        new(isLeft, join.JoinKind, View(isLeft ? join.Right : join.Left), Joiner(join), needsOld, next);

    private void ConnectSide(JoinNode join, bool isLeft, Processor? next, bool needsOld)
    {
        var side = isLeft ? join.Left : join.Right;
        if (side is not RepartitionNode repartition)
        {
            Connect(side, next, needsOld);
            return;
        }

        var isTable = repartition.Kind == RelationKind.Table;
        var name = isTable ? InternalNames.Rekeyed(repartition) : InternalNames.Side(join, isLeft);
        var window = side.Scans.First().Source.Relation.Window;
        if (next is not null)
        {
            var topic = OpenTopic(name, side, repartition.Formats);
            var first = isTable
                ? new TableStoreProcessor(Open<IRowStore>(StoreSpecs.Table(repartition)), needsOld, topic, environment.Log, next)
                : next;
            Read(topic, new RepartitionReader(
                topic,
                Keys(repartition.Formats.Key, repartition.Schema.Keys, window),
                Rows(repartition.Formats, repartition.Schema.Columns),
                environment.Log,
                first));
        }

        Connect(repartition.Input, IsOurs(repartition.Input) ? SideWriter(join, isLeft, repartition, name) : null, needsOld: false);
    }

    private Processor SideWriter(JoinNode join, bool isLeft, RepartitionNode repartition, string name)
    {
        var keepsKeyless = join.JoinKind == JoinKind.Full || join.JoinKind == (isLeft ? JoinKind.Left : JoinKind.Right);
        var writer = new RepartitionWriter(
            TopicOf(name),
            Keys(repartition.Formats.Key, repartition.Schema.Keys, repartition.Scans.First().Source.Relation.Window),
            Rows(repartition.Formats, repartition.Schema.Columns),
            keepsKeyless,
            environment.Send);
        return Rekey(repartition, writer);
    }

    private TableView View(PlanNode node) => node switch
    {
        ScanNode scan => new StoreView(Open<IRowStore>(StoreSpecs.Table(scan))),
        RepartitionNode repartition => new StoreView(Open<IRowStore>(StoreSpecs.Table(repartition))),
        FilterNode filter => new MappedView(View(filter.Input), Passing(filter)),
        ProjectNode project => new MappedView(View(project.Input), Project(project, new EndProcessor()).Project),
        ForeignKeyJoinNode join => new StoreView(Open<IRowStore>(StoreSpecs.Joined(join))),
        TableTableJoinNode join => new JoinedView(View(join.Left), View(join.Right), join.JoinKind, Joiner(join)),
        _ => throw new InvalidOperationException($"{node.GetType().Name} can't be looked up"),
    };

    private Func<object?[]?, object?[]?> Passing(FilterNode filter) =>
        new TableFilterProcessor(Condition(filter), new EndProcessor()).Passing;

    private void ForeignKey(ForeignKeyJoinNode join, Processor? next, bool needsOld)
    {
        var foreignKeys = join.Right.Schema.Keys;
        var rightRows = new InternalFormats(KeyFormats(join.Right), join.Formats.Value);
        Processor? left = null;
        if (next is not null)
        {
            var answers = OpenTopic(InternalNames.Answers(join), join, join.Formats);
            var view = View(join.Left);
            var result = StoreSpecs.Joined(join);
            if (needsOld || _stores.ContainsKey(result.Name))
            {
                // Somebody looks the result up, or asks for what was before: it is kept.
                next = new TableStoreProcessor(Open<IRowStore>(result), needsOld, join.Name, environment.Log, next);
            }

            Read(answers, new AnswerReader(
                PrimaryKeys(join),
                Rows(rightRows, join.Right.Schema.Columns),
                new AnswerJoiner(view, Version(join), join.JoinKind, Joiner(join), next)));
            left = new ReferenceSender(
                Compile(join.ForeignKey, join.Name),
                join.JoinKind,
                Version(join),
                partition,
                new ReferenceWriter(
                    TopicOf(InternalNames.References(join)), Keys(rightRows.Key, foreignKeys), PrimaryKeys(join), environment.Send),
                join.Name,
                environment.Log);
        }

        Connect(join.Left, left, needsOld: true);
        Connect(join.Right, IsOurs(join.Right) ? Referenced(join, rightRows) : null, needsOld: true);
    }

    private ReferencedTableProcessor Referenced(ForeignKeyJoinNode join, InternalFormats rightRows)
    {
        var store = Open<ISubscriptionStore>(StoreSpecs.References(join));
        var answers = new AnswerWriter(
            TopicOf(InternalNames.Answers(join)), PrimaryKeys(join), Rows(rightRows, join.Right.Schema.Columns), environment.Send);
        Read(
            OpenTopic(InternalNames.References(join), join.Right, rightRows),
            new ReferenceReader(
                Keys(rightRows.Key, join.Right.Schema.Keys), PrimaryKeys(join), new ReferenceKeeper(store, View(join.Right), answers)));
        return new ReferencedTableProcessor(store, answers);
    }

    private static Rows.KeyCodec PrimaryKeys(ForeignKeyJoinNode join) => Keys(join.Formats.Key, join.Schema.Keys);

    private static RowVersion Version(ForeignKeyJoinNode join) => new(Rows(join.Formats, join.Left.Schema.Columns));

    private static FormatSpec KeyFormats(PlanNode node) => node.Scans.First().Source.Relation.KeyFormat;
}
