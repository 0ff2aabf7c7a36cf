using System.Collections.Immutable;
using Confluent.Kafka;
using Pioneer.Kafka.Protocol;
using Pioneer.Kafka.Protocol.Client;

namespace Pioneer.Jobs.Kafka;

/// <summary>What could be read of groups: the offsets of those that answered, and for each other one why it did not.</summary>
/// <param name="Offsets">Null stands for a group whose offsets a transaction is about to change.</param>
/// <param name="Unread">The reason by group, in words.</param>
internal sealed record GroupReading(
    IReadOnlyDictionary<string, IReadOnlyDictionary<TopicPartition, long>?> Offsets, IReadOnlyDictionary<string, UnreadGroup> Unread);

/// <summary>Why a group was not read; an error that is not transient is the coordinator's last word.</summary>
internal sealed record UnreadGroup(ErrorCode Error, string Reason);

/// <summary>
/// Committed offsets of groups, by our own requests to their coordinators: librdkafka ends the whole process when a coordinator has just moved
/// (rd_kafka_handle_OffsetFetch without a consumer, librdkafka issue 5040), which is when they are needed most. Safe to share between threads.
/// Failures are those of <see cref="KafkaAdmin"/>.
/// </summary>
internal sealed partial class GroupOffsets(KafkaOptions options, TimeProvider time, ILogger logger) : IDisposable
{
    /// <summary>Groups in one request.</summary>
    private const int Chunk = 1000;

    // FindCoordinator (KIP-699) and OffsetFetch (KIP-709) with any number of groups in one request; Apache Kafka 3.0 and later
    private const short FindMany = 4, FetchMany = 8;

    private const sbyte GroupKey = 0;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(150);

    private readonly BrokerClient _anyBroker = BrokerClient.OfCluster(options, time, logger);
    private readonly BrokerClients _coordinators = new(options, time, logger);

    private TimeSpan Timeout => TimeSpan.FromMilliseconds(options.RequestTimeoutMs);

    /// <summary>
    /// The offsets of each group, partitions without one left out; a group that does not exist has none. Null stands for a group whose offsets a
    /// transaction is about to change (UNSTABLE_OFFSET_COMMIT, KIP-447); it comes only when <paramref name="stable"/> ones are asked for.
    /// </summary>
    public async Task<IReadOnlyDictionary<string, IReadOnlyDictionary<TopicPartition, long>?>> ReadAsync(
        string action, IReadOnlyCollection<string> groups, bool stable, CancellationToken ct)
    {
        var read = await TryReadAsync(action, groups, stable, Timeout, ct);
        foreach (var (_, unread) in read.Unread)
        {
            throw KafkaAdmin.Failure(action, unread.Error, unread.Reason);
        }

        return read.Offsets;
    }

    /// <summary>
    /// What can be read of the groups within the patience given; a group without a coordinator keeps nobody else from being read.
    /// <see cref="KafkaUnavailableException"/> when no broker answers at all.
    /// </summary>
    public async Task<GroupReading> TryReadAsync(string action, IReadOnlyCollection<string> groups, bool stable, TimeSpan patience, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        var offsets = new Dictionary<string, IReadOnlyDictionary<TopicPartition, long>?>(StringComparer.Ordinal);
        var unread = new Dictionary<string, UnreadGroup>(StringComparer.Ordinal);
        foreach (var chunk in groups.Distinct(StringComparer.Ordinal).Chunk(Chunk))
        {
            var left = chunk.ToHashSet(StringComparer.Ordinal);
            while (left.Count > 0)
            {
                var asked = await AskAsync(action, left, stable, ct);
                Sort(asked, left, offsets, unread);
                if (left.Count > 0 && time.GetElapsedTime(started) > patience)
                {
                    left.ExceptWith(left.Where(group => unread.TryAdd(group, asked.Trouble(group))).ToList());
                }

                if (left.Count > 0)
                {
                    await Task.Delay(RetryDelay, time, ct);
                }
            }
        }

        return new GroupReading(offsets, unread);
    }

    public void Dispose()
    {
        _anyBroker.Dispose();
        _coordinators.Dispose();
    }

    /// <summary>Takes out of <paramref name="left"/> what needs no further asking.</summary>
    private static void Sort(
        Asked asked, HashSet<string> left, Dictionary<string, IReadOnlyDictionary<TopicPartition, long>?> offsets, Dictionary<string, UnreadGroup> unread)
    {
        foreach (var group in asked.Fetched)
        {
            var error = (ErrorCode)group.ErrorCode;
            if (KafkaAdmin.IsTransient(error))
            {
                continue;
            }

            left.Remove(group.GroupId);
            switch (error)
            {
                case ErrorCode.NoError:
                    offsets[group.GroupId] = OffsetsOf(group);
                    break;
                case ErrorCode.GroupIdNotFound:
                    offsets[group.GroupId] = ImmutableDictionary<TopicPartition, long>.Empty;
                    break;
                default:
                    unread[group.GroupId] = new UnreadGroup(error, new Error(error).Reason);
                    break;
            }
        }

        foreach (var (group, trouble) in asked.Troubles.Where(trouble => !KafkaAdmin.IsTransient(trouble.Value.Error)))
        {
            left.Remove(group);
            unread[group] = trouble;
        }
    }

    private static IReadOnlyDictionary<TopicPartition, long>? OffsetsOf(OffsetFetchResponse.OffsetFetchResponseGroup group)
    {
        var partitions = group.Topics.SelectMany(topic => topic.Partitions.Select(partition => (topic.Name, Partition: partition))).ToList();
        return partitions.Exists(found => (ErrorCode)found.Partition.ErrorCode == ErrorCode.UnstableOffsetCommit)
            ? null
            : partitions.Where(found => found.Partition is { ErrorCode: 0, CommittedOffset: >= 0 })
                .ToDictionary(found => new TopicPartition(found.Name, found.Partition.PartitionIndex), found => found.Partition.CommittedOffset);
    }

    /// <summary>Asks once: what could be read now, and why the rest could not.</summary>
    private async Task<Asked> AskAsync(string action, HashSet<string> groups, bool stable, CancellationToken ct)
    {
        var request = new FindCoordinatorRequest { KeyType = GroupKey, CoordinatorKeys = [.. groups] };
        var found = await _anyBroker.SendAsync<FindCoordinatorResponse>(action, request, FindMany, ct);
        var asked = new Asked();
        foreach (var homeless in found.Coordinators.Where(coordinator => coordinator.ErrorCode != 0))
        {
            var error = (ErrorCode)homeless.ErrorCode;
            asked.Troubles[homeless.Key] = new UnreadGroup(error, KafkaAdmin.IsTransient(error)
                ? $"group '{homeless.Key}' has no coordinator ({error})"
                : new Error(error).Reason);
        }

        await Task.WhenAll(found.Coordinators.Where(coordinator => coordinator.ErrorCode == 0)
            .GroupBy(coordinator => new BrokerEndpoint(coordinator.Host, coordinator.Port), coordinator => coordinator.Key)
            .Select(mine => FetchAsync(action, mine.Key, [.. mine], stable, asked, ct)));
        return asked;
    }

    /// <summary>A coordinator that does not answer may have a successor by now: the caller asks again who it is.</summary>
    private async Task FetchAsync(string action, BrokerEndpoint broker, string[] groups, bool stable, Asked asked, CancellationToken ct)
    {
        var coordinator = _coordinators.Of(broker);
        var request = new OffsetFetchRequest
        {
            Groups = [.. groups.Select(group => new OffsetFetchRequest.OffsetFetchRequestGroup { GroupId = group, Topics = null })],
            RequireStable = stable,
        };
        try
        {
            var answer = await coordinator.SendAsync<OffsetFetchResponse>(action, request, FetchMany, ct);
            asked.Add(answer.Groups);
        }
        catch (KafkaUnavailableException silent)
        {
            asked.Silent(groups, $"coordinator {broker} is silent: {silent.InnerException?.Message ?? silent.Message}");
        }
    }

    /// <summary>What one round of questions brought, gathered from coordinators side by side.</summary>
    private sealed class Asked
    {
        private readonly Lock _gate = new();

        public List<OffsetFetchResponse.OffsetFetchResponseGroup> Fetched { get; } = [];

        public Dictionary<string, UnreadGroup> Troubles { get; } = new(StringComparer.Ordinal);

        public void Add(IEnumerable<OffsetFetchResponse.OffsetFetchResponseGroup> groups)
        {
            lock (_gate)
            {
                Fetched.AddRange(groups);
            }
        }

        public void Silent(IEnumerable<string> groups, string reason)
        {
            lock (_gate)
            {
                foreach (var group in groups)
                {
                    Troubles[group] = new UnreadGroup(ErrorCode.GroupCoordinatorNotAvailable, reason);
                }
            }
        }

        /// <summary>Why the group was not read.</summary>
        public UnreadGroup Trouble(string group)
        {
            if (Troubles.TryGetValue(group, out var trouble))
            {
                return trouble;
            }

            var moving = Fetched.Find(fetched => fetched.GroupId == group);
            return moving is null
                ? new UnreadGroup(ErrorCode.GroupCoordinatorNotAvailable, $"the coordinator of group '{group}' did not name it")
                : new UnreadGroup((ErrorCode)moving.ErrorCode, $"the coordinator of group '{group}' is moving ({(ErrorCode)moving.ErrorCode})");
        }
    }
}
