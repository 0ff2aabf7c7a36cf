using Confluent.Kafka;

namespace Pioneer.Jobs.Kafka;

public sealed partial class KafkaAdmin
{
    /// <summary>Committed offsets of a group, partitions without one left out. A group that does not exist has none.</summary>
    /// <remarks>Waits until no transaction that carries offsets is open.</remarks>
    public async Task<IReadOnlyDictionary<TopicPartition, long>> GroupOffsetsAsync(string group, CancellationToken ct)
    {
        var action = $"read the offsets of group '{group}'";
        var started = _time.GetTimestamp();
        IReadOnlyDictionary<TopicPartition, long>? offsets;
        while ((offsets = (await _groupOffsets.ReadAsync(action, [group], stable: true, ct))[group]) is null)
        {
            if (_time.GetElapsedTime(started) > Timeout)
            {
                throw new KafkaUnavailableException(action, "a transaction that carries its offsets does not end");
            }

            await Task.Delay(RetryDelay, _time, ct);
        }

        return offsets;
    }

    /// <summary>Commits offsets for a group without members. Fails with UnknownMemberId while it has some.</summary>
    public Task SetGroupOffsetsAsync(string group, IReadOnlyDictionary<TopicPartition, long> offsets, CancellationToken ct) =>
        _groupOffsets.CommitAsync($"set the offsets of group '{group}'", group, offsets, ct);

    /// <summary>Names of all groups that begin with <paramref name="prefix"/>.</summary>
    public async Task<IReadOnlyList<string>> ListGroupsAsync(string prefix, CancellationToken ct) =>
        [.. (await ListedGroupsAsync(prefix, ct)).Select(group => group.Name)];

    /// <summary>Deletes a group and its offsets; one that is gone already is no error.</summary>
    public Task DeleteGroupAsync(string group, CancellationToken ct) =>
        _groupOffsets.DeleteAsync($"delete group '{group}'", group, ct);
}
