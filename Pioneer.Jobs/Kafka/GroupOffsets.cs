using System.Collections.Concurrent;
using System.Collections.Immutable;
using Confluent.Kafka;
using Pioneer.Jobs.Kafka.Wire;

namespace Pioneer.Jobs.Kafka;

/// <summary>
/// Committed offsets of groups, by our own requests to their coordinators: librdkafka ends the whole process when a coordinator has just moved
/// (rd_kafka_handle_OffsetFetch without a consumer, librdkafka issue 5040), which is when they are needed most. Safe to share between threads.
/// Failures are those of <see cref="KafkaAdmin"/>.
/// </summary>
internal sealed class GroupOffsets(KafkaOptions options, TimeProvider time, ILogger logger) : IDisposable
{
    /// <summary>Groups in one request.</summary>
    private const int Chunk = 1000;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(150);

    private readonly WireClient _anyBroker = WireClient.OfCluster(options, time, logger);
    private readonly ConcurrentDictionary<(string Host, int Port), WireClient> _coordinators = new();

    private TimeSpan Timeout => TimeSpan.FromMilliseconds(options.RequestTimeoutMs);

    /// <summary>
    /// The offsets of each group, partitions without one left out; a group that does not exist has none. Null stands for a group whose offsets a
    /// transaction is about to change (UNSTABLE_OFFSET_COMMIT, KIP-447); it comes only when <paramref name="stable"/> ones are asked for.
    /// </summary>
    public async Task<IReadOnlyDictionary<string, IReadOnlyDictionary<TopicPartition, long>?>> ReadAsync(
        string action, IReadOnlyCollection<string> groups, bool stable, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        var answers = new Dictionary<string, IReadOnlyDictionary<TopicPartition, long>?>(StringComparer.Ordinal);
        foreach (var chunk in groups.Distinct(StringComparer.Ordinal).Chunk(Chunk))
        {
            var left = chunk.ToHashSet(StringComparer.Ordinal);
            while (true)
            {
                var (fetched, trouble) = await TryReadAsync(action, left, stable, ct);
                foreach (var group in fetched)
                {
                    left.Remove(group.Group);
                    answers[group.Group] = OffsetsOf(action, group);
                }

                if (left.Count == 0)
                {
                    break;
                }

                if (time.GetElapsedTime(started) > Timeout)
                {
                    throw new KafkaUnavailableException(action, trouble);
                }

                await Task.Delay(RetryDelay, time, ct);
            }
        }

        return answers;
    }

    public void Dispose()
    {
        _anyBroker.Dispose();
        foreach (var coordinator in _coordinators.Values)
        {
            coordinator.Dispose();
        }
    }

    private static IReadOnlyDictionary<TopicPartition, long>? OffsetsOf(string action, FetchedGroup group) => group switch
    {
        { Error: ErrorCode.GroupIdNotFound } => ImmutableDictionary<TopicPartition, long>.Empty,
        { Error: not ErrorCode.NoError } => throw new KafkaRequestException(action, group.Error, new Error(group.Error).Reason),
        _ when group.Offsets.Any(offset => offset.Error == ErrorCode.UnstableOffsetCommit) => null,
        _ => group.Offsets.Where(offset => offset.Error == ErrorCode.NoError && offset.Offset >= 0)
            .ToDictionary(offset => offset.Partition, offset => offset.Offset),
    };

    /// <summary>What could be read now, and why the rest could not.</summary>
    private async Task<(List<FetchedGroup> Fetched, string Trouble)> TryReadAsync(
        string action, HashSet<string> groups, bool stable, CancellationToken ct)
    {
        var found = await _anyBroker.CallAsync(action, async (connection, token) => GroupOffsetMessages.ReadFound(await connection.SendAsync(
            action, WireApi.FindCoordinator, GroupOffsetMessages.FindVersion, writer => GroupOffsetMessages.WriteFind(writer, groups), token)), ct);
        var trouble = "the coordinators are not known";
        foreach (var failed in found.Where(coordinator => coordinator.Error != ErrorCode.NoError))
        {
            trouble = KafkaAdmin.IsTransient(failed.Error)
                ? $"group '{failed.Group}' has no coordinator ({failed.Error})"
                : throw new KafkaRequestException(action, failed.Error, new Error(failed.Error).Reason);
        }

        var asked = await Task.WhenAll(found.Where(coordinator => coordinator.Error == ErrorCode.NoError)
            .GroupBy(coordinator => (coordinator.Host, coordinator.Port), coordinator => coordinator.Group)
            .Select(mine => TryFetchAsync(action, mine.Key, [.. mine], stable, ct)));
        return (
            [.. asked.SelectMany(answer => answer.Fetched).Where(group => !KafkaAdmin.IsTransient(group.Error))],
            asked.Select(answer => answer.Trouble ?? Moving(answer.Fetched)).FirstOrDefault(reason => reason is not null) ?? trouble);
    }

    private static string? Moving(IEnumerable<FetchedGroup> fetched) =>
        fetched.FirstOrDefault(group => KafkaAdmin.IsTransient(group.Error)) is { } moving ? $"the coordinator of group '{moving.Group}' is moving ({moving.Error})" : null;

    /// <summary>A coordinator that does not answer may have a successor by now: the caller asks again who it is.</summary>
    private async Task<(IReadOnlyList<FetchedGroup> Fetched, string? Trouble)> TryFetchAsync(
        string action, (string Host, int Port) broker, IReadOnlyCollection<string> groups, bool stable, CancellationToken ct)
    {
        var coordinator = _coordinators.GetOrAdd(broker, address => new WireClient([address], options, time, logger));
        try
        {
            return (await coordinator.CallAsync(action, async (connection, token) => GroupOffsetMessages.ReadFetched(await connection.SendAsync(
                action, WireApi.OffsetFetch, GroupOffsetMessages.FetchVersion,
                writer => GroupOffsetMessages.WriteFetch(writer, groups, stable), token)), ct), null);
        }
        catch (KafkaUnavailableException silent)
        {
            return ([], $"coordinator {broker.Host}:{broker.Port} is silent: {silent.InnerException?.Message ?? silent.Message}");
        }
    }
}
