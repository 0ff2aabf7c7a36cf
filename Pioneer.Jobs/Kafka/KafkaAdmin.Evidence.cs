using System.Collections.Immutable;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
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
                      from earlier in before.Topics.FirstOrDefault(earlier => earlier.Name == topic.Name && earlier.TopicId == topic.TopicId)?.Partitions ?? []
                      where earlier.LeaderEpoch is not null && topic.Partitions.Any(partition => partition.Partition == earlier.Partition)
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
        var retention = await RetentionAsync([.. found.Select(topic => topic.Name)], ct);
        return
        [
            .. found.Select(topic => (topic, limit: retention.GetValueOrDefault(topic.Name, (Ms: -1, Bytes: -1)))).Select(read => new TopicEvidence(
                read.topic.Name, read.topic.TopicId, read.limit.Ms,
                [
                    .. read.topic.Partitions.Select(partition => new TopicPartition(read.topic.Name, partition))
                        .Where(partition => earliest.ContainsKey(partition) && end.ContainsKey(partition) && stable.ContainsKey(partition))
                        .Select(partition => new PartitionEvidence(partition.Partition.Value, earliest[partition], end[partition], stable[partition])
                        {
                            LeaderEpoch = reads[1].Epochs.TryGetValue(partition, out var epoch) ? epoch : null,
                        }),
                ],
                read.limit.Bytes)),
        ];
    }

    /// <summary>Effective retention by time and by size, -1 for none; a compacted topic keeps the latest of every key for ever.</summary>
    private async Task<Dictionary<string, (long Ms, long Bytes)>> RetentionAsync(List<string> topics, CancellationToken ct)
    {
        var retention = new Dictionary<string, (long Ms, long Bytes)>(StringComparer.Ordinal);
        foreach (var chunk in topics.Chunk(DescribeChunk))
        {
            var described = await CallAsync("describe topic configurations", () => Client.DescribeConfigsAsync(
                chunk.Select(topic => new ConfigResource { Type = ResourceType.Topic, Name = topic }),
                new DescribeConfigsOptions { RequestTimeout = Timeout }), ct);
            foreach (var topic in described)
            {
                var deletes = topic.Entries.TryGetValue("cleanup.policy", out var policy) && policy.Value.Contains("delete", StringComparison.Ordinal);
                retention[topic.ConfigResource.Name] = deletes ? (Limit(topic, "retention.ms"), Limit(topic, "retention.bytes")) : (-1, -1);
            }
        }

        return retention;
    }

    private static long Limit(DescribeConfigsResult topic, string key) =>
        topic.Entries.TryGetValue(key, out var entry) && long.TryParse(entry.Value, System.Globalization.CultureInfo.InvariantCulture, out var limit) ? limit : -1;

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
