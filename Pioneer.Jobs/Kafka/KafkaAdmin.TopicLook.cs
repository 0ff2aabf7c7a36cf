using System.Collections.Immutable;
using Confluent.Kafka;

namespace Pioneer.Jobs.Kafka;

/// <summary>One partition as the brokers tell it now; what was not told is null.</summary>
/// <param name="Leader">Null where it has none.</param>
/// <param name="Start">Offset of the first record that is held.</param>
/// <param name="End">Offset of the next record, as a reader of committed records sees it.</param>
/// <param name="Bytes">Size of the leader's replica on its disk.</param>
/// <param name="Unread">Why offsets were not read.</param>
internal sealed record PartitionLook(
    int Partition, int? Leader, ImmutableArray<int> Replicas, ImmutableArray<int> InSync, long? Start, long? End, long? Bytes, string? Unread);

/// <summary>A topic as the brokers tell it now.</summary>
/// <param name="Config">Null when it was not told.</param>
internal sealed record TopicLook(string Name, string TopicId, ImmutableArray<PartitionLook> Partitions, TopicConfig? Config);

/// <summary>What was seen of topics, and in sentences what was not.</summary>
internal sealed record TopicLooks(ImmutableArray<TopicLook> Topics, ImmutableArray<string> Unseen);

public sealed partial class KafkaAdmin
{
    /// <summary>Names of all topics that begin with <paramref name="prefix"/>.</summary>
    internal async Task<IReadOnlyList<string>> TopicNamesAsync(string prefix, CancellationToken ct)
    {
        var metadata = await MetadataAsync(ct);
        return [.. metadata.Topics.Select(topic => topic.Topic).Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
    }

    /// <summary>
    /// Places, offsets, sizes and configuration of the named topics; topics that do not exist are left out. What does not answer is null and in
    /// <see cref="TopicLooks.Unseen"/>, and keeps nothing else from being seen.
    /// </summary>
    /// <param name="withConfig">Whether configurations are read, too.</param>
    internal async Task<TopicLooks> LookAtTopicsAsync(IReadOnlyCollection<string> topics, bool withConfig, CancellationToken ct)
    {
        if (topics.Count == 0)
        {
            return new TopicLooks([], []);
        }

        var found = await _topicDescriptions.DescribeAsync(topics, ct);
        var partitions = found.Topics.SelectMany(topic => topic.Partitions.Select(partition => new TopicPartition(topic.Name, partition))).ToList();
        var starts = _partitionOffsets.TryReadAsync(partitions, LogEnd.Earliest, IsolationLevel.ReadCommitted, EvidencePatience, ct);
        var ends = _partitionOffsets.TryReadAsync(partitions, LogEnd.Latest, IsolationLevel.ReadCommitted, EvidencePatience, ct);
        var sizes = _logDirs.TryReadAsync(found.Addresses, partitions, ct);
        var configs = withConfig ? _topicConfigs.TryReadAsync(topics, null, ct) : Task.FromResult(NoConfigs);
        var (first, next, disks, settings) = (await starts, await ends, await sizes, await configs);
        var looks = found.Topics.Select(topic => new TopicLook(
            topic.Name, topic.TopicId, [.. topic.Places.OrderBy(place => place.Partition).Select(place => Look(topic.Name, place, first, next, disks))],
            settings.Configs.GetValueOrDefault(topic.Name)));
        return new TopicLooks(
            [.. looks.OrderBy(topic => topic.Name, StringComparer.Ordinal)],
            [
                .. found.Refused.Select(refused => $"Topic {refused.Topic} was not described: {refused.Reason}."),
                .. settings.Refused.Select(refused => $"The configuration of {refused.Key} was not told: {refused.Value.Reason}."),
                .. disks.Unread.OrderBy(unread => unread.Key).Select(unread => unread.Value),
            ]);
    }

    /// <summary>The first record of each partition that is not older than the time; its end where there is none.</summary>
    internal async Task<IReadOnlyDictionary<int, long?>> OffsetsAtAsync(string topic, IReadOnlyCollection<int> partitions, DateTimeOffset at, CancellationToken ct)
    {
        var read = await _partitionOffsets.TryReadAtAsync(
            [.. partitions.Select(partition => new TopicPartition(topic, partition))], at, IsolationLevel.ReadCommitted, EvidencePatience, ct);
        return partitions.ToDictionary(partition => partition, partition =>
            read.Offsets.TryGetValue(new TopicPartition(topic, partition), out var offset) ? offset : (long?)null);
    }

    /// <summary>Groups whose names begin with <paramref name="prefix"/>, of all brokers that answer.</summary>
    internal async Task<GroupListing> TryListGroupsAsync(string prefix, CancellationToken ct) =>
        await _groupDescriptions.TryListAsync((await _topicDescriptions.DescribeAsync([], ct)).Addresses, prefix, ct);

    /// <summary>Members of groups; a group that does not answer keeps no other from being read.</summary>
    internal Task<IReadOnlyDictionary<string, DescribedGroup>> TryDescribeGroupsAsync(IReadOnlyCollection<ListedGroup> groups, CancellationToken ct) =>
        _groupDescriptions.TryDescribeAsync(groups, ct);

    /// <summary>Committed offsets of groups as they are now, also where a transaction is about to change them.</summary>
    internal Task<GroupReading> TryReadGroupOffsetsAsync(IReadOnlyCollection<string> groups, CancellationToken ct) =>
        _groupOffsets.TryReadAsync("read the offsets of groups", groups, stable: false, EvidencePatience, ct);

    private static TopicConfigReading NoConfigs { get; } = new(
        ImmutableDictionary<string, TopicConfig>.Empty, ImmutableDictionary<string, (ErrorCode Error, string Reason)>.Empty);

    private static PartitionLook Look(string topic, PartitionPlace place, OffsetReading starts, OffsetReading ends, LogDirReading sizes)
    {
        var name = new TopicPartition(topic, place.Partition);
        var unread = starts.Unread.TryGetValue(name, out var why) || ends.Unread.TryGetValue(name, out why) ? why.Reason : null;
        return new PartitionLook(
            place.Partition, place.Leader, place.Replicas, place.InSync,
            starts.Offsets.TryGetValue(name, out var start) ? start : null, ends.Offsets.TryGetValue(name, out var end) ? end : null,
            place.Leader is { } leader && sizes.Bytes.TryGetValue((name, leader), out var bytes) ? bytes : null, unread);
    }
}
