using Pioneer.Embedded.Broker.Cluster;
using Pioneer.Embedded.Broker.Groups;
using Pioneer.Embedded.Broker.Log;
using Pioneer.Embedded.Broker.Network;
using Pioneer.Kafka.Protocol;
using Pioneer.Embedded.Broker.Security;

namespace Pioneer.Embedded.Broker.Requests;

/// <summary>Stores a group's offsets.</summary>
internal sealed class OffsetCommitHandler(TopicService topics, GroupCoordinator groups, Authorizer authorizer) : RequestHandler<OffsetCommitRequest>
{
    protected override IMessage Handle(RequestContext context, OffsetCommitRequest request)
    {
        var mayGroup = authorizer.MayGroup(context, AclOperation.Read, request.GroupId);
        var partitions = request.Topics.SelectMany(t => t.Partitions.Select(p => (Topic: t.Name, Partition: p))).ToList();
        var errors = partitions.ConvertAll(p =>
            mayGroup ? OffsetRules.Refusal(context, authorizer, topics, p.Topic, p.Partition.PartitionIndex) : ErrorCode.GroupAuthorizationFailed);
        var accepted = Enumerable.Range(0, partitions.Count).Where(i => errors[i] == ErrorCode.None).ToList();
        if (mayGroup && (accepted.Count > 0 || partitions.Count == 0))
        {
            var results = groups.CommitOffsets(new OffsetCommitCommand(
                request.GroupId, request.GenerationIdOrMemberEpoch, request.MemberId, request.GroupInstanceId,
                [
                    .. accepted.Select(i => new OffsetToCommit(
                        new TopicPartition(partitions[i].Topic, partitions[i].Partition.PartitionIndex), partitions[i].Partition.CommittedOffset,
                        partitions[i].Partition.CommittedLeaderEpoch, partitions[i].Partition.CommittedMetadata)),
                ]));
            for (var i = 0; i < accepted.Count; i++)
            {
                errors[accepted[i]] = results[i];
            }
        }

        var next = 0;
        return new OffsetCommitResponse
        {
            Topics =
            [
                .. request.Topics.Select(topic => new OffsetCommitResponse.OffsetCommitResponseTopic
                {
                    Name = topic.Name,
                    Partitions =
                    [
                        .. topic.Partitions.Select(p => new OffsetCommitResponse.OffsetCommitResponsePartition
                        {
                            PartitionIndex = p.PartitionIndex,
                            ErrorCode = (short)errors[next++],
                        }),
                    ],
                }),
            ],
        };
    }
}

/// <summary>What offsets may be stored for.</summary>
internal static class OffsetRules
{
    /// <summary>Why an offset of this partition is not stored; None when it is.</summary>
    public static ErrorCode Refusal(RequestContext context, Authorizer authorizer, TopicService topics, string topic, int partition)
    {
        if (!authorizer.MayTopic(context, AclOperation.Read, topic))
        {
            return ErrorCode.TopicAuthorizationFailed;
        }

        return topics.Find(topic) is { } known && partition >= 0 && partition < known.Partitions ? ErrorCode.None : ErrorCode.UnknownTopicOrPartition;
    }
}

/// <summary>Reads groups' offsets; topics that the sender may not describe are refused by name and left out of "all".</summary>
internal sealed class OffsetFetchHandler(GroupCoordinator groups, Authorizer authorizer) : RequestHandler<OffsetFetchRequest>
{
    /// <summary>First version that asks for many groups.</summary>
    private const short Batched = 8;

    /// <summary>First version with an error for the group as a whole.</summary>
    private const short WithGroupError = 2;

    protected override IMessage Handle(RequestContext context, OffsetFetchRequest request)
    {
        if (context.Version >= Batched)
        {
            return new OffsetFetchResponse { Groups = [.. request.Groups.Select(group => FetchGroup(context, group, request.RequireStable))] };
        }

        var partitions = request.Topics?.SelectMany(t => t.PartitionIndexes.Select(p => new TopicPartition(t.Name, p))).ToList();
        var (error, offsets) = Fetch(context, request.GroupId, partitions, request.RequireStable);
        return new OffsetFetchResponse
        {
            ErrorCode = context.Version >= WithGroupError ? (short)error : (short)0,
            Topics =
            [
                .. offsets.GroupBy(o => o.Partition.Topic, StringComparer.Ordinal).Select(topic => new OffsetFetchResponse.OffsetFetchResponseTopic
                {
                    Name = topic.Key,
                    Partitions =
                    [
                        .. topic.Select(o => new OffsetFetchResponse.OffsetFetchResponsePartition
                        {
                            PartitionIndex = o.Partition.Partition,
                            CommittedOffset = o.Offset,
                            CommittedLeaderEpoch = o.LeaderEpoch,
                            Metadata = o.Metadata,
                            ErrorCode = (short)(error != ErrorCode.None ? error : o.Error),
                        }),
                    ],
                }),
            ],
        };
    }

    private OffsetFetchResponse.OffsetFetchResponseGroup FetchGroup(
        RequestContext context, OffsetFetchRequest.OffsetFetchRequestGroup group, bool requireStable)
    {
        var partitions = group.Topics?.SelectMany(t => t.PartitionIndexes.Select(p => new TopicPartition(t.Name, p))).ToList();
        var (error, offsets) = Fetch(context, group.GroupId, partitions, requireStable);
        return new OffsetFetchResponse.OffsetFetchResponseGroup
        {
            GroupId = group.GroupId,
            ErrorCode = (short)error,
            Topics = error != ErrorCode.None ? [] :
            [
                .. offsets.GroupBy(o => o.Partition.Topic, StringComparer.Ordinal).Select(topic => new OffsetFetchResponse.OffsetFetchResponseTopics
                {
                    Name = topic.Key,
                    Partitions =
                    [
                        .. topic.Select(o => new OffsetFetchResponse.OffsetFetchResponsePartitions
                        {
                            PartitionIndex = o.Partition.Partition,
                            CommittedOffset = o.Offset,
                            CommittedLeaderEpoch = o.LeaderEpoch,
                            Metadata = o.Metadata,
                            ErrorCode = (short)o.Error,
                        }),
                    ],
                }),
            ],
        };
    }

    private (ErrorCode Error, IReadOnlyList<FetchedOffset> Offsets) Fetch(
        RequestContext context, string group, List<TopicPartition>? partitions, bool requireStable)
    {
        if (!authorizer.MayGroup(context, AclOperation.Describe, group))
        {
            return (ErrorCode.GroupAuthorizationFailed, [.. (partitions ?? []).Select(p => Failed(p, ErrorCode.GroupAuthorizationFailed))]);
        }

        if (partitions is null)
        {
            var all = groups.FetchOffsets(group, null, requireStable);
            return (ErrorCode.None, [.. all.Where(o => authorizer.MayTopic(context, AclOperation.Describe, o.Partition.Topic))]);
        }

        var allowed = partitions.Select(p => p.Topic).Distinct(StringComparer.Ordinal)
            .Where(topic => authorizer.MayTopic(context, AclOperation.Describe, topic)).ToHashSet(StringComparer.Ordinal);
        var fetched = groups.FetchOffsets(group, [.. partitions.Where(p => allowed.Contains(p.Topic))], requireStable);
        var refused = partitions.Where(p => !allowed.Contains(p.Topic)).Select(p => Failed(p, ErrorCode.TopicAuthorizationFailed));
        return (ErrorCode.None, [.. fetched, .. refused]);
    }

    private static FetchedOffset Failed(TopicPartition partition, ErrorCode error) => new(partition, -1, -1, "", error);
}

/// <summary>Removes a group's offsets.</summary>
internal sealed class OffsetDeleteHandler(TopicService topics, GroupCoordinator groups, Authorizer authorizer) : RequestHandler<OffsetDeleteRequest>
{
    protected override IMessage Handle(RequestContext context, OffsetDeleteRequest request)
    {
        if (!authorizer.MayGroup(context, AclOperation.Delete, request.GroupId))
        {
            return new OffsetDeleteResponse { ErrorCode = (short)ErrorCode.GroupAuthorizationFailed };
        }

        var partitions = request.Topics.SelectMany(t => t.Partitions.Select(p => new TopicPartition(t.Name, p.PartitionIndex))).ToList();
        var errors = partitions.ConvertAll(p => OffsetRules.Refusal(context, authorizer, topics, p.Topic, p.Partition));
        var accepted = Enumerable.Range(0, partitions.Count).Where(i => errors[i] == ErrorCode.None).ToList();
        var (error, results) = groups.DeleteOffsets(request.GroupId, accepted.ConvertAll(i => partitions[i]));
        if (error != ErrorCode.None)
        {
            return new OffsetDeleteResponse { ErrorCode = (short)error };
        }

        for (var i = 0; i < accepted.Count; i++)
        {
            errors[accepted[i]] = results[i];
        }

        var next = 0;
        return new OffsetDeleteResponse
        {
            Topics =
            [
                .. request.Topics.Select(topic => new OffsetDeleteResponse.OffsetDeleteResponseTopic
                {
                    Name = topic.Name,
                    Partitions =
                    [
                        .. topic.Partitions.Select(p => new OffsetDeleteResponse.OffsetDeleteResponsePartition
                        {
                            PartitionIndex = p.PartitionIndex,
                            ErrorCode = (short)errors[next++],
                        }),
                    ],
                }),
            ],
        };
    }
}
