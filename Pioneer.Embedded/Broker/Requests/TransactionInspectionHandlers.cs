using System.Text.RegularExpressions;
using Pioneer.Embedded.Broker.Cluster;
using Pioneer.Embedded.Broker.Network;
using Pioneer.Embedded.Broker.Security;
using Pioneer.Embedded.Broker.Transactions;
using Pioneer.Kafka.Protocol;

namespace Pioneer.Embedded.Broker.Requests;

/// <summary>Transactional ids that the sender may describe, by state, producer, age and pattern of the whole id (KIP-664, KIP-994, KIP-1152).</summary>
internal sealed class ListTransactionsHandler(TransactionCoordinator transactions, Authorizer authorizer) : RequestHandler<ListTransactionsRequest>
{
    protected override IMessage Handle(RequestContext context, ListTransactionsRequest request)
    {
        Regex? pattern = null;
        if (request.TransactionalIdPattern is { Length: > 0 } wanted && !TryCompile(wanted, out pattern))
        {
            return new ListTransactionsResponse { ErrorCode = (short)ErrorCode.InvalidRegularExpression };
        }

        var states = request.StateFilters.ToLookup(name => Enum.TryParse<TransactionState>(name, out var state) && state.ToString() == name);
        var found = transactions.All().Where(t =>
            (request.StateFilters.Count == 0 || states[true].Contains(t.Metadata.State.ToString()))
            && (request.ProducerIdFilters.Count == 0 || request.ProducerIdFilters.Contains(t.Metadata.ProducerId))
            && (request.DurationFilter < 0 || transactions.RunsLongerThan(t.Metadata, request.DurationFilter))
            && pattern?.IsMatch(t.Id) is not false
            && authorizer.MayTransaction(context, AclOperation.Describe, t.Id));
        return new ListTransactionsResponse
        {
            UnknownStateFilters = [.. states[false]],
            TransactionStates =
            [
                .. found.OrderBy(t => t.Id, StringComparer.Ordinal).Select(t => new ListTransactionsResponse.TransactionListing
                {
                    TransactionalId = t.Id,
                    ProducerId = t.Metadata.ProducerId,
                    TransactionState = t.Metadata.State.ToString(),
                }),
            ],
        };
    }

    // In linear time, as Kafka's RE2: whatever pattern somebody sends.
    private static bool TryCompile(string pattern, out Regex? compiled)
    {
        try
        {
            // alone first: brackets that close none of its own must not reach around it
            _ = new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            compiled = new Regex($@"\A(?:{pattern})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            return true;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            compiled = null;
            return false;
        }
    }
}

/// <summary>What stands of transactional ids, with those of their partitions that the sender may describe.</summary>
internal sealed class DescribeTransactionsHandler(TransactionCoordinator transactions, Authorizer authorizer) : RequestHandler<DescribeTransactionsRequest>
{
    private const long NotRunning = -1;

    protected override IMessage Handle(RequestContext context, DescribeTransactionsRequest request) => new DescribeTransactionsResponse
    {
        TransactionStates = [.. request.TransactionalIds.Select(id => Describe(context, id))],
    };

    private DescribeTransactionsResponse.TransactionDescription Describe(RequestContext context, string id)
    {
        if (!authorizer.MayTransaction(context, AclOperation.Describe, id))
        {
            return new() { TransactionalId = id, ErrorCode = (short)ErrorCode.TransactionalIdAuthorizationFailed };
        }

        if (transactions.Find(id) is not { } metadata)
        {
            return new() { TransactionalId = id, ErrorCode = (short)ErrorCode.TransactionalIdNotFound };
        }

        return new()
        {
            TransactionalId = id,
            TransactionState = metadata.State.ToString(),
            TransactionTimeoutMs = metadata.TimeoutMs,
            TransactionStartTimeMs = metadata.IsRunning ? metadata.StartedMs : NotRunning,
            ProducerId = metadata.ProducerId,
            ProducerEpoch = metadata.ProducerEpoch,
            Topics =
            [
                .. metadata.Partitions.Where(p => authorizer.MayTopic(context, AclOperation.Describe, p.Topic))
                    .GroupBy(p => p.Topic, StringComparer.Ordinal)
                    .OrderBy(topic => topic.Key, StringComparer.Ordinal)
                    .Select(topic => new DescribeTransactionsResponse.TopicData
                    {
                        Topic = topic.Key,
                        Partitions = [.. topic.Select(p => p.Partition).Order()],
                    }),
            ],
        };
    }
}

/// <summary>Producers that partitions know, with the offset from which an open transaction holds readers back.</summary>
internal sealed class DescribeProducersHandler(TopicService topics, Authorizer authorizer) : RequestHandler<DescribeProducersRequest>
{
    private const int NotKnown = -1;

    protected override IMessage Handle(RequestContext context, DescribeProducersRequest request) => new DescribeProducersResponse
    {
        Topics =
        [
            .. request.Topics.Select(topic => new DescribeProducersResponse.TopicResponse
            {
                Name = topic.Name,
                Partitions = [.. topic.PartitionIndexes.Select(index => Describe(context, topic.Name, index))],
            }),
        ],
    };

    private DescribeProducersResponse.PartitionResponse Describe(RequestContext context, string topic, int index)
    {
        if (!authorizer.MayTopic(context, AclOperation.Read, topic))
        {
            return new() { PartitionIndex = index, ErrorCode = (short)ErrorCode.TopicAuthorizationFailed };
        }

        return topics.TryGetLog(topic, index, out var log)
            ? new()
            {
                PartitionIndex = index,
                ActiveProducers =
                [
                    .. log.ActiveProducers.Select(p => new DescribeProducersResponse.ProducerState
                    {
                        ProducerId = p.Id,
                        ProducerEpoch = p.Epoch,
                        LastSequence = p.LastSequence,
                        LastTimestamp = p.LastSeenMs,
                        CoordinatorEpoch = NotKnown,
                        CurrentTxnStartOffset = p.OpenFrom,
                    }),
                ],
            }
            : new()
            {
                PartitionIndex = index,
                ErrorCode = (short)ErrorCode.UnknownTopicOrPartition,
                ErrorMessage = "This server does not host this topic-partition.",
            };
    }
}
