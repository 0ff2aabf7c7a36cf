using Confluent.Kafka;
using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Jobs.Kafka;

namespace Pioneer.Jobs.Provisioning;

/// <summary>Makes changes of topics, one request for all of a kind.</summary>
public sealed class TopicApplier(KafkaAdmin kafka, KafkaReplicas replicas)
{
    public Task<IReadOnlyList<Result>> CreateAsync(IReadOnlyList<TopicSpec> topics, CancellationToken ct) => BatchAsync(
        topics, topic => topic.Name, ErrorCode.TopicAlreadyExists,
        () => kafka.CreateTopicsAsync([.. topics.Select(topic => new NewTopic(topic.Name, topic.Partitions, topic.ReplicationFactor, topic.Configs))], ct));

    public Task<IReadOnlyList<Result>> DeleteAsync(IReadOnlyList<TopicSpec> topics, CancellationToken ct) => BatchAsync(
        topics, topic => topic.Name, ErrorCode.UnknownTopicOrPart, () => kafka.DeleteTopicsAsync([.. topics.Select(topic => topic.Name)], ct));

    /// <summary>Kafka says 'invalid partitions' both for too few and for just as many: the second is what an earlier attempt left.</summary>
    public async Task<IReadOnlyList<Result>> AddPartitionsAsync(IReadOnlyList<PartitionChange> changes, CancellationToken ct)
    {
        var counts = await kafka.PartitionCountsAsync([.. changes.Select(change => change.Topic)], ct);
        var missing = changes.Where(change => counts.GetValueOrDefault(change.Topic) < change.Wanted).ToList();
        if (missing.Count == 0)
        {
            return [.. changes.Select(_ => Result.Success)];
        }

        var errors = await kafka.CreatePartitionsAsync(missing.ToDictionary(change => change.Topic, change => change.Wanted), ct);
        return Results(changes, change => change.Topic, errors, done: null);
    }

    /// <summary>Starts the copying; brokers that came or went since the plan are looked at anew.</summary>
    public async Task<IReadOnlyList<Result>> AddReplicasAsync(IReadOnlyList<ReplicationChange> changes, CancellationToken ct)
    {
        var brokers = await replicas.BrokersAsync(ct);
        var wanted = changes.ToDictionary(change => change.Topic, change => change.Wanted);
        var topics = await kafka.DescribeTopicsAsync(wanted.ContainsKey, ct);
        var errors = await replicas.AssignAsync(
            [.. topics.Select(topic => new KafkaAssignment(topic.Name, ReplicaPlacement.Extend(topic.Replicas, brokers.Live, brokers.Knows, wanted[topic.Name])))], ct);
        return Results(changes, change => change.Topic, [.. errors.DistinctBy(error => error.Item)], done: null);
    }

    public async Task<Result> ConfigureAsync(TopicConfigChange change, CancellationToken ct)
    {
        await kafka.AlterTopicConfigAsync(change.Topic, change.Wanted, ct);
        return Result.Success;
    }

    private static async Task<IReadOnlyList<Result>> BatchAsync<T>(IReadOnlyList<T> items, Func<T, string> name, ErrorCode done,
        Func<Task<IReadOnlyList<KafkaItemError>>> request) => Results(items, name, await request(), done);

    private static IReadOnlyList<Result> Results<T>(IReadOnlyList<T> items, Func<T, string> name, IReadOnlyList<KafkaItemError> errors, ErrorCode? done)
    {
        var failed = errors.Where(error => error.Code != done).ToDictionary(error => error.Item);
        return [.. items.Select(item => failed.TryGetValue(name(item), out var error) ? Result.Fail(Describe(error)) : Result.Success)];
    }

    private static Domain.Error Describe(KafkaItemError error) => error.IsTransient
        ? PlatformErrors.From(new KafkaUnavailableException($"change topic '{error.Item}'", error.Reason))
        : PlatformErrors.From(new KafkaRequestException($"change topic '{error.Item}'", error.Code, error.Reason));
}
