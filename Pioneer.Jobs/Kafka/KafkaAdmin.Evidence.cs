using System.Collections.Immutable;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Pioneer.Domain.Recovery;

namespace Pioneer.Jobs.Kafka;

public sealed partial class KafkaAdmin
{
    /// <summary>Whether a broker answers within the time given: the quick probe of the detectors. Never throws for an unreachable cluster.</summary>
    public async Task<bool> IsAnsweringAsync(TimeSpan timeout, CancellationToken ct)
    {
        var client = Client;
        try
        {
            // librdkafka keeps its own time; this is for a request that it forgets about
            await client.DescribeClusterAsync(new DescribeClusterOptions { RequestTimeout = timeout }).WaitAsync(timeout + Grace, _time, ct);
            return true;
        }
        catch (ObjectDisposedException) when (!_isDisposed)
        {
            Renew(client);
            return false;
        }
        catch (Exception silent) when (silent is KafkaException or TimeoutException)
        {
            return false;
        }
    }

    /// <summary>
    /// The brokers' part of a round of evidence: identity and offsets of the given topics, committed offsets of the given groups. Topics and groups
    /// that do not exist are left out. The undelivered clock is not set: it needs the round before.
    /// </summary>
    public async Task<ClusterEvidence> ReadEvidenceAsync(IReadOnlyCollection<string> topics, IReadOnlyCollection<string> groups, CancellationToken ct)
    {
        var cluster = await CallAsync("describe the cluster",
            () => Client.DescribeClusterAsync(new DescribeClusterOptions { RequestTimeout = Timeout }), ct);
        return new ClusterEvidence(cluster.ClusterId, cluster.Nodes.Count, await TopicEvidenceAsync(topics, ct), await GroupEvidenceAsync(groups, ct));
    }

    private async Task<ImmutableArray<TopicEvidence>> TopicEvidenceAsync(IReadOnlyCollection<string> topics, CancellationToken ct)
    {
        if (topics.Count == 0)
        {
            return [];
        }

        var found = await _topicDescriptions.ReadAsync(topics, ct);
        var partitions = found.SelectMany(topic => topic.Partitions.Select(partition => new TopicPartition(topic.Name, partition))).ToList();
        var earliest = await ListOffsetsAsync(partitions, OffsetSpec.Earliest(), IsolationLevel.ReadUncommitted, ct);
        var end = await ListOffsetsAsync(partitions, OffsetSpec.Latest(), IsolationLevel.ReadUncommitted, ct);
        var stable = await ListOffsetsAsync(partitions, OffsetSpec.Latest(), IsolationLevel.ReadCommitted, ct);
        var retention = await RetentionAsync([.. found.Select(topic => topic.Name)], ct);
        return
        [
            .. found.Select(topic => new TopicEvidence(topic.Name, topic.TopicId, retention.GetValueOrDefault(topic.Name, -1),
            [
                .. topic.Partitions.Select(partition => new TopicPartition(topic.Name, partition))
                    .Select(partition => new PartitionEvidence(partition.Partition.Value, earliest[partition], end[partition], stable[partition])),
            ])),
        ];
    }

    /// <summary>Effective retention by time; a compacted topic keeps the latest of every key for ever.</summary>
    private async Task<Dictionary<string, long>> RetentionAsync(List<string> topics, CancellationToken ct)
    {
        var retention = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var chunk in topics.Chunk(DescribeChunk))
        {
            var described = await CallAsync("describe topic configurations", () => Client.DescribeConfigsAsync(
                chunk.Select(topic => new ConfigResource { Type = ResourceType.Topic, Name = topic }),
                new DescribeConfigsOptions { RequestTimeout = Timeout }), ct);
            foreach (var topic in described)
            {
                var deletes = topic.Entries.TryGetValue("cleanup.policy", out var policy) && policy.Value.Contains("delete", StringComparison.Ordinal);
                retention[topic.ConfigResource.Name] = deletes && topic.Entries.TryGetValue("retention.ms", out var entry)
                    && long.TryParse(entry.Value, System.Globalization.CultureInfo.InvariantCulture, out var milliseconds) ? milliseconds : -1;
            }
        }

        return retention;
    }

    /// <summary>Offsets that an open transaction is about to change are read as they are: an observer of a broken platform does not wait.</summary>
    private async Task<ImmutableArray<GroupEvidence>> GroupEvidenceAsync(IReadOnlyCollection<string> groups, CancellationToken ct)
    {
        var read = await _groupOffsets.ReadAsync("read the offsets of groups", groups, stable: false, ct);
        return
        [
            .. read.Where(group => group.Value is { Count: > 0 }).Select(group => new GroupEvidence(group.Key,
            [
                .. group.Value!.Select(offset => new CommittedEvidence(offset.Key.Topic, offset.Key.Partition.Value, offset.Value, null)),
            ])),
        ];
    }
}
