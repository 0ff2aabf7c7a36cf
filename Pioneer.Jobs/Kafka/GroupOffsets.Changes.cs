using Confluent.Kafka;
using Pioneer.Kafka.Protocol;
using Pioneer.Kafka.Protocol.Client;

namespace Pioneer.Jobs.Kafka;

// Changes of groups go to their coordinators by our own requests too: librdkafka's (DeleteGroups, AlterConsumerGroupOffsets) free twice what they
// hold where the connection to the coordinator ends meanwhile, and the process dies of its heap (librdkafka pull request 5397).
internal sealed partial class GroupOffsets
{
    private const short AnyVersion = 0;

    /// <summary>A commit of somebody who is no member.</summary>
    private const int NoGeneration = -1;

    /// <summary>Commits offsets of a group without members; <see cref="KafkaRequestException"/> with UnknownMemberId while it has some.</summary>
    public Task CommitAsync(string action, string group, IReadOnlyDictionary<TopicPartition, long> offsets, CancellationToken ct)
    {
        var request = new OffsetCommitRequest
        {
            GroupId = group,
            GenerationIdOrMemberEpoch = NoGeneration,
            MemberId = "",
            Topics =
            [
                .. offsets.GroupBy(offset => offset.Key.Topic, StringComparer.Ordinal).Select(topic => new OffsetCommitRequest.OffsetCommitRequestTopic
                {
                    Name = topic.Key,
                    Partitions =
                    [
                        .. topic.Select(offset => new OffsetCommitRequest.OffsetCommitRequestPartition
                        {
                            PartitionIndex = offset.Key.Partition.Value, CommittedOffset = offset.Value, CommittedMetadata = "",
                        }),
                    ],
                }),
            ],
        };
        return TellAsync(action, group, async coordinator =>
        {
            var answer = await coordinator.SendAsync<OffsetCommitResponse>(action, request, AnyVersion, ct);
            return answer.Topics.SelectMany(topic => topic.Partitions).Select(partition => (ErrorCode)partition.ErrorCode)
                .FirstOrDefault(error => error != ErrorCode.NoError);
        }, ct);
    }

    /// <summary>Deletes a group without members and its offsets; one that is gone already is no error.</summary>
    public Task DeleteAsync(string action, string group, CancellationToken ct) => TellAsync(action, group, async coordinator =>
    {
        var answer = await coordinator.SendAsync<DeleteGroupsResponse>(action, new DeleteGroupsRequest { GroupsNames = [group] }, AnyVersion, ct);
        return answer.Results.Select(result => (ErrorCode)result.ErrorCode)
            .FirstOrDefault(error => error is not (ErrorCode.NoError or ErrorCode.GroupIdNotFound));
    }, ct);

    /// <summary>Tells the coordinator of a group, whoever that is by then: one that moves or is silent is looked for again.</summary>
    private async Task TellAsync(string action, string group, Func<BrokerClient, Task<ErrorCode>> tell, CancellationToken ct)
    {
        for (var started = time.GetTimestamp(); ;)
        {
            var (error, reason) = await TryTellAsync(action, group, tell, ct);
            if (error == ErrorCode.NoError)
            {
                return;
            }

            if (!KafkaAdmin.IsTransient(error) || time.GetElapsedTime(started) > Timeout)
            {
                throw KafkaAdmin.Failure(action, error, reason);
            }

            await Task.Delay(RetryDelay, time, ct);
        }
    }

    private async Task<(ErrorCode Error, string Reason)> TryTellAsync(
        string action, string group, Func<BrokerClient, Task<ErrorCode>> tell, CancellationToken ct)
    {
        var request = new FindCoordinatorRequest { KeyType = GroupKey, CoordinatorKeys = [group] };
        var found = (await _anyBroker.SendAsync<FindCoordinatorResponse>(action, request, FindMany, ct)).Coordinators[0];
        var error = (ErrorCode)found.ErrorCode;
        if (error != ErrorCode.NoError)
        {
            return (error, KafkaAdmin.IsTransient(error) ? $"group '{group}' has no coordinator ({error})" : new Error(error).Reason);
        }

        var broker = new BrokerEndpoint(found.Host, found.Port);
        try
        {
            error = await tell(_coordinators.Of(broker));
            return (error, KafkaAdmin.IsTransient(error) ? $"the coordinator of group '{group}' is moving ({error})" : new Error(error).Reason);
        }
        catch (KafkaUnavailableException silent)
        {
            return (ErrorCode.GroupCoordinatorNotAvailable, $"coordinator {broker} is silent: {silent.InnerException?.Message ?? silent.Message}");
        }
    }
}
