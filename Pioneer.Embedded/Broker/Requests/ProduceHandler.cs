using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using Pioneer.Embedded.Broker.Cluster;
using Pioneer.Embedded.Broker.Faults;
using Pioneer.Embedded.Broker.Log;
using Pioneer.Embedded.Broker.Network;
using Pioneer.Kafka.Protocol;
using Pioneer.Embedded.Broker.Security;
using Pioneer.Embedded.Broker.Transactions;

namespace Pioneer.Embedded.Broker.Requests;

/// <summary>Appends batches. They are slices of the received frame, which nobody else sees, so the log may write offsets into them.</summary>
internal sealed class ProduceHandler(
    TopicService topics, TransactionCoordinator transactions, Authorizer authorizer, ClientQuotas quotas, BrokerFaults faults) : RequestHandler<ProduceRequest>
{
    private const short NoAnswer = 0;
    private const short AllReplicas = -1;

    /// <summary>Where a batch's attributes are, and the bit that makes it transactional.</summary>
    private const int AttributesPosition = 21;
    private const short TransactionalBit = 0x10;

    protected override IMessage? Handle(RequestContext context, ProduceRequest request)
    {
        var refusal = Refusal(context, request);
        var response = new ProduceResponse
        {
            Responses =
            [
                .. request.TopicData.Select(topic => new ProduceResponse.TopicProduceResponse
                {
                    Name = topic.Name,
                    PartitionResponses = Append(context, request, topic, refusal),
                }),
            ],
        };
        var bytes = request.TopicData.Sum(topic => topic.PartitionData.Sum(partition => (long)(partition.Records?.Length ?? 0)));
        context.Throttle = quotas.Charge(QuotaKind.Produce, context.Principal.Name, context.Header.ClientId, bytes);
        response.ThrottleTimeMs = (int)context.Throttle.TotalMilliseconds;
        if (request.Acks != NoAnswer)
        {
            return response;
        }

        var failed = response.Responses.SelectMany(t => t.PartitionResponses).FirstOrDefault(p => p.ErrorCode != 0);
        return failed is null
            ? null
            : throw new ProtocolException($"a produce request that wants no answer failed: {(ErrorCode)failed.ErrorCode} {failed.ErrorMessage}");
    }

    private AppendResult? Refusal(RequestContext context, ProduceRequest request)
    {
        if (request.Acks is not (AllReplicas or NoAnswer or 1))
        {
            return Failed(ErrorCode.InvalidRequiredAcks, $"acks must be -1, 0 or 1 and is {request.Acks}");
        }

        if (request.TransactionalId is { } id && !authorizer.MayTransaction(context, AclOperation.Write, id))
        {
            return Failed(ErrorCode.TransactionalIdAuthorizationFailed, "Transactional Id authorization failed.");
        }

        return faults.StorageFull ? Failed(ErrorCode.KafkaStorageError, "The log directory is full.") : null;
    }

    private List<ProduceResponse.PartitionProduceResponse> Append(
        RequestContext context, ProduceRequest request, ProduceRequest.TopicProduceData topic, AppendResult? refusal)
    {
        refusal ??= TopicRefusal(context, request, topic.Name);
        var answers = new List<ProduceResponse.PartitionProduceResponse>(topic.PartitionData.Count);
        foreach (var partition in topic.PartitionData)
        {
            var result = refusal ?? Append(request.TransactionalId, topic.Name, partition);
            answers.Add(new ProduceResponse.PartitionProduceResponse
            {
                Index = partition.Index,
                ErrorCode = (short)result.Error,
                ErrorMessage = result.Message,
                RecordErrors = [.. result.Faults.Select(fault => new ProduceResponse.BatchIndexAndErrorMessage
                {
                    BatchIndex = fault.Index,
                    BatchIndexErrorMessage = fault.Message,
                })],
                BaseOffset = result.BaseOffset,
                LogAppendTimeMs = result.LogAppendTimeMs,
                LogStartOffset = result.LogStartOffset,
            });
        }

        return answers;
    }

    private AppendResult? TopicRefusal(RequestContext context, ProduceRequest request, string name)
    {
        if (!authorizer.MayTopic(context, AclOperation.Write, name))
        {
            return Failed(ErrorCode.TopicAuthorizationFailed, "Not authorized to access topics: [Topic authorization failed.]");
        }

        if (topics.Find(name) is not { } topic)
        {
            return Failed(ErrorCode.UnknownTopicOrPartition, "This server does not host this topic-partition.");
        }

        if (InternalTopics.IsInternal(name))
        {
            return Failed(ErrorCode.InvalidTopicException, $"{name} is internal: clients do not write to it");
        }

        return request.Acks == AllReplicas && MinInSyncReplicas(topic) > 1
            ? Failed(ErrorCode.NotEnoughReplicas, $"min.insync.replicas of {name} is {MinInSyncReplicas(topic)} and there is one replica")
            : null;
    }

    private AppendResult Append(string? transactionalId, string topic, ProduceRequest.PartitionProduceData partition)
    {
        if (!topics.TryGetLog(topic, partition.Index, out var log))
        {
            return Failed(ErrorCode.UnknownTopicOrPartition, "This server does not host this topic-partition.");
        }

        if (partition.Records is not { Length: > AttributesPosition + sizeof(short) } records)
        {
            return Failed(ErrorCode.InvalidRecord, "The request holds no record batch for the partition");
        }

        var batch = MemoryMarshal.AsMemory(records);
        if ((BinaryPrimitives.ReadInt16BigEndian(records.Span[AttributesPosition..]) & TransactionalBit) == 0)
        {
            return log.Append(batch);
        }

        return transactionalId is null
            ? Failed(ErrorCode.TransactionalIdAuthorizationFailed, "A transactional batch in a request without transactional id")
            : transactions.Append(transactionalId, log, batch);
    }

    private int MinInSyncReplicas(TopicMetadata topic) =>
        int.Parse(topics.LayersOf(TopicConfigs.MinInSyncReplicas, topic)[0].Value, CultureInfo.InvariantCulture);

    private static AppendResult Failed(ErrorCode error, string message) => new(error, -1, -1, -1, message);
}
