using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Pioneer.Kafka.Protocol.Client;

namespace Pioneer.Jobs.Kafka;

public sealed partial class KafkaAdmin
{
    /// <summary>Every topic whose name passes <paramref name="select"/>, with its overridden configs.</summary>
    public async Task<IReadOnlyList<KafkaTopic>> DescribeTopicsAsync(Func<string, bool> select, CancellationToken ct)
    {
        var metadata = await MetadataAsync(ct);
        var chosen = metadata.Topics.Where(topic => !topic.Error.IsError && select(topic.Topic)).ToList();
        var configs = await _topicConfigs.ReadAsync(chosen.Select(topic => topic.Topic).ToList(), ct);
        return chosen
            .Where(topic => configs.ContainsKey(topic.Topic))
            .Select(topic => new KafkaTopic(topic.Topic, topic.Partitions.Count,
                topic.Partitions.Select(partition => partition.Replicas.Length).DefaultIfEmpty().Min(),
                configs[topic.Topic].All, configs[topic.Topic].Overrides)
            {
                Replicas = [.. topic.Partitions.OrderBy(partition => partition.PartitionId).Select(partition => partition.Replicas)],
                FewestInSync = topic.Partitions.Select(partition => partition.InSyncReplicas.Length).DefaultIfEmpty().Min(),
            })
            .ToList();
    }

    /// <summary>Partition counts of the named topics; topics that do not exist are left out.</summary>
    public async Task<IReadOnlyDictionary<string, int>> PartitionCountsAsync(IReadOnlyCollection<string> topics, CancellationToken ct)
    {
        if (topics.Count == 0)
        {
            return new Dictionary<string, int>();
        }

        var described = await _topicDescriptions.ReadAsync(topics, ct);
        return described.ToDictionary(topic => topic.Name, topic => topic.Partitions.Length);
    }

    /// <summary>Makes topics in one request; a topic that exists already comes back with <see cref="ErrorCode.TopicAlreadyExists"/>.</summary>
    public Task<IReadOnlyList<KafkaItemError>> CreateTopicsAsync(IReadOnlyCollection<NewTopic> topics, CancellationToken ct)
    {
        var specifications = topics.Select(topic => new TopicSpecification
        {
            Name = topic.Name,
            NumPartitions = topic.Partitions,
            ReplicationFactor = (short)topic.ReplicationFactor,
            Configs = topic.Config.ToDictionary(),
        });
        return CallAsync<IReadOnlyList<KafkaItemError>>($"create {topics.Count} topics", async client =>
        {
            try
            {
                await client.CreateTopicsAsync(specifications, new CreateTopicsOptions { OperationTimeout = Timeout, RequestTimeout = Timeout });
                return [];
            }
            catch (CreateTopicsException some) when (some.Results.Count > 0)
            {
                return ItemErrors(some.Results, result => result.Topic, result => result.Error);
            }
        }, ct);
    }

    /// <summary>Raises partition counts; Kafka never lowers them.</summary>
    public Task<IReadOnlyList<KafkaItemError>> CreatePartitionsAsync(IReadOnlyDictionary<string, int> totals, CancellationToken ct) =>
        CallAsync<IReadOnlyList<KafkaItemError>>("add partitions", async client =>
        {
            try
            {
                await client.CreatePartitionsAsync(
                    totals.Select(total => new PartitionsSpecification { Topic = total.Key, IncreaseTo = total.Value }),
                    new CreatePartitionsOptions { OperationTimeout = Timeout, RequestTimeout = Timeout });
                return [];
            }
            catch (CreatePartitionsException some) when (some.Results.Count > 0)
            {
                return ItemErrors(some.Results, result => result.Topic, result => result.Error);
            }
        }, ct);

    public Task<IReadOnlyList<KafkaItemError>> DeleteTopicsAsync(IReadOnlyCollection<string> topics, CancellationToken ct) =>
        CallAsync<IReadOnlyList<KafkaItemError>>($"delete {topics.Count} topics", async client =>
        {
            try
            {
                await client.DeleteTopicsAsync(topics, new DeleteTopicsOptions { OperationTimeout = Timeout, RequestTimeout = Timeout });
                return [];
            }
            catch (DeleteTopicsException some) when (some.Results.Count > 0)
            {
                return ItemErrors(some.Results, result => result.Topic, result => result.Error);
            }
        }, ct);

    /// <summary>Sets (value) or takes back to the default (null) configs of one topic, leaving its others alone.</summary>
    public Task AlterTopicConfigAsync(string topic, IReadOnlyDictionary<string, string?> changes, CancellationToken ct)
    {
        var entries = changes.Select(change => new ConfigEntry
        {
            Name = change.Key,
            Value = change.Value,
            IncrementalOperation = change.Value is null ? AlterConfigOpType.Delete : AlterConfigOpType.Set,
        }).ToList();
        var resource = new ConfigResource { Type = ResourceType.Topic, Name = topic };
        return CallAsync($"change the configuration of topic '{topic}'", client => client.IncrementalAlterConfigsAsync(
            new Dictionary<ConfigResource, List<ConfigEntry>> { [resource] = entries },
            new IncrementalAlterConfigsOptions { RequestTimeout = Timeout }), ct);
    }

    /// <summary>First and next offset of every partition of a topic, as a reader of committed records sees them.</summary>
    public async Task<IReadOnlyDictionary<int, (long Start, long End)>> OffsetsAsync(string topic, CancellationToken ct) => (await ReadLogAsync(topic, ct)).Offsets;

    private async Task<(IReadOnlyDictionary<int, (long Start, long End)> Offsets, IReadOnlyDictionary<int, int> Epochs)> ReadLogAsync(string topic, CancellationToken ct)
    {
        var counts = await PartitionCountsAsync([topic], ct);
        if (!counts.TryGetValue(topic, out var count))
        {
            throw new KafkaRequestException($"read the offsets of topic '{topic}'", ErrorCode.UnknownTopicOrPart, "it does not exist");
        }

        var partitions = Enumerable.Range(0, count).Select(partition => new TopicPartition(topic, partition)).ToList();
        var starts = _partitionOffsets.ReadAsync(partitions, LogEnd.Earliest, IsolationLevel.ReadCommitted, ct);
        var ends = _partitionOffsets.ReadAllAsync(partitions, LogEnd.Latest, IsolationLevel.ReadCommitted, ct);
        var (first, next) = (await starts, await ends);
        return (
            partitions.ToDictionary(partition => partition.Partition.Value, partition => (first[partition], next.Offsets[partition])),
            next.Epochs.ToDictionary(partition => partition.Key.Partition.Value, partition => partition.Value));
    }

    /// <summary>Which log stands behind a name now, without its offsets: one small request. Null where there is no such topic.</summary>
    internal async Task<TopicDescription?> IdentifyAsync(string topic, CancellationToken ct) => (await _topicDescriptions.ReadAsync([topic], ct)).FirstOrDefault();

    /// <summary>Where the brokers are reached that serve a topic: the leaders of its partitions, or all where none has one.</summary>
    internal async Task<(bool IsLed, IReadOnlyList<BrokerEndpoint> Brokers)> ServersOfAsync(string topic, CancellationToken ct)
    {
        var found = await _topicDescriptions.DescribeAsync([topic], ct);
        var leaders = found.Topics.SelectMany(known => known.Places).Select(place => place.Leader).OfType<int>().Distinct()
            .Where(found.Addresses.ContainsKey).Select(leader => found.Addresses[leader]).ToList();
        return leaders.Count > 0 ? (true, leaders) : (false, [.. found.Addresses.Values]);
    }

    /// <summary>The log behind a name with its offsets, as a reader of committed records sees them; a topic made anew meanwhile does not lend its offsets to the old id.</summary>
    /// <param name="readIn">Leader epochs of a reader's places: how far each log still holds what was there then is told too.</param>
    internal async Task<TopicLog> LogAsync(string topic, IReadOnlyDictionary<int, int> readIn, CancellationToken ct)
    {
        for (var before = await IdentifyAsync(topic, ct); ;)
        {
            var (offsets, epochs) = await ReadLogAsync(topic, ct);
            var asked = readIn.Where(epoch => offsets.ContainsKey(epoch.Key)).ToDictionary(epoch => new TopicPartition(topic, epoch.Key), epoch => epoch.Value);
            var kept = await _partitionOffsets.ReadEpochEndsAsync(asked, ct);
            var after = await IdentifyAsync(topic, ct);
            if (before is not null && before.TopicId == after?.TopicId)
            {
                return new TopicLog(before.TopicId, offsets)
                {
                    Epochs = epochs,
                    KeptTo = kept.Where(end => end.Value >= 0).ToDictionary(end => end.Key.Partition.Value, end => end.Value),
                };
            }

            before = after;
        }
    }

    /// <summary>Next offset (read committed) of each given partition.</summary>
    public Task<IReadOnlyDictionary<TopicPartition, long>> EndOffsetsAsync(IReadOnlyCollection<TopicPartition> partitions, CancellationToken ct) =>
        _partitionOffsets.ReadAsync(partitions, LogEnd.Latest, IsolationLevel.ReadCommitted, ct);
}
