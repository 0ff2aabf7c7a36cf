namespace Pioneer.Domain.Recovery;

/// <summary>A kind of disaster that this release recognises and has a playbook for. Numbers are those of research/dr.md.</summary>
/// <param name="Number">Such as <c>S10</c>; stable.</param>
/// <param name="Meaning">What it means for the data, for people.</param>
/// <param name="Drill">What a drill of it does to the platform; null where it cannot be drilled.</param>
public sealed record Scenario(string Number, string Name, string Meaning, string? Drill)
{
    /// <summary>No broker answers.</summary>
    public static readonly Scenario ClusterUnavailable = new(
        "S01", "Kafka cluster unavailable",
        "Nothing is lost while it lasts: connectors hold their position and polled tables keep their rows. What is already in topics is at risk "
        + "only when the outage outlasts their retention.",
        "Stops the brokers, waits until it is noticed, starts them again.");

    /// <summary>A connector or one of its tasks reports FAILED.</summary>
    public static readonly Scenario ConnectorFailed = new(
        "S10", "Connector or task failed",
        "Nothing is lost: the connector's position is kept and the polled table keeps its rows. New rows wait in the source.",
        "Makes the connector's task fail, waits until it is noticed, then the playbook restarts it.");

    /// <summary>A broker is gone and the others go on.</summary>
    public static readonly Scenario BrokerLost = new(
        "S02", "Broker lost",
        "Nothing is lost while others hold the replicas: they lead its partitions and go on. Until it is back, one more loss may stop writing.",
        Drill: null);

    /// <summary>A partition has no leader.</summary>
    public static readonly Scenario PartitionOffline = new(
        "S03", "Partition without a leader",
        "Nobody can read or write the partition. Its records are safe if a broker that was in sync comes back; they are not if another one is made its leader.",
        Drill: null);

    /// <summary>No Connect worker answers.</summary>
    public static readonly Scenario ConnectUnavailable = new(
        "S09", "Kafka Connect unavailable",
        "Nothing is lost while it lasts: positions are kept and polled tables keep their rows. Nothing new arrives from any source.",
        Drill: null);

    /// <summary>A wanted connector is not there, or has no task that runs.</summary>
    public static readonly Scenario ConnectorMissing = new(
        "S11", "Connector missing or standing",
        "Nothing new arrives by this connector. The rows of a polled table wait in the source.",
        Drill: null);

    /// <summary>The portal cannot reach a source, or is not let in.</summary>
    public static readonly Scenario SourceUnavailable = new(
        "S12", "Source unavailable",
        "Nothing new arrives from the source. A polled table keeps its rows, so nothing is lost as long as the source itself keeps them.",
        Drill: null);

    /// <summary>A query that should run is missing, in error, or does not take what waits for it.</summary>
    public static readonly Scenario QueryStands = new(
        "S14", "Query does not run",
        "Results stop. What was not read waits in the topic until its retention deletes it.",
        Drill: null);

    /// <summary>A topic of a tenant is gone.</summary>
    public static readonly Scenario TopicMissing = new(
        "S20", "Topic missing",
        "What the topic held and nobody had read is gone with it. Once the topic is there again, its readers must be seeded.",
        Drill: null);

    /// <summary>Retention deleted what a reader had not read.</summary>
    public static readonly Scenario RetentionPassed = new(
        "S23", "Retention passed a reader",
        "Records were deleted before the reader had read them. Whoever needs them must be seeded again.",
        Drill: null);

    /// <summary>
    /// A connector leaves out rows that cannot be records. It has no playbook and is no incident: the rest is delivered, and only who owns the row can mend it.
    /// </summary>
    public static readonly Scenario RowsLeftOut = new(
        "S21", "Rows left out",
        "The rows reach nobody until they are mended in the source. Those before and after them are delivered.",
        Drill: null);

    /// <summary>The same of a query: what can be no row, or no record of its results.</summary>
    public static readonly Scenario RecordsLeftOut = new(
        "S21", "Rows left out",
        "The rows give no result until they come again mended, or to a changed query. Those before and after them are delivered.",
        Drill: null);

    /// <summary>A query delivers NULL where its expression fails. Its author may mean that; who does not must learn of it.</summary>
    public static readonly Scenario ValuesFailed = new(
        "S21", "Values failed",
        "The rows are delivered with NULL where the query could not compute a value.",
        Drill: null);

    /// <summary>Whether it tells of single rows: of such the rest goes on, it is no incident, and it does not say that nothing is lost.</summary>
    public bool IsAboutRows => Number == RowsLeftOut.Number;

    /// <summary>Every scenario that has a detector and a playbook.</summary>
    public static readonly IReadOnlyList<Scenario> Catalogue =
    [
        ClusterUnavailable, BrokerLost, PartitionOffline, ConnectUnavailable, ConnectorFailed, ConnectorMissing, SourceUnavailable, QueryStands, TopicMissing,
        RetentionPassed,
    ];

    /// <summary>The scenario with the number; null when this release does not know it.</summary>
    public static Scenario? Find(string number) => Catalogue.FirstOrDefault(scenario => scenario.Number == number);
}
