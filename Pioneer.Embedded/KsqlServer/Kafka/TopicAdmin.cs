using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Pioneer.Kafka.Protocol.Client;

namespace Pioneer.Embedded.Ksql.Kafka;

/// <summary>Topics of a service's cluster. Safe for concurrent use; one client, made when first needed.</summary>
internal sealed class TopicAdmin(KafkaClients clients) : IDisposable
{
    private const short MaxDefaultReplicas = 3;
    private readonly OwnedClient<IAdminClient> _admin = new(clients.Admin);

    /// <summary>Partition count, replica count; null when there is no such topic (or it may not be seen).</summary>
    public TopicShape? Describe(string topic)
    {
        var metadata = _admin.Use(admin => admin.GetMetadata(topic, KafkaClients.CallTimeout)).Topics.FirstOrDefault();
        if (metadata is null || metadata.Error.Code is ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic || (metadata.Partitions.Count == 0 && !metadata.Error.IsError))
        {
            return null;
        }

        return metadata.Error.IsError
            ? throw new KafkaException(metadata.Error)
            : new TopicShape(topic, metadata.Partitions.Count, metadata.Partitions[0].Replicas.Length);
    }

    /// <summary>All topics that the principal may see.</summary>
    public IReadOnlyList<TopicShape> List() =>
    [
        .. _admin.Use(admin => admin.GetMetadata(KafkaClients.CallTimeout)).Topics
            .Where(t => !t.Error.IsError)
            .Select(t => new TopicShape(t.Topic, t.Partitions.Count, t.Partitions.FirstOrDefault()?.Replicas.Length ?? 0))
            .OrderBy(t => t.Name, StringComparer.Ordinal),
    ];

    /// <summary>Where the partition's next record will be.</summary>
    public async Task<long> EndAsync(TopicPartition partition)
    {
        var wanted = new TopicPartitionOffsetSpec { TopicPartition = partition, OffsetSpec = OffsetSpec.Latest() };
        var listed = await _admin.Use(admin => admin.ListOffsetsAsync(
            [wanted], new ListOffsetsOptions { RequestTimeout = KafkaClients.CallTimeout }));
        var found = listed.ResultInfos[0].TopicPartitionOffsetError;
        return found.Error.IsError ? throw new KafkaException(found.Error) : found.Offset.Value;
    }

    /// <summary>Creates a topic; false when it exists already. Without a replica count as many as there are brokers, at most 3.</summary>
    public async Task<bool> CreateAsync(string topic, int partitions, short? replicas, Dictionary<string, string> config)
    {
        var brokers = _admin.Use(admin => admin.GetMetadata(KafkaClients.CallTimeout)).Brokers.Count;
        var specification = new TopicSpecification
        {
            Name = topic,
            NumPartitions = partitions,
            ReplicationFactor = replicas ?? (short)Math.Clamp(brokers, 1, MaxDefaultReplicas),
            Configs = config,
        };
        try
        {
            await _admin.Use(admin => admin.CreateTopicsAsync(
                [specification], new CreateTopicsOptions { OperationTimeout = KafkaClients.CallTimeout, RequestTimeout = KafkaClients.CallTimeout }));
            return true;
        }
        catch (CreateTopicsException e) when (e.Results.TrueForAll(r => r.Error.Code == ErrorCode.TopicAlreadyExists))
        {
            return false;
        }
        catch (CreateTopicsException e)
        {
            throw new KafkaException(e.Results[0].Error, e);
        }
    }

    /// <summary>Deletes a topic; one that is gone already is fine.</summary>
    public async Task DeleteAsync(string topic)
    {
        try
        {
            await _admin.Use(admin => admin.DeleteTopicsAsync(
                [topic], new DeleteTopicsOptions { RequestTimeout = KafkaClients.CallTimeout }));
        }
        catch (DeleteTopicsException e) when (e.Results.TrueForAll(r => r.Error.Code == ErrorCode.UnknownTopicOrPart))
        {
            return;
        }
    }

    /// <summary>Deletes the records before these offsets.</summary>
    public Task DeleteRecordsAsync(IEnumerable<TopicPartitionOffset> before) =>
        _admin.Use(admin => admin.DeleteRecordsAsync(before, new DeleteRecordsOptions { RequestTimeout = KafkaClients.CallTimeout }));

    /// <summary>The cluster's id, or empty where it does not tell.</summary>
    public async Task<string> ClusterIdAsync()
    {
        try
        {
            var cluster = await _admin.Use(admin => admin.DescribeClusterAsync(
                new DescribeClusterOptions { RequestTimeout = KafkaClients.CallTimeout }));
            return cluster.ClusterId ?? string.Empty;
        }
        catch (KafkaException)
        {
            return string.Empty;
        }
    }

    public void Dispose() => _admin.Dispose();
}

/// <summary>A topic's name and size.</summary>
internal sealed record TopicShape(string Name, int Partitions, int Replicas);
