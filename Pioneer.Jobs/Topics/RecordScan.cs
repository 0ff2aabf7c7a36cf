using Confluent.Kafka;
using Pioneer.Jobs.Kafka;

namespace Pioneer.Jobs.Topics;

/// <summary>What one reading may take, over all its rounds.</summary>
internal sealed class ScanBudget(TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();

    public long Looked { get; set; }

    public bool IsSpent => Looked >= RecordLimits.MaxLooked || time.GetElapsedTime(_started) > RecordLimits.MaxTime;
}

/// <summary>What was found in one partition, oldest first.</summary>
/// <param name="from">First offset of the range.</param>
/// <param name="to">The range ends before it.</param>
internal sealed class PartitionFind(int partition, long from, long to)
{
    public int Partition { get; } = partition;

    public long From { get; } = from;

    public long To { get; } = to;

    /// <summary>Everything before it was looked at.</summary>
    public long Reached { get; set; } = from;

    public bool IsDone { get; set; } = from >= to;

    public LinkedList<ConsumeResult<byte[]?, byte[]?>> Found { get; } = [];

    /// <summary>The newest record that was found and has no room any more; -1 for none.</summary>
    public long Dropped { get; set; } = -1;
}

/// <summary>Reads ranges of partitions with one consumer, on the thread that calls. Nothing that it does outlives a call.</summary>
/// <param name="fits">Which records are wanted.</param>
/// <param name="progress">Told about twice a second.</param>
internal sealed class RecordScan(
    IConsumer<byte[]?, byte[]?> consumer, string topic, ScanBudget budget, Func<ConsumeResult<byte[]?, byte[]?>, bool> fits, Action<ReadingProgress> progress,
    TimeProvider time, Func<Exception?> refusal)
{
    private static readonly TimeSpan PollTime = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan TellEvery = TimeSpan.FromMilliseconds(400);

    private long _told = time.GetTimestamp();
    private long _found;
    private long _bytes;

    /// <summary>Why the last call ended early.</summary>
    public ReadingEnd End { get; private set; }

    /// <summary>Reads the ranges until each is done, a budget is spent or the caller cancels. Throws what a refused reader is told with.</summary>
    /// <param name="most">Records to keep of each partition.</param>
    /// <param name="keepNewest">The newest ones are kept and the range is read to its end; otherwise a partition is done with as many as fit.</param>
    public void Read(IReadOnlyCollection<PartitionFind> ranges, int most, bool keepNewest, string principal, CancellationToken ct)
    {
        var open = ranges.Where(range => !range.IsDone).ToDictionary(range => range.Partition);
        var madeRoom = false;
        End = ReadingEnd.Whole;
        if (open.Count == 0)
        {
            return;
        }

        Tell(always: true);
        consumer.Assign(open.Values.Select(range => new TopicPartitionOffset(topic, range.Partition, range.From)));
        while (open.Count > 0)
        {
            if (ct.IsCancellationRequested || budget.IsSpent)
            {
                End = ct.IsCancellationRequested ? ReadingEnd.Cancelled : ReadingEnd.Budget;
                break;
            }

            if (Poll(principal) is { } read && open.TryGetValue(read.Partition.Value, out var range))
            {
                Take(range, read, most, keepNewest);
                if (range.IsDone)
                {
                    open.Remove(range.Partition);
                    consumer.Pause([read.TopicPartition]);
                }

                if (_bytes > RecordLimits.MaxBytes && keepNewest)
                {
                    MakeRoom(ranges);
                    madeRoom = true;
                }
                else if (_bytes > RecordLimits.MaxBytes)
                {
                    End = ReadingEnd.Size;
                    break;
                }
            }

            Tell(always: false);
        }

        if (End is ReadingEnd.Whole && madeRoom)
        {
            End = ReadingEnd.Size;
        }

        Tell(always: true);
        consumer.Unassign();
    }

    private void Take(PartitionFind range, ConsumeResult<byte[]?, byte[]?> read, int most, bool keepNewest)
    {
        if (read.IsPartitionEOF || read.Offset.Value >= range.To)
        {
            (range.Reached, range.IsDone) = (range.To, true);
            return;
        }

        budget.Looked++;
        range.Reached = read.Offset.Value + 1;
        if (fits(read))
        {
            range.Found.AddLast(read);
            _found++;
            _bytes += Size(read);
            if (range.Found.Count > most && keepNewest)
            {
                DropOldest(range);
            }
        }

        range.IsDone = range.Reached >= range.To || (!keepNewest && range.Found.Count >= most);
    }

    private void MakeRoom(IReadOnlyCollection<PartitionFind> ranges)
    {
        while (_bytes > RecordLimits.MaxBytes && ranges.Where(range => range.Found.Count > 1).MinBy(range => range.Found.First!.Value.Message.Timestamp.UnixTimestampMs) is { } oldest)
        {
            DropOldest(oldest);
        }
    }

    private void DropOldest(PartitionFind range)
    {
        var oldest = range.Found.First!.Value;
        range.Found.RemoveFirst();
        range.Dropped = oldest.Offset.Value;
        _bytes -= Size(oldest);
    }

    private ConsumeResult<byte[]?, byte[]?>? Poll(string principal)
    {
        if (refusal() is { } refused)
        {
            throw refused;
        }

        try
        {
            return consumer.Consume(PollTime);
        }
        catch (ConsumeException lost) when (lost.Error.Code is ErrorCode.OffsetOutOfRange or ErrorCode.Local_AutoOffsetReset)
        {
            // retention overtook the reader: what was there is gone
            return new ConsumeResult<byte[]?, byte[]?> { TopicPartitionOffset = lost.ConsumerRecord.TopicPartitionOffset, IsPartitionEOF = true };
        }
        catch (ConsumeException denied) when (denied.Error.Code is ErrorCode.TopicAuthorizationFailed or ErrorCode.GroupAuthorizationFailed)
        {
            throw new KafkaReadRefusedException(principal, topic, denied);
        }
        catch (KafkaException failure) when (KafkaAdmin.IsTransient(failure.Error.Code) || failure.Error.Code is ErrorCode.Local_UnknownPartition or ErrorCode.Local_UnknownTopic)
        {
            return null; // the budget of time ends it
        }
        catch (KafkaException failure)
        {
            throw new KafkaRequestException($"read topic '{topic}'", failure.Error.Code, failure.Error.Reason, failure);
        }
    }

    private void Tell(bool always)
    {
        if (always || time.GetElapsedTime(_told) > TellEvery)
        {
            _told = time.GetTimestamp();
            progress(new ReadingProgress(budget.Looked, _found));
        }
    }

    private static long Size(ConsumeResult<byte[]?, byte[]?> record) =>
        (record.Message.Key?.Length ?? 0) + (record.Message.Value?.Length ?? 0) + (record.Message.Headers?.Sum(header => (long)(header.GetValueBytes()?.Length ?? 0)) ?? 0);
}
