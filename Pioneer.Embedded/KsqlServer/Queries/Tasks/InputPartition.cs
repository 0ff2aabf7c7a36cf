using Confluent.Kafka;

namespace Pioneer.Embedded.Ksql.Queries.Tasks;

/// <summary>A partition that tasks read: what came of it and waits for its turn, and where it stands.</summary>
/// <param name="at">The partition.</param>
/// <param name="isInternal">Whether it is inside the query.</param>
/// <param name="rank">Of records of one time, those of the lower rank go first.</param>
internal sealed class InputPartition(TopicPartition at, bool isInternal, int rank)
{
    private long _expected;

    /// <summary>The partition.</summary>
    public TopicPartition At => at;

    /// <summary>Whether it is inside the query.</summary>
    public bool IsInternal => isInternal;

    /// <summary>Of records of one time, those of the lower rank go first.</summary>
    public int Rank => rank;

    /// <summary>The tasks that take its records.</summary>
    public List<RunningTask> Tasks { get; } = [];

    /// <summary>What came and waits.</summary>
    public Queue<ConsumeResult<byte[]?, byte[]?>> Waiting { get; } = [];

    /// <summary>The offset that comes next from the brokers.</summary>
    public long Next { get; set; }

    /// <summary>
    /// The leader epoch of the last record that was taken from here, until there is one that of the leader when the query began here; null where
    /// brokers do not tell.
    /// </summary>
    public int? LeaderEpoch { get; set; }

    /// <summary>The leader epoch of the last record that came, whether it was taken or waits; null as above.</summary>
    public int? ReadEpoch { get; set; }

    /// <summary>What comes next, with that epoch.</summary>
    public TopicPartitionOffset Reading => new(at, Next, ReadEpoch);

    /// <summary>Whether the brokers said that there is nothing more, and nothing came since.</summary>
    public bool IsAtEnd { get; set; }

    /// <summary>Whether they ever said so.</summary>
    public bool WasAtEnd { get; set; }

    /// <summary>Whether it is held back because enough of it waits.</summary>
    public bool IsPaused { get; set; }

    /// <summary>The offset behind the last record that this query itself wrote here, as far as that is known. Set from any thread.</summary>
    public long Expected => Volatile.Read(ref _expected);

    /// <summary>Everything before this is done.</summary>
    public long Position => Waiting.TryPeek(out var first) ? first.Offset.Value : Next;

    /// <summary>That as it is committed, with the leader epoch, by which a log that is cut meanwhile is known.</summary>
    public TopicPartitionOffset Place => new(at, Position, LeaderEpoch);

    /// <summary>A record of this query arrived here.</summary>
    public void Expect(long offset) => Volatile.Write(ref _expected, offset + 1);
}
