using Pioneer.Embedded.Broker.Cluster;
using Pioneer.Embedded.Broker.Groups;
using Pioneer.Embedded.Broker.Log;
using Pioneer.Embedded.Broker.Network;
using Pioneer.Kafka.Protocol;
using Pioneer.Embedded.Broker.Security;
using Pioneer.Embedded.Broker.Transactions;

namespace Pioneer.Embedded.Broker.Requests;

/// <summary>Gives a producer its id and epoch. Without transactional id it takes IDEMPOTENT_WRITE, or WRITE on any topic (KIP-679).</summary>
internal sealed class InitProducerIdHandler(TransactionCoordinator transactions, Authorizer authorizer) : RequestHandler<InitProducerIdRequest>
{
    protected override IMessage Handle(RequestContext context, InitProducerIdRequest request)
    {
        var refusal = Refusal(context, request.TransactionalId);
        var result = refusal == ErrorCode.None
            ? transactions.InitProducerId(request.TransactionalId, request.TransactionTimeoutMs, request.ProducerId, request.ProducerEpoch)
            : new ProducerIdentity(refusal, -1, -1);
        return new InitProducerIdResponse
        {
            ErrorCode = (short)ProducerErrors.ForVersion(result.Error, context.Version, sinceVersion: 4),
            ProducerId = result.ProducerId,
            ProducerEpoch = result.ProducerEpoch,
        };
    }

    private ErrorCode Refusal(RequestContext context, string? transactionalId)
    {
        if (transactionalId is { Length: 0 })
        {
            return ErrorCode.InvalidRequest;
        }

        if (transactionalId is not null)
        {
            return authorizer.MayTransaction(context, AclOperation.Write, transactionalId)
                ? ErrorCode.None
                : ErrorCode.TransactionalIdAuthorizationFailed;
        }

        return authorizer.MayCluster(context, AclOperation.IdempotentWrite)
            || authorizer.AllowsAny(context.Principal, AclOperation.Write, ResourceType.Topic)
                ? ErrorCode.None
                : ErrorCode.ClusterAuthorizationFailed;
    }
}

/// <summary>Errors that older versions know by another number.</summary>
internal static class ProducerErrors
{
    /// <summary>PRODUCER_FENCED did not exist before a version; INVALID_PRODUCER_EPOCH says the same.</summary>
    public static ErrorCode ForVersion(ErrorCode error, short version, short sinceVersion) =>
        error == ErrorCode.ProducerFenced && version < sinceVersion ? ErrorCode.InvalidProducerEpoch : error;
}

/// <summary>Adds partitions to a transaction: all of them or, when one is refused, none.</summary>
internal sealed class AddPartitionsToTxnHandler(TopicService topics, TransactionCoordinator transactions, Authorizer authorizer)
    : RequestHandler<AddPartitionsToTxnRequest>
{
    protected override IMessage Handle(RequestContext context, AddPartitionsToTxnRequest request)
    {
        var partitions = request.Topics.SelectMany(t => t.Partitions.Select(p => new TopicPartition(t.Name, p))).ToList();
        var errors = authorizer.MayTransaction(context, AclOperation.Write, request.TransactionalId)
            ? partitions.ConvertAll(p => Refusal(context, p))
            : partitions.ConvertAll(_ => ErrorCode.TransactionalIdAuthorizationFailed);
        if (errors.TrueForAll(e => e == ErrorCode.None))
        {
            var result = ProducerErrors.ForVersion(
                transactions.AddPartitions(request.TransactionalId, request.ProducerId, request.ProducerEpoch, partitions), context.Version, sinceVersion: 2);
            errors = errors.ConvertAll(_ => result);
        }
        else
        {
            errors = errors.ConvertAll(e => e == ErrorCode.None ? ErrorCode.OperationNotAttempted : e);
        }

        var next = 0;
        return new AddPartitionsToTxnResponse
        {
            ResultsByTopic =
            [
                .. request.Topics.Select(topic => new AddPartitionsToTxnResponse.AddPartitionsToTxnTopicResult
                {
                    Name = topic.Name,
                    ResultsByPartition =
                    [
                        .. topic.Partitions.Select(p => new AddPartitionsToTxnResponse.AddPartitionsToTxnPartitionResult
                        {
                            PartitionIndex = p,
                            PartitionErrorCode = (short)errors[next++],
                        }),
                    ],
                }),
            ],
        };
    }

    private ErrorCode Refusal(RequestContext context, TopicPartition partition)
    {
        if (InternalTopics.IsInternal(partition.Topic) || !authorizer.MayTopic(context, AclOperation.Write, partition.Topic))
        {
            return ErrorCode.TopicAuthorizationFailed;
        }

        return topics.TryGetLog(partition.Topic, partition.Partition, out _) ? ErrorCode.None : ErrorCode.UnknownTopicOrPartition;
    }
}

/// <summary>Makes a group's offsets part of a transaction.</summary>
internal sealed class AddOffsetsToTxnHandler(TransactionCoordinator transactions, Authorizer authorizer) : RequestHandler<AddOffsetsToTxnRequest>
{
    protected override IMessage Handle(RequestContext context, AddOffsetsToTxnRequest request)
    {
        ErrorCode error;
        if (!authorizer.MayTransaction(context, AclOperation.Write, request.TransactionalId))
        {
            error = ErrorCode.TransactionalIdAuthorizationFailed;
        }
        else if (!authorizer.MayGroup(context, AclOperation.Read, request.GroupId))
        {
            error = ErrorCode.GroupAuthorizationFailed;
        }
        else
        {
            error = transactions.AddOffsets(request.TransactionalId, request.ProducerId, request.ProducerEpoch, request.GroupId);
        }

        return new AddOffsetsToTxnResponse { ErrorCode = (short)ProducerErrors.ForVersion(error, context.Version, sinceVersion: 2) };
    }
}

/// <summary>Commits or aborts a transaction; answered when its outcome is durable and marked in every partition.</summary>
internal sealed class EndTxnHandler(TransactionCoordinator transactions, Authorizer authorizer) : RequestHandler<EndTxnRequest>
{
    protected override IMessage Handle(RequestContext context, EndTxnRequest request)
    {
        var error = authorizer.MayTransaction(context, AclOperation.Write, request.TransactionalId)
            ? transactions.EndTransaction(request.TransactionalId, request.ProducerId, request.ProducerEpoch, request.Committed)
            : ErrorCode.TransactionalIdAuthorizationFailed;
        return new EndTxnResponse { ErrorCode = (short)ProducerErrors.ForVersion(error, context.Version, sinceVersion: 2) };
    }
}

/// <summary>Offsets that count once the transaction commits.</summary>
internal sealed class TxnOffsetCommitHandler(TopicService topics, TransactionCoordinator transactions, Authorizer authorizer)
    : RequestHandler<TxnOffsetCommitRequest>
{
    protected override IMessage Handle(RequestContext context, TxnOffsetCommitRequest request)
    {
        var partitions = request.Topics.SelectMany(t => t.Partitions.Select(p => (Topic: t.Name, Partition: p))).ToList();
        var refusal = Refusal(context, request);
        var errors = partitions.ConvertAll(p => refusal != ErrorCode.None
            ? refusal
            : OffsetRules.Refusal(context, authorizer, topics, p.Topic, p.Partition.PartitionIndex));
        var accepted = Enumerable.Range(0, partitions.Count).Where(i => errors[i] == ErrorCode.None).ToList();
        if (accepted.Count > 0)
        {
            var results = transactions.CommitOffsets(new TxnOffsetCommitCommand(
                request.TransactionalId, request.GroupId, request.ProducerId, request.ProducerEpoch, request.GenerationId, request.MemberId,
                request.GroupInstanceId,
                [
                    .. accepted.Select(i => new OffsetToCommit(
                        new TopicPartition(partitions[i].Topic, partitions[i].Partition.PartitionIndex), partitions[i].Partition.CommittedOffset,
                        partitions[i].Partition.CommittedLeaderEpoch, partitions[i].Partition.CommittedMetadata)),
                ]));
            for (var i = 0; i < accepted.Count; i++)
            {
                errors[accepted[i]] = ProducerErrors.ForVersion(results[i], context.Version, sinceVersion: short.MaxValue);
            }
        }

        var next = 0;
        return new TxnOffsetCommitResponse
        {
            Topics =
            [
                .. request.Topics.Select(topic => new TxnOffsetCommitResponse.TxnOffsetCommitResponseTopic
                {
                    Name = topic.Name,
                    Partitions =
                    [
                        .. topic.Partitions.Select(p => new TxnOffsetCommitResponse.TxnOffsetCommitResponsePartition
                        {
                            PartitionIndex = p.PartitionIndex,
                            ErrorCode = (short)errors[next++],
                        }),
                    ],
                }),
            ],
        };
    }

    private ErrorCode Refusal(RequestContext context, TxnOffsetCommitRequest request)
    {
        if (!authorizer.MayTransaction(context, AclOperation.Write, request.TransactionalId))
        {
            return ErrorCode.TransactionalIdAuthorizationFailed;
        }

        return authorizer.MayGroup(context, AclOperation.Read, request.GroupId) ? ErrorCode.None : ErrorCode.GroupAuthorizationFailed;
    }
}
