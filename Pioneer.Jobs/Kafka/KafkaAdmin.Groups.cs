using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Pioneer.Jobs.Kafka;

public sealed partial class KafkaAdmin
{
    /// <summary>Committed offsets of a group, partitions without one left out. A group that does not exist has none.</summary>
    /// <param name="stable">Waits until no transaction that carries offsets is open; an observer of a broken platform does not want to.</param>
    public async Task<IReadOnlyDictionary<TopicPartition, long>> GroupOffsetsAsync(string group, CancellationToken ct, bool stable = true)
    {
        var started = _time.GetTimestamp();
        List<ListConsumerGroupOffsetsResult>? answer;
        while ((answer = await CallAsync($"read the offsets of group '{group}'", () => TryReadOffsetsAsync(group, stable), ct)) is null)
        {
            if (_time.GetElapsedTime(started) > Timeout)
            {
                throw new KafkaUnavailableException($"read the offsets of group '{group}'", "a transaction that carries its offsets does not end");
            }

            await Task.Delay(RetryDelay, _time, ct);
        }

        return answer.SelectMany(result => result.Partitions)
            .Where(partition => !partition.Error.IsError && partition.Offset.Value >= 0)
            .ToDictionary(partition => partition.TopicPartition, partition => partition.Offset.Value);
    }

    /// <summary>Null while a transaction that carries the group's offsets is open (UNSTABLE_OFFSET_COMMIT, KIP-447): the answer is about to change.</summary>
    private async Task<List<ListConsumerGroupOffsetsResult>?> TryReadOffsetsAsync(string group, bool stable)
    {
        try
        {
            return await Client.ListConsumerGroupOffsetsAsync([new ConsumerGroupTopicPartitions(group, null)],
                new ListConsumerGroupOffsetsOptions { RequestTimeout = Timeout, RequireStableOffsets = stable });
        }
        catch (ListConsumerGroupOffsetsException absent) when (absent.Results.TrueForAll(result => result.Error.Code == ErrorCode.GroupIdNotFound))
        {
            return [];
        }
        catch (ListConsumerGroupOffsetsException pending) when (pending.Results.Exists(
            result => result.Partitions.Exists(partition => partition.Error.Code == ErrorCode.UnstableOffsetCommit)))
        {
            return null;
        }
    }

    /// <summary>Commits offsets for a group without members. Fails with UnknownMemberId while it has some.</summary>
    public Task SetGroupOffsetsAsync(string group, IReadOnlyDictionary<TopicPartition, long> offsets, CancellationToken ct) =>
        CallAsync($"set the offsets of group '{group}'", () => Client.AlterConsumerGroupOffsetsAsync(
        [
            new ConsumerGroupTopicPartitionOffsets(group, offsets.Select(offset => new TopicPartitionOffset(offset.Key, offset.Value)).ToList()),
        ], new AlterConsumerGroupOffsetsOptions { RequestTimeout = Timeout }), ct);

    /// <summary>Names of all groups that begin with <paramref name="prefix"/>.</summary>
    public async Task<IReadOnlyList<string>> ListGroupsAsync(string prefix, CancellationToken ct)
    {
        var answer = await CallAsync("list groups",
            () => Client.ListConsumerGroupsAsync(new ListConsumerGroupsOptions { RequestTimeout = Timeout }), ct);
        return answer.Valid.Select(group => group.GroupId).Where(group => group.StartsWith(prefix, StringComparison.Ordinal)).ToList();
    }

    /// <summary>Number of members of a group; 0 also when it does not exist.</summary>
    public async Task<int> GroupMembersAsync(string group, CancellationToken ct)
    {
        var answer = await CallAsync($"describe group '{group}'", async () =>
        {
            try
            {
                return (await Client.DescribeConsumerGroupsAsync([group],
                    new DescribeConsumerGroupsOptions { RequestTimeout = Timeout })).ConsumerGroupDescriptions;
            }
            catch (DescribeConsumerGroupsException absent) when (absent.Results.ConsumerGroupDescriptions.TrueForAll(
                result => result.Error.Code == ErrorCode.GroupIdNotFound))
            {
                return [];
            }
        }, ct);
        return answer.Sum(description => description.Members.Count);
    }

    /// <summary>Deletes a group and its offsets; one that is gone already is no error.</summary>
    public Task DeleteGroupAsync(string group, CancellationToken ct) =>
        CallAsync($"delete group '{group}'", async () =>
        {
            try
            {
                await Client.DeleteGroupsAsync([group], new DeleteGroupsOptions { RequestTimeout = Timeout });
            }
            catch (DeleteGroupsException absent) when (absent.Results.TrueForAll(result => result.Error.Code == ErrorCode.GroupIdNotFound))
            {
                return;
            }
        }, ct);
}
