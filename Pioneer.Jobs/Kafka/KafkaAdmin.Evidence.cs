using System.Collections.Immutable;
using Confluent.Kafka;
using Pioneer.Domain.Recovery;

namespace Pioneer.Jobs.Kafka;

public sealed partial class KafkaAdmin
{
    // leaders and coordinators that move do so within a moment; the next round comes soon
    private static readonly TimeSpan EvidencePatience = TimeSpan.FromSeconds(2);

    /// <summary>Whether the cluster answers within the time given: the quick probe of the detectors. Never throws for an unreachable cluster.</summary>
    public async Task<bool> IsAnsweringAsync(TimeSpan timeout, CancellationToken ct) => (await LookAsync(timeout, ct)).IsAnswering;

    /// <summary>Which brokers answer within the time given, each asked for itself. Never throws for an unreachable cluster.</summary>
    public Task<BrokerLook> LookAsync(TimeSpan timeout, CancellationToken ct) => _probe.LookAsync(timeout, ct);

    /// <summary>
    /// What one broker knows of the topics not to be served: topics that are not there by their names, partitions without a leader such as <c>acme.t.payments-3</c>.
    /// One request; asks nobody for offsets.
    /// </summary>
    public async Task<ImmutableArray<string>> NotServedAsync(IReadOnlyCollection<string> topics, CancellationToken ct)
    {
        var found = await _topicDescriptions.DescribeAsync(topics, ct);
        return
        [
            .. topics.Except(found.Topics.Select(topic => topic.Name)).Except(found.Refused.Select(refused => refused.Topic)),
            .. found.Topics.SelectMany(topic => topic.Places.Where(place => place.Leader is null).Select(place => $"{topic.Name}-{place.Partition}")),
        ];
    }

    /// <summary>Where the logs of the partitions begin; has none of those that do not answer.</summary>
    public async Task<IReadOnlyDictionary<TopicPartition, long>> StartsAsync(IReadOnlyCollection<TopicPartition> partitions, CancellationToken ct) =>
        (await _partitionOffsets.TryReadAsync(partitions, LogEnd.Earliest, IsolationLevel.ReadUncommitted, EvidencePatience, ct)).Offsets;

    /// <summary>
    /// The brokers' part of a round of evidence: identity and offsets of the given topics, committed offsets of the given groups. Topics and groups
    /// that do not exist are left out; what exists and does not answer is in <see cref="ClusterEvidence.Unseen"/>, and keeps nothing else from being
    /// seen. The undelivered clock is not set: it needs the round before.
    /// </summary>
    public async Task<ClusterEvidence> ReadEvidenceAsync(IReadOnlyCollection<string> topics, IReadOnlyCollection<string> groups, CancellationToken ct)
    {
        var found = await _topicDescriptions.DescribeAsync(topics, ct);
        var unseen = ImmutableArray.CreateBuilder<UnseenEvidence>();
        unseen.AddRange(found.Refused.Select(refused => new UnseenEvidence(refused.Topic, $"Topic {refused.Topic} was not described: {refused.Reason}.")));
        var seen = await TopicEvidenceAsync(found.Topics, unseen, ct);
        var read = await GroupEvidenceAsync(groups, unseen, ct);
        return new ClusterEvidence(found.ClusterId, found.Brokers, seen, read)
        {
            Unseen = unseen.ToImmutable(),
            LostBrokers = [.. found.Topics.SelectMany(topic => topic.OfflineReplicas).Distinct().Order()],
        };
    }

    /// <summary>
    /// The later round with what is left in each log of the earlier one: ends of logs tell a cut only until it is filled again, leader epochs tell it for
    /// good. Partitions that do not answer, and brokers that know no epochs, leave <see cref="PartitionEvidence.KeptTo"/> open.
    /// </summary>
    public async Task<ClusterEvidence> CompareAsync(ClusterEvidence before, ClusterEvidence after, CancellationToken ct)
    {
        var epochs = (from topic in after.Topics
                      from earlier in before.Topic(topic.Name) is { } same && same.TopicId == topic.TopicId ? same.Partitions : []
                      where earlier.LeaderEpoch is not null && after.Partition(topic.Name, earlier.Partition) is not null
                      select (Partition: new TopicPartition(topic.Name, earlier.Partition), Epoch: earlier.LeaderEpoch!.Value))
            .ToDictionary(earlier => earlier.Partition, earlier => earlier.Epoch);
        var ends = (await _partitionOffsets.TryReadEpochEndsAsync(epochs, EvidencePatience, ct)).Offsets;
        return after with
        {
            Topics =
            [
                .. after.Topics.Select(topic => topic with
                {
                    Partitions =
                    [
                        .. topic.Partitions.Select(partition => partition with
                        {
                            KeptTo = ends.TryGetValue(new TopicPartition(topic.Name, partition.Partition), out var end) && end >= 0 ? end : null,
                        }),
                    ],
                }),
            ],
        };
    }

    private async Task<ImmutableArray<TopicEvidence>> TopicEvidenceAsync(
        ImmutableArray<TopicDescription> found, ImmutableArray<UnseenEvidence>.Builder unseen, CancellationToken ct)
    {
        if (found.IsEmpty)
        {
            return [];
        }

        var partitions = found.SelectMany(topic => topic.Partitions.Select(partition => new TopicPartition(topic.Name, partition))).ToList();
        var reads = await Task.WhenAll(
            _partitionOffsets.TryReadAsync(partitions, LogEnd.Earliest, IsolationLevel.ReadUncommitted, EvidencePatience, ct),
            _partitionOffsets.TryReadAsync(partitions, LogEnd.Latest, IsolationLevel.ReadUncommitted, EvidencePatience, ct),
            _partitionOffsets.TryReadAsync(partitions, LogEnd.Latest, IsolationLevel.ReadCommitted, EvidencePatience, ct));
        unseen.AddRange(reads.SelectMany(read => read.Unread).DistinctBy(unread => unread.Key).Select(unread => new UnseenEvidence(
            $"{unread.Key.Topic}-{unread.Key.Partition.Value}", $"Partition {unread.Key.Topic}-{unread.Key.Partition.Value} did not answer: {unread.Value.Reason}.")));
        var (earliest, end, stable) = (reads[0].Offsets, reads[1].Offsets, reads[2].Offsets);
        var retention = await RetentionAsync([.. found.Select(topic => topic.Name)], unseen, ct);
        return
        [
            .. found.Where(topic => retention.ContainsKey(topic.Name)).Select(topic => (topic, limit: retention[topic.Name])).Select(read => new TopicEvidence(
                read.topic.Name, read.topic.TopicId, read.limit.Ms,
                [
                    .. read.topic.Partitions.Select(partition => new TopicPartition(read.topic.Name, partition))
                        .Where(partition => earliest.ContainsKey(partition) && end.ContainsKey(partition) && stable.ContainsKey(partition))
                        .Select(partition => new PartitionEvidence(partition.Partition.Value, earliest[partition], end[partition], stable[partition])
                        {
                            LeaderEpoch = reads[1].Epochs.TryGetValue(partition, out var epoch) ? epoch : null,
                        }),
                ],
                read.limit.Bytes) { IsDatedByBrokers = read.limit.IsDatedByBrokers }),
        ];
    }

    /// <summary>
    /// Effective retention by time and by size, -1 for none; a compacted topic keeps the latest of every key for ever. A topic whose configuration is not told is
    /// left out and unseen: it is not known to keep anything.
    /// </summary>
    private async Task<Dictionary<string, (long Ms, long Bytes, bool IsDatedByBrokers)>> RetentionAsync(
        IReadOnlyCollection<string> topics, ImmutableArray<UnseenEvidence>.Builder unseen, CancellationToken ct)
    {
        string[] wanted = ["cleanup.policy", "retention.ms", "retention.bytes", "message.timestamp.type"];
        var read = await _topicConfigs.TryReadAsync(topics, wanted, ct);
        unseen.AddRange(read.Refused.Select(refused => new UnseenEvidence(refused.Key, $"How long {refused.Key} keeps its records was not told: {refused.Value.Reason}.")));
        return read.Configs.ToDictionary(
            topic => topic.Key,
            topic => topic.Value.All.GetValueOrDefault("cleanup.policy", "delete").Contains("delete", StringComparison.Ordinal)
                ? (Limit(topic.Value, "retention.ms"), Limit(topic.Value, "retention.bytes"),
                    topic.Value.All.GetValueOrDefault("message.timestamp.type") is "LogAppendTime")
                : (-1, -1, false),
            StringComparer.Ordinal);
    }

    private static long Limit(TopicConfig topic, string key) =>
        topic.All.TryGetValue(key, out var text) && long.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var limit) ? limit : -1;

    /// <summary>Offsets that an open transaction is about to change are read as they are: an observer of a broken platform does not wait.</summary>
    private async Task<ImmutableArray<GroupEvidence>> GroupEvidenceAsync(
        IReadOnlyCollection<string> groups, ImmutableArray<UnseenEvidence>.Builder unseen, CancellationToken ct)
    {
        var read = await _groupOffsets.TryReadAsync("read the offsets of groups", groups, stable: false, EvidencePatience, ct);
        unseen.AddRange(read.Unread.Select(group => new UnseenEvidence(group.Key, $"The positions of {group.Key} were not seen: {group.Value.Reason}.")));
        return
        [
            .. read.Offsets.Where(group => group.Value is { Count: > 0 }).Select(group => new GroupEvidence(group.Key,
            [
                .. group.Value!.Select(offset => new CommittedEvidence(offset.Key.Topic, offset.Key.Partition.Value, offset.Value, null)),
            ])),
        ];
    }
}
