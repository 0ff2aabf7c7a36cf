using Pioneer.Domain.Recovery;

namespace Pioneer.Tests.Recovery;

/// <summary>A round of evidence of one tenant with one feed and one query, as healthy as can be until told otherwise.</summary>
internal sealed class EvidenceBuilder
{
    public const string Topic = "acme.t.payments";
    public const string Group = "_confluent-ksql-acme_query_LARGE_V1";
    public static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    public static readonly TenantFlow Flow = new("acme",
        [new FlowHop.Ingestion(Topic, Topic), new FlowHop.Reading(Topic, Group, "LARGE_V1")]);

    private string _clusterId = "cluster-a";
    private string _topicId = "topic-a";
    private long _earliest;
    private long _end = 100;
    private long _committed = 100;
    private long _retentionMs = 3_600_000;
    private DateTimeOffset? _undeliveredSince;
    private string _taskState = "RUNNING";
    private bool _queriesSeen = true;
    private string _query = "LARGE_V1";
    private int _partition;
    private int? _leaderEpoch = 4;
    private long? _keptTo;

    public EvidenceBuilder WithEnd(long end) { _end = end; return this; }

    public EvidenceBuilder WithEarliest(long earliest) { _earliest = earliest; return this; }

    public EvidenceBuilder WithCommitted(long committed, DateTimeOffset? undeliveredSince = null)
    {
        _committed = committed;
        _undeliveredSince = undeliveredSince;
        return this;
    }

    public EvidenceBuilder WithTopicId(string topicId) { _topicId = topicId; return this; }

    public EvidenceBuilder WithClusterId(string clusterId) { _clusterId = clusterId; return this; }

    public EvidenceBuilder WithTask(string state) { _taskState = state; return this; }

    public EvidenceBuilder WithRetention(long milliseconds) { _retentionMs = milliseconds; return this; }

    public EvidenceBuilder WithQuery(string id) { _query = id; return this; }

    public EvidenceBuilder WithPartition(int partition) { _partition = partition; return this; }

    /// <summary>The log holds what it held before up to here only.</summary>
    public EvidenceBuilder WithCutTo(long offset) { _keptTo = offset; return this; }

    /// <summary>The brokers tell no leader epochs.</summary>
    public EvidenceBuilder WithoutEpochs() { _leaderEpoch = null; return this; }

    public EvidenceBuilder WithoutQueries() { _queriesSeen = false; return this; }

    public EvidenceRound Build() => new(
        Noon,
        new ClusterEvidence(_clusterId, 1,
            [new TopicEvidence(Topic, _topicId, _retentionMs, [new PartitionEvidence(_partition, _earliest, _end, _end) { LeaderEpoch = _leaderEpoch, KeptTo = _leaderEpoch is null ? null : _keptTo ?? _end }])],
            [new GroupEvidence(Group, [new CommittedEvidence(Topic, 0, _committed, _undeliveredSince) { ClockHoldsFrom = _undeliveredSince is null ? null : _committed }])]),
        [new ConnectorEvidence(Topic, "RUNNING", [new TaskEvidence(0, _taskState)], _taskState == "FAILED" ? "boom" : null)],
        _queriesSeen ? [new QueryEvidence("acme_", _query, "RUNNING", null)] : null);
}
