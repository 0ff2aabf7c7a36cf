using Confluent.Kafka;

namespace Pioneer.Embedded.Ksql.Queries.Tasks;

/// <summary>The brokers take a transaction of a query for no good because of what is in a record of it; the next life finds out which.</summary>
internal sealed class RefusedTransactionException(string reason, Exception? inner) : Exception(reason, inner);

/// <summary>
/// Who refuses a record names none, and the state that it left behind must be built anew, in another life: smaller and smaller transactions find
/// it, and it is left out alone. Outlasts the lives of a query; one thread at a time.
/// </summary>
internal sealed class RefusedRecords
{
    /// <summary>A transaction has so many records at most.</summary>
    public const int MostRecords = 20_000;

    private readonly Dictionary<TopicPartitionOffset, string> _skipped = [];

    /// <summary>How many records a transaction may have.</summary>
    public int Room { get; private set; } = MostRecords;

    /// <summary>Why a record is to be left out; null where it is not.</summary>
    public string? Reason(TopicPartitionOffset at) => _skipped.Count == 0 ? null : _skipped.GetValueOrDefault(at);

    /// <summary>A transaction was refused.</summary>
    /// <param name="records">How many records were in it.</param>
    /// <param name="last">The last of them.</param>
    /// <param name="reason">Why.</param>
    public void Refused(int records, TopicPartitionOffset? last, string reason)
    {
        if (records == 1 && last is not null)
        {
            _skipped[last] = reason;
            return;
        }

        Room = Math.Max(records / 2, 1);
    }

    /// <summary>A transaction was committed.</summary>
    /// <param name="skipped">Records that were left out in it; they will not come again.</param>
    public void Committed(IEnumerable<TopicPartitionOffset> skipped)
    {
        foreach (var at in skipped)
        {
            _skipped.Remove(at);
        }

        Room = Math.Min(Room + (Room / 4) + 1, MostRecords);
    }
}
