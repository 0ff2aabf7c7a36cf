using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Pioneer.Domain.Recovery;

/// <summary>What one round of probes saw: the picture that a verdict compares with a later one. A probe that did not answer is null, never empty.</summary>
/// <param name="TakenAt">When the round began.</param>
/// <param name="Cluster">Null when no broker answered.</param>
/// <param name="Connectors">Null when Connect did not answer.</param>
/// <param name="Queries">Of the ksqlDB services that answered; null when none of them did.</param>
public sealed record EvidenceRound(
    DateTimeOffset TakenAt,
    ClusterEvidence? Cluster,
    ImmutableArray<ConnectorEvidence>? Connectors,
    ImmutableArray<QueryEvidence>? Queries)
{
    /// <summary>The ksqlDB services that did not answer: nothing is known of their queries.</summary>
    public ImmutableArray<UnseenService> UnseenServices { get; init; } = [];

    /// <summary>The queries as far as those of one service were seen among them; null when that service did not answer.</summary>
    public ImmutableArray<QueryEvidence>? QueriesSeenWith(string service) =>
        UnseenServiceOf(service) is null ? Queries : null;

    /// <summary>That ksqlDB service where it did not answer; null where it did, or was not asked.</summary>
    public UnseenService? UnseenServiceOf(string service) => ServiceIndex.Of(this).Unseen(service);

    /// <summary>The query of that id; null when none was seen.</summary>
    public QueryEvidence? Query(string id) => ServiceIndex.Of(this).Query(id);

    /// <summary>The connector of that name; null when none was seen.</summary>
    public ConnectorEvidence? Connector(string name) => ServiceIndex.Of(this).Connector(name);

    /// <summary>The topic's evidence; null when the cluster was not seen or does not have it.</summary>
    public TopicEvidence? Topic(string name) => Cluster?.Topic(name);

    /// <summary>The partition's evidence; null when it was not seen.</summary>
    public PartitionEvidence? Partition(string topic, int partition) => Cluster?.Partition(topic, partition);

    /// <summary>The group's evidence; null when the cluster was not seen or does not have it.</summary>
    public GroupEvidence? Group(string name) => Cluster?.Group(name);

    /// <summary>Where the group stands in the topic; none where it has no position there, or was not seen.</summary>
    public ImmutableArray<CommittedEvidence> PlacesOf(string group, string topic) => Cluster?.PlacesOf(group, topic) ?? [];

    /// <summary>
    /// The positions of a reader: its own, or until it has any those of the one it goes on from. Null when neither has any, or neither was seen.
    /// </summary>
    public GroupEvidence? PositionsOf(FlowHop.Reading hop) =>
        Own(hop.Group, hop.Topic) ?? (hop.EarlierGroup is { } earlier ? Own(earlier, hop.Topic) : null);

    /// <summary>Where that reader stands in its topic; none where <see cref="PositionsOf"/> has nothing.</summary>
    public ImmutableArray<CommittedEvidence> PlacesOf(FlowHop.Reading hop) => PositionsOf(hop) is { } group ? PlacesOf(group.Name, hop.Topic) : [];

    private GroupEvidence? Own(string group, string topic) => PlacesOf(group, topic).IsEmpty ? null : Group(group);

    /// <summary>
    /// This round with what only a later one saw: the earliest evidence of every topic and group. A verdict on several failures in a row compares with
    /// that, as nothing that was there before any of them may be missing after the last.
    /// </summary>
    public EvidenceRound CompletedBy(EvidenceRound later)
    {
        if (Cluster is null || later.Cluster is null)
        {
            return Cluster is null ? later : this;
        }

        var added = later.Cluster.Except(Cluster);
        return this with { Cluster = Cluster with { Topics = [.. Cluster.Topics, .. added.Topics], Groups = [.. Cluster.Groups, .. added.Groups] } };
    }

    /// <summary>Whether this round has every topic and group of the flows that the other has.</summary>
    public bool Covers(EvidenceRound other, IEnumerable<TenantFlow> flows)
    {
        if (Cluster is null || other.Cluster is null)
        {
            return other.Cluster is null;
        }

        var added = other.Cluster.Except(Cluster);
        var topics = added.Topics.Select(topic => topic.Name).ToHashSet(StringComparer.Ordinal);
        var groups = added.Groups.Select(group => group.Name).ToHashSet(StringComparer.Ordinal);
        return !flows.SelectMany(flow => flow.Hops).Any(hop => topics.Contains(hop.Topic) || (hop is FlowHop.Reading reading && groups.Contains(reading.Group)));
    }
}

/// <summary>A ksqlDB service that was asked for its queries and did not answer.</summary>
/// <param name="Reason">Why, in words; may name addresses.</param>
/// <param name="SeenAt">The last round in which it answered; null where none did since the portal started.</param>
public sealed record UnseenService(string ServiceId, string Reason, DateTimeOffset? SeenAt);

/// <summary>One topic: its identity and, per partition, what it holds.</summary>
/// <param name="RetentionMs">-1 for no limit by time.</param>
/// <param name="RetentionBytes">-1 for no limit by size.</param>
public sealed record TopicEvidence(
    string Name, string TopicId, long RetentionMs, ImmutableArray<PartitionEvidence> Partitions, long RetentionBytes = -1)
{
    /// <summary>
    /// Whether the brokers date each record when they write it (<c>LogAppendTime</c>); else it bears what its writer says.
    /// </summary>
    public bool IsDatedByBrokers { get; init; }
}

/// <summary>One partition's offsets: first held, end (high watermark), and last stable (committed transactions).</summary>
/// <param name="GrewAt">The first round that saw this end, where one before it saw a lower one; null where it was never seen to grow.</param>
public sealed record PartitionEvidence(int Partition, long Earliest, long End, long LastStable, DateTimeOffset? GrewAt = null)
{
    /// <summary>The leader's epoch when the end was read: it names the history that the end is part of. Null from brokers that do not tell.</summary>
    public int? LeaderEpoch { get; init; }

    /// <summary>
    /// In a round that is compared with an earlier one: up to where the log still holds that one's history. What follows was written since; null where
    /// nobody could tell.
    /// </summary>
    public long? KeptTo { get; init; }
}

/// <summary>One consumer group's committed offsets and since when each partition has had undelivered records.</summary>
public sealed record GroupEvidence(string Name, ImmutableArray<CommittedEvidence> Committed);

/// <summary>One partition's committed offset.</summary>
/// <param name="UndeliveredSince">A time at which every record before the committed offset's successor was still unwritten or delivered: no undelivered
/// record is older where <see cref="IsClockWhole"/>. Null when nothing is undelivered.</param>
/// <param name="MovedAt">The round that first saw this offset; null where nothing is known of it.</param>
public sealed record CommittedEvidence(
    string Topic, int Partition, long Offset, DateTimeOffset? UndeliveredSince, DateTimeOffset? MovedAt = null)
{
    /// <summary>
    /// No record from this offset on was written before <see cref="UndeliveredSince"/>; one before it may have been. Null where that is not
    /// known.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? ClockHoldsFrom { get; init; }

    /// <summary>Whether no undelivered record is older than the clock says.</summary>
    [JsonIgnore]
    public bool IsClockWhole => ClockHoldsFrom <= Offset;

    /// <summary>
    /// A record at or before the offset, and still held, bears this time or a later one. Segments are deleted from the start of a log, and
    /// none before its newest record is older than the retention: what is unread stands for the retention from this time on. The beginning
    /// of time where that is over already; null where nobody told.
    /// </summary>
    public DateTimeOffset? DatedAt { get; init; }

    /// <summary>
    /// The offset that <see cref="DatedAt"/> was told for: an earlier one where the reader has moved on since, and the time holds still, as
    /// nothing goes from a log before what lies ahead of it. Null where it was told for <see cref="Offset"/>.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? DatedFor { get; init; }

    /// <summary>The round that was told <see cref="DatedAt"/>; null where that is not known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? DatedIn { get; init; }

    /// <summary>Whether the brokers told how what is unread from exactly here is dated.</summary>
    [JsonIgnore]
    public bool IsDatedHere => DatedAt is not null && (DatedFor ?? Offset) == Offset;
}

/// <summary>One connector and the worst of its tasks.</summary>
/// <param name="Trace">The first failed task's trace; null when none failed.</param>
public sealed record ConnectorEvidence(string Name, string State, ImmutableArray<TaskEvidence> Tasks, string? Trace)
{
    /// <summary>Rows that were left out; null where the worker does not tell, as Kafka Connect's own does not.</summary>
    public SkippedRows? Skipped { get; init; }

    /// <summary>What it has done since the start; null where the worker does not tell. Not kept with the round: verdicts rest on topics.</summary>
    [JsonIgnore]
    public ConnectorProgress? Progress { get; init; }

    /// <summary>Whether a task or the connector itself reports FAILED.</summary>
    public bool IsFailed => State == "FAILED" || Tasks.Any(task => task.State == "FAILED");
}

/// <summary>One task of a connector.</summary>
public sealed record TaskEvidence(int Id, string State);

/// <summary>One persistent query of a ksqlDB service.</summary>
public sealed record QueryEvidence(string ServiceId, string QueryId, string State, string? Error)
{
    /// <summary>Rows that it left out; null where its ksqlDB does not tell, as ksqlDB itself does not.</summary>
    public SkippedRows? Skipped { get; init; }

    /// <summary>Values that are NULL in what it delivered because they could not be computed; null where its ksqlDB does not tell.</summary>
    public FailedValues? FailedValues { get; init; }
}
