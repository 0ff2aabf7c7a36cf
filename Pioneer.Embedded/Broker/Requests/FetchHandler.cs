using Pioneer.Embedded.Broker.Cluster;
using Pioneer.Embedded.Broker.Log;
using Pioneer.Embedded.Broker.Network;
using Pioneer.Kafka.Protocol;
using Pioneer.Embedded.Broker.Security;

namespace Pioneer.Embedded.Broker.Requests;

/// <summary>
/// Reads batches, waiting for the wanted bytes up to the wanted time. Fetch sessions are declined by answering session id 0, which every
/// client understands as 'send full requests'.
/// </summary>
internal sealed class FetchHandler(TopicService topics, Authorizer authorizer, ClientQuotas quotas, TimeProvider time) : AsyncRequestHandler<FetchRequest>
{
    /// <summary>First version that names topics by id.</summary>
    private const short ByTopicId = 13;

    /// <summary>Longest wait granted, whatever the client asks.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    protected override async ValueTask<IMessage?> HandleAsync(RequestContext context, FetchRequest request, CancellationToken cancellationToken)
    {
        if (request.SessionId != 0)
        {
            return new FetchResponse { ErrorCode = (short)ErrorCode.FetchSessionIdNotFound };
        }

        var wanted = Resolve(context, request);
        var reads = Read(wanted, request);
        if (Suffices(reads, request))
        {
            return Answer(context, wanted, reads);
        }

        var wait = TimeSpan.FromMilliseconds(Math.Clamp(request.MaxWaitMs, 0, LongestWait.TotalMilliseconds));
        var started = time.GetTimestamp();
        using var waiter = new AppendWaiter([.. wanted.Where(w => w.Log is not null).Select(w => w.Log!)]);
        while (true)
        {
            Release(reads);
            reads = Read(wanted, request);
            var left = wait - time.GetElapsedTime(started);
            if (Suffices(reads, request) || left <= TimeSpan.Zero || !await WaitAsync(waiter, left, reads, cancellationToken))
            {
                return Answer(context, wanted, reads);
            }
        }
    }

    private async ValueTask<bool> WaitAsync(AppendWaiter waiter, TimeSpan left, ReadResult?[] reads, CancellationToken cancellationToken)
    {
        try
        {
            return await waiter.WaitAsync(left, time, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Release(reads);
            throw;
        }
    }

    private static bool Suffices(ReadResult?[] reads, FetchRequest request)
    {
        var bytes = 0L;
        foreach (var read in reads)
        {
            if (read is null || read.Error != ErrorCode.None)
            {
                return true; // an error is told at once
            }

            bytes += read.Records.Length;
        }

        return bytes >= request.MinBytes || request.MaxWaitMs <= 0;
    }

    private static void Release(ReadResult?[] reads)
    {
        foreach (var read in reads)
        {
            read?.Dispose();
        }
    }

    private static ReadResult?[] Read(List<WantedPartition> wanted, FetchRequest request)
    {
        var reads = new ReadResult?[wanted.Count];
        var left = request.MaxBytes;
        for (var i = 0; i < reads.Length; i++)
        {
            if (wanted[i].Log is not { } log)
            {
                continue;
            }

            // The first data found is sent even when a batch is larger than allowed, or the client would never get on (KIP-74).
            var limit = Math.Max(0, Math.Min(left, wanted[i].MaxBytes));
            var read = log.Read(wanted[i].Offset, Math.Max(limit, 1), (IsolationLevel)(byte)request.IsolationLevel);
            reads[i] = read;
            left -= read.Records.Length;
            if (left <= 0)
            {
                FillEmpty(wanted, reads, i + 1, request);
                break;
            }
        }

        return reads;
    }

    /// <summary>Partitions for which no room is left are answered with their offsets and no records.</summary>
    private static void FillEmpty(List<WantedPartition> wanted, ReadResult?[] reads, int from, FetchRequest request)
    {
        for (var i = from; i < reads.Length; i++)
        {
            if (wanted[i].Log is { } log)
            {
                reads[i] = log.Read(log.Offsets.HighWatermark, 1, (IsolationLevel)(byte)request.IsolationLevel);
            }
        }
    }

    private FetchResponse Answer(RequestContext context, List<WantedPartition> wanted, ReadResult?[] reads)
    {
        var topicsAnswered = new List<FetchResponse.FetchableTopicResponse>();
        List<FetchResponse.PartitionData>? partitions = null;
        for (var i = 0; i < reads.Length; i++)
        {
            var asked = wanted[i];
            if (i == 0 || !ReferenceEquals(asked.Topic, wanted[i - 1].Topic))
            {
                partitions = [];
                topicsAnswered.Add(new() { Topic = asked.Topic.Topic, TopicId = asked.Topic.TopicId, Partitions = partitions });
            }

            partitions!.Add(reads[i] is { } read ? Data(context, asked, read) : new()
            {
                PartitionIndex = asked.Index,
                ErrorCode = (short)asked.Error,
                HighWatermark = -1,
                Records = ReadOnlyMemory<byte>.Empty,
            });
        }

        context.Throttle = quotas.Charge(
            QuotaKind.Fetch, context.Principal.Name, context.Header.ClientId, reads.Sum(read => (long)(read?.Records.Length ?? 0)));
        return new FetchResponse { Responses = topicsAnswered, ThrottleTimeMs = (int)context.Throttle.TotalMilliseconds };
    }

    private static FetchResponse.PartitionData Data(RequestContext context, WantedPartition asked, ReadResult read)
    {
        context.Hold(read);
        return new FetchResponse.PartitionData
        {
            PartitionIndex = asked.Index,
            ErrorCode = (short)read.Error,
            HighWatermark = read.Offsets.HighWatermark,
            LastStableOffset = read.Offsets.LastStableOffset,
            LogStartOffset = read.Offsets.LogStartOffset,
            AbortedTransactions = read.AbortedTransactions?
                .Select(a => new FetchResponse.AbortedTransaction { ProducerId = a.ProducerId, FirstOffset = a.FirstOffset }).ToList(),
            Records = read.Records,
        };
    }

    private List<WantedPartition> Resolve(RequestContext context, FetchRequest request)
    {
        var wanted = new List<WantedPartition>();
        foreach (var topic in request.Topics)
        {
            var (name, error) = ResolveTopic(context, topic);
            foreach (var partition in topic.Partitions)
            {
                var log = default(PartitionLog);
                var problem = error;
                if (problem == ErrorCode.None)
                {
                    problem = topics.TryGetLog(name, partition.Partition, out log)
                        ? LeaderEpochs.Check(partition.CurrentLeaderEpoch, log)
                        : ErrorCode.UnknownTopicOrPartition;
                }

                wanted.Add(new WantedPartition(
                    topic, partition.Partition, partition.FetchOffset, partition.PartitionMaxBytes, problem == ErrorCode.None ? log : null, problem));
            }
        }

        return wanted;
    }

    private (string Name, ErrorCode Error) ResolveTopic(RequestContext context, FetchRequest.FetchTopic topic)
    {
        var name = topic.Topic;
        if (context.Version >= ByTopicId)
        {
            if (topics.Find(topic.TopicId) is not { } found)
            {
                return ("", ErrorCode.UnknownTopicId);
            }

            name = found.Name;
        }

        return (name, authorizer.MayTopic(context, AclOperation.Read, name) ? ErrorCode.None : ErrorCode.TopicAuthorizationFailed);
    }

    /// <summary>A partition asked for; without a log there is an error.</summary>
    private sealed record WantedPartition(
        FetchRequest.FetchTopic Topic, int Index, long Offset, int MaxBytes, PartitionLog? Log, ErrorCode Error);
}
