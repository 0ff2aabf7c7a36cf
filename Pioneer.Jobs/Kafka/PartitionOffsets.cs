using System.Collections.Concurrent;
using Confluent.Kafka;
using Pioneer.Kafka.Protocol;
using Pioneer.Kafka.Protocol.Client;

namespace Pioneer.Jobs.Kafka;

/// <summary>Which end of a log is asked for; the numbers are those of the protocol.</summary>
internal enum LogEnd : long
{
    /// <summary>The next offset to be written, or the last stable one for readers of committed records.</summary>
    Latest = -1,

    /// <summary>The first offset that is held.</summary>
    Earliest = -2,
}

/// <summary>What could be read of partitions: the offsets of those that answered, and for each other one why it did not.</summary>
internal sealed record OffsetReading(IReadOnlyDictionary<TopicPartition, long> Offsets, IReadOnlyDictionary<TopicPartition, (ErrorCode Error, string Reason)> Unread)
{
    /// <summary>The leader epochs that were told with the offsets; none by brokers that do not tell.</summary>
    public required IReadOnlyDictionary<TopicPartition, int> Epochs { get; init; }
}

/// <summary>
/// First and last offsets of partitions, by our own requests to their leaders: after brokers came back from a crash, librdkafka's admin client goes on
/// naming the leader epochs from before it and is refused (FENCED_LEADER_EPOCH) until something else refreshes its metadata, minutes later. Safe to
/// share between threads. Failures are those of <see cref="KafkaAdmin"/>.
/// </summary>
internal sealed class PartitionOffsets(KafkaOptions options, TimeProvider time, ILogger logger) : IDisposable
{
    private const string Action = "list offsets", EpochAction = "read the ends of leader epochs";

    /// <summary>Metadata that can name topics without making them, offsets for readers of committed records, and ends of epochs at all.</summary>
    private const short Metadata = 4, WithIsolation = 2, EpochEnds = 2;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(150);

    private readonly BrokerClient _anyBroker = BrokerClient.OfCluster(options, time, logger);
    private readonly BrokerClients _leaders = new(options, time, logger);

    /// <summary>The offsets of all the partitions; fails for the first one that cannot be read within the request timeout.</summary>
    public async Task<IReadOnlyDictionary<TopicPartition, long>> ReadAsync(
        IReadOnlyCollection<TopicPartition> partitions, LogEnd end, IsolationLevel isolation, CancellationToken ct) =>
        (await ReadAllAsync(partitions, end, isolation, ct)).Offsets;

    /// <summary>As <see cref="ReadAsync"/>, with the leader epochs.</summary>
    public async Task<OffsetReading> ReadAllAsync(IReadOnlyCollection<TopicPartition> partitions, LogEnd end, IsolationLevel isolation, CancellationToken ct)
    {
        var read = await TryReadAsync(partitions, end, isolation, Patience, ct);
        return read.Unread.Count == 0 ? read : throw Failure(read, Action);
    }

    /// <summary>
    /// What can be read within the patience given; a partition without a leader keeps no other from being read. <see cref="KafkaUnavailableException"/> when no
    /// broker answers at all.
    /// </summary>
    public Task<OffsetReading> TryReadAsync(
        IReadOnlyCollection<TopicPartition> partitions, LogEnd end, IsolationLevel isolation, TimeSpan patience, CancellationToken ct) =>
        TryAskAsync(partitions, (leader, mine) => ListOffsetsAsync(leader, mine, _ => (long)end, isolation, ct), patience, ct);

    /// <summary>The first record of each partition that is not older than the time; -1 where there is none. Otherwise as <see cref="TryReadAsync"/>.</summary>
    public Task<OffsetReading> TryReadAtAsync(
        IReadOnlyCollection<TopicPartition> partitions, DateTimeOffset at, IsolationLevel isolation, TimeSpan patience, CancellationToken ct) =>
        TryReadAtAsync(partitions.ToDictionary(partition => partition, _ => at), isolation, patience, ct);

    /// <summary>As the other one, with a time for each partition.</summary>
    public Task<OffsetReading> TryReadAtAsync(
        IReadOnlyDictionary<TopicPartition, DateTimeOffset> at, IsolationLevel isolation, TimeSpan patience, CancellationToken ct) =>
        TryAskAsync(
            [.. at.Keys],
            (leader, mine) => ListOffsetsAsync(leader, mine, partition => Math.Max(at[partition].ToUnixTimeMilliseconds(), 0), isolation, ct),
            patience, ct);

    /// <summary>
    /// Where records of a leader epoch or older ones end in the logs of now: one that was cut ends an epoch before the end that was seen in it, however
    /// far it was filled again. Otherwise as <see cref="TryReadAsync"/>.
    /// </summary>
    public Task<OffsetReading> TryReadEpochEndsAsync(IReadOnlyDictionary<TopicPartition, int> epochs, TimeSpan patience, CancellationToken ct) =>
        TryAskAsync([.. epochs.Keys], (leader, mine) => EpochEndsAsync(leader, mine, epochs, ct), patience, ct);

    /// <summary>As <see cref="TryReadEpochEndsAsync"/>, but fails as <see cref="ReadAsync"/> does; -1 of a leader that does not know the epoch.</summary>
    public async Task<IReadOnlyDictionary<TopicPartition, long>> ReadEpochEndsAsync(IReadOnlyDictionary<TopicPartition, int> epochs, CancellationToken ct)
    {
        var read = await TryReadEpochEndsAsync(epochs, Patience, ct);
        return read.Unread.Count == 0 ? read.Offsets : throw Failure(read, EpochAction);
    }

    public void Dispose()
    {
        _anyBroker.Dispose();
        _leaders.Dispose();
    }

    private TimeSpan Patience => TimeSpan.FromMilliseconds(options.RequestTimeoutMs);

    private static IOException Failure(OffsetReading read, string action)
    {
        var (partition, (error, reason)) = read.Unread.First();
        return KafkaAdmin.Failure($"{action} of {partition.Topic}-{partition.Partition.Value}", error, reason);
    }

    private async Task<OffsetReading> TryAskAsync(IReadOnlyCollection<TopicPartition> partitions, LeaderQuestion question, TimeSpan patience, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        var answers = new ConcurrentDictionary<TopicPartition, LeaderAnswer>();
        var unread = new ConcurrentDictionary<TopicPartition, (ErrorCode Error, string Reason)>();
        var left = partitions.ToHashSet();
        while (left.Count > 0)
        {
            unread.Clear();
            await AskAsync(left, question, answers, unread, ct);
            left.RemoveWhere(answers.ContainsKey);
            if (left.Count == 0 || time.GetElapsedTime(started) > patience || left.All(partition => !KafkaAdmin.IsTransient(unread[partition].Error)))
            {
                break;
            }

            await Task.Delay(RetryDelay, time, ct);
        }

        return new OffsetReading(answers.ToDictionary(answer => answer.Key, answer => answer.Value.Offset), unread)
        {
            Epochs = answers.Where(answer => answer.Value.Epoch >= 0).ToDictionary(answer => answer.Key, answer => answer.Value.Epoch),
        };
    }

    /// <summary>Asks once who leads each partition, and then the leaders. Every partition ends in one of the two.</summary>
    private async Task AskAsync(
        HashSet<TopicPartition> partitions, LeaderQuestion question, ConcurrentDictionary<TopicPartition, LeaderAnswer> answers,
        ConcurrentDictionary<TopicPartition, (ErrorCode Error, string Reason)> unread, CancellationToken ct)
    {
        var topics = partitions.Select(partition => partition.Topic).Distinct(StringComparer.Ordinal);
        var request = new MetadataRequest { Topics = [.. topics.Select(topic => new MetadataRequest.MetadataRequestTopic { Name = topic })], AllowAutoTopicCreation = false };
        var known = await _anyBroker.SendAsync<MetadataResponse>(Action, request, Metadata, ct);
        var brokers = known.Brokers.ToDictionary(broker => broker.NodeId, broker => new BrokerEndpoint(broker.Host, broker.Port));
        var leaders = known.Topics.SelectMany(topic => topic.Partitions.Select(partition => (Name: new TopicPartition(topic.Name, partition.PartitionIndex), partition.LeaderId)))
            .ToDictionary(partition => partition.Name, partition => partition.LeaderId);
        var refused = known.Topics.Where(topic => topic.ErrorCode != 0).ToDictionary(topic => topic.Name!, topic => (ErrorCode)topic.ErrorCode, StringComparer.Ordinal);
        foreach (var partition in partitions)
        {
            // whatever the leader then says takes the place of this
            var error = refused.GetValueOrDefault(partition.Topic, leaders.ContainsKey(partition) ? ErrorCode.LeaderNotAvailable : ErrorCode.UnknownTopicOrPart);
            unread[partition] = (error, error is ErrorCode.LeaderNotAvailable ? "it has no leader: nobody can read or write it" : new Error(error).Reason);
        }

        await Task.WhenAll(partitions.Where(partition => brokers.ContainsKey(leaders.GetValueOrDefault(partition, -1)))
            .GroupBy(partition => brokers[leaders[partition]])
            .Select(mine => AskLeaderAsync(mine.Key, [.. mine], question, answers, unread)));
    }

    private async Task AskLeaderAsync(
        BrokerEndpoint leader, TopicPartition[] partitions, LeaderQuestion question, ConcurrentDictionary<TopicPartition, LeaderAnswer> answers,
        ConcurrentDictionary<TopicPartition, (ErrorCode Error, string Reason)> unread)
    {
        try
        {
            foreach (var answer in await question(_leaders.Of(leader), partitions))
            {
                if (answer.Error == ErrorCode.NoError)
                {
                    answers[answer.Partition] = answer;
                    unread.TryRemove(answer.Partition, out _);
                }
                else
                {
                    unread[answer.Partition] = (answer.Error, new Error(answer.Error).Reason);
                }
            }
        }
        catch (KafkaUnavailableException silent)
        {
            foreach (var partition in partitions)
            {
                unread[partition] = (ErrorCode.BrokerNotAvailable, $"its leader {leader} is silent: {silent.InnerException?.Message ?? silent.Message}");
            }
        }
    }

    private static async Task<IEnumerable<LeaderAnswer>> ListOffsetsAsync(
        BrokerClient leader, TopicPartition[] partitions, Func<TopicPartition, long> timestamp, IsolationLevel isolation,
        CancellationToken ct)
    {
        var request = new ListOffsetsRequest
        {
            ReplicaId = -1,
            IsolationLevel = (sbyte)(isolation is IsolationLevel.ReadCommitted ? 1 : 0),
            Topics =
            [
                .. partitions.GroupBy(partition => partition.Topic, StringComparer.Ordinal).Select(topic => new ListOffsetsRequest.ListOffsetsTopic
                {
                    Name = topic.Key,
                    Partitions =
                    [
                        .. topic.Select(partition => new ListOffsetsRequest.ListOffsetsPartition
                        {
                            PartitionIndex = partition.Partition.Value, Timestamp = timestamp(partition),
                        }),
                    ],
                }),
            ],
        };
        var answer = await leader.SendAsync<ListOffsetsResponse>(Action, request, WithIsolation, ct);
        return answer.Topics.SelectMany(topic => topic.Partitions.Select(partition => new LeaderAnswer(
            new TopicPartition(topic.Name, partition.PartitionIndex), (ErrorCode)partition.ErrorCode, partition.Offset, partition.LeaderEpoch)));
    }

    private static async Task<IEnumerable<LeaderAnswer>> EpochEndsAsync(
        BrokerClient leader, TopicPartition[] partitions, IReadOnlyDictionary<TopicPartition, int> epochs, CancellationToken ct)
    {
        var request = new OffsetForLeaderEpochRequest
        {
            ReplicaId = -1,
            Topics =
            [
                .. partitions.GroupBy(partition => partition.Topic, StringComparer.Ordinal).Select(topic => new OffsetForLeaderEpochRequest.OffsetForLeaderTopic
                {
                    Topic = topic.Key,
                    Partitions =
                    [
                        .. topic.Select(partition => new OffsetForLeaderEpochRequest.OffsetForLeaderPartition
                        {
                            Partition = partition.Partition.Value, LeaderEpoch = epochs[partition],
                        }),
                    ],
                }),
            ],
        };
        var answer = await leader.SendAsync<OffsetForLeaderEpochResponse>(EpochAction, request, EpochEnds, ct);
        return answer.Topics.SelectMany(topic => topic.Partitions.Select(partition => new LeaderAnswer(
            new TopicPartition(topic.Topic, partition.Partition), (ErrorCode)partition.ErrorCode, partition.EndOffset, partition.LeaderEpoch)));
    }

    /// <summary>Asks one leader about its partitions.</summary>
    private delegate Task<IEnumerable<LeaderAnswer>> LeaderQuestion(BrokerClient leader, TopicPartition[] partitions);

    private sealed record LeaderAnswer(TopicPartition Partition, ErrorCode Error, long Offset, int Epoch);
}
