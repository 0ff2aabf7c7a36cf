using Confluent.Kafka;

namespace Pioneer.Embedded.Ksql.Queries.Tasks;

/// <summary>
/// Partitions whose records must keep the order of their times among each other, because tasks take from several of them. A record's turn comes
/// when no partition of the group can still give an older one, as far as the brokers have told.
/// </summary>
internal sealed class InputGroup(IReadOnlyList<InputPartition> partitions, Func<TopicPartition, long> knownEnd)
{
    // A query that feeds itself within one group would wait for what it has not yet done.
    private readonly bool _waitsForOwn = partitions.SelectMany(p => p.Tasks).Select(t => t.Part).Distinct().Count() == 1;

    /// <summary>Whether records that the query writes to itself must be back before others go on.</summary>
    public bool WaitsForOwn => _waitsForOwn && partitions.Count > 1;

    /// <summary>The partitions.</summary>
    public IReadOnlyList<InputPartition> Partitions => partitions;

    /// <summary>The partition whose first record is next; null where none is, or where an older one may come.</summary>
    /// <param name="written">Topics that the query has written to in the open transaction.</param>
    public InputPartition? Next(HashSet<string> written)
    {
        InputPartition? oldest = null;
        foreach (var partition in partitions)
        {
            if (!partition.Waiting.TryPeek(out var record))
            {
                if (partitions.Count > 1 && MayGive(partition, written))
                {
                    return null;
                }
            }
            else if (oldest is null || IsBefore(partition, record, oldest))
            {
                oldest = partition;
            }
        }

        return oldest;
    }

    private static bool IsBefore(InputPartition partition, ConsumeResult<byte[]?, byte[]?> record, InputPartition other)
    {
        var (time, otherTime) = (record.Message.Timestamp.UnixTimestampMs, other.Waiting.Peek().Message.Timestamp.UnixTimestampMs);
        return time < otherTime || (time == otherTime && partition.Rank < other.Rank);
    }

    private bool MayGive(InputPartition partition, HashSet<string> written) => partition.IsInternal
        ? WaitsForOwn && (!partition.WasAtEnd || partition.Next < partition.Expected || written.Contains(partition.At.Topic))
        : !partition.IsAtEnd && knownEnd(partition.At) != partition.Next;
}
