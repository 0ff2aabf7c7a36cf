using System.Globalization;
using Pioneer.Ksql.Planning;
using Pioneer.Ksql.Syntax;

namespace Pioneer.Streams.Topologies;

/// <summary>What ksqlDB calls the topics and stores inside a query. All of them follow the prefix of the query.</summary>
internal static class InternalNames
{
    /// <summary>What names of topics of a query begin with.</summary>
    public static string Prefix(string serviceId, string queryId) => $"_confluent-ksql-{serviceId}query_{queryId}";

    /// <summary>The topic that brings rows to their groups.</summary>
    public static string GroupBy(AggregateNode node) => $"{node.Name}-GroupBy-repartition";

    /// <summary>The store of the groups.</summary>
    public static string Groups(AggregateNode node) => $"{node.Name}-Aggregate-Materialize";

    /// <summary>The store of a table that is read.</summary>
    public static string Table(ScanNode node) => $"{node.Name}-Reduce";

    /// <summary>The store of a table that got another key.</summary>
    public static string Table(RepartitionNode node) => $"{node.Name}-Materialize";

    /// <summary>The topic that brings rows of a table to their other keys.</summary>
    public static string Rekeyed(RepartitionNode node) => $"{node.Name}-SelectKey-repartition";

    /// <summary>The topic that brings rows of a side to the other.</summary>
    public static string Side(JoinNode join, bool isLeft) => join is StreamTableJoinNode
        ? $"{join.Name}-repartition"
        : $"{join.Name}-{(isLeft ? "left" : "right")}-repartition";

    /// <summary>The store of the rows of a side of a join of streams. Kafka Streams numbers it after the steps before.</summary>
    public static string Buffer(StreamStreamJoinNode join, bool isLeft)
    {
        // A right join is a left join from the other side.
        var isThis = isLeft != (join.JoinKind == JoinKind.Right);
        var word = join.JoinKind switch
        {
            JoinKind.Full => isThis ? "OUTERTHIS" : "OUTEROTHER",
            JoinKind.Inner => isThis ? "JOINTHIS" : "JOINOTHER",
            _ => isThis ? "JOINTHIS" : "OUTEROTHER",
        };
        return Numbered(word, FirstNumber(join) + (isThis ? 0 : 1));
    }

    /// <summary>The store of the rows of a join of streams that wait.</summary>
    public static string Pending(StreamStreamJoinNode join) => Numbered("OUTERSHARED", FirstNumber(join));

    /// <summary>The topic of references to another table.</summary>
    public static string References(ForeignKeyJoinNode join) => $"{join.Name}-SUBSCRIPTION-REGISTRATION-topic";

    /// <summary>The topic of answers to them.</summary>
    public static string Answers(ForeignKeyJoinNode join) => $"{join.Name}-SUBSCRIPTION-RESPONSE-topic";

    /// <summary>The store of references.</summary>
    public static string ReferenceStore(ForeignKeyJoinNode join) => $"{join.Name}-SUBSCRIPTION-STATE-STORE";

    /// <summary>The store of the result of a foreign key join.</summary>
    public static string Result(ForeignKeyJoinNode join) => $"{join.Name}-OUTPUT-STATE-STORE";

    private static int FirstNumber(PlanNode join)
    {
        const int FirstJoin = 8;
        const int PerRepartition = 4;
        var before = Joins(join.Inputs[0]).FirstOrDefault() is { } earlier ? FirstNumber(earlier) : 0;
        return before + FirstJoin + (PerRepartition * join.Inputs.Count(i => i is RepartitionNode));
    }

    private static IEnumerable<JoinNode> Joins(PlanNode node) =>
        node is JoinNode join ? [join] : node.Inputs.SelectMany(Joins);

    private static string Numbered(string word, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"KSTREAM-{word}-{number:D10}-store");
}
