using System.Globalization;
using Confluent.Kafka;
using Pioneer.Embedded.Ksql.Kafka;

namespace Pioneer.Embedded.Ksql.Queries;

/// <summary>A log that was cut before a committed place, as by an unclean election.</summary>
/// <param name="Committed">The offset that was to be read next.</param>
/// <param name="KeptTo">Where it was cut: what stands there now was not read.</param>
internal sealed record LogCut(TopicPartitionOffset Committed, long KeptTo)
{
    /// <summary>What happened, for people.</summary>
    public string Message => string.Create(CultureInfo.InvariantCulture,
        $"The log of partition {Committed.Partition.Value} of '{Committed.Topic}' was cut at {KeptTo}, before offset {Committed.Offset.Value} that was to be "
        + $"read next: the records that stood from there on are no more, and others may stand in their place. The query goes on at {KeptTo}; what it made of "
        + $"records that are no more stays.");
}

/// <summary>What is known of a committed place.</summary>
/// <param name="Committed">The place.</param>
/// <param name="Cut">The cut before it; null where the log still goes so far.</param>
/// <param name="Leader">The epoch of the leader that says so; -1 where it is not told.</param>
internal sealed record CheckedPlace(TopicPartitionOffset Committed, LogCut? Cut, int Leader)
{
    /// <summary>Where to go on.</summary>
    public long Next => Cut?.KeptTo ?? Committed.Offset.Value;

    /// <summary>What to hold the next record's epoch against: the log goes to the place under the leader that says so.</summary>
    public int? LeaderEpoch => Cut is null && Leader > Committed.LeaderEpoch ? Leader : Committed.LeaderEpoch;
}

/// <summary>The log of a partition may have been cut before the place that was read to. The next life, which begins at what is committed, looks whether it was.</summary>
internal sealed class LogMayBeCutException(TopicPartitionOffset place, int? epoch) : Exception(string.Create(CultureInfo.InvariantCulture,
    $"Partition {place.Partition.Value} of '{place.Topic}' gave a record of leader epoch {epoch} at offset {place.Offset.Value}, before which its log no longer goes in epoch {place.LeaderEpoch}."));

/// <summary>
/// Finds logs that were cut while a query stood or ran. They may have been filled again beyond its positions: only leader epochs tell them then.
/// </summary>
internal sealed class LogCuts(QuerySource source, IConsumer<byte[]?, byte[]?> consumer, CancellationToken stop)
{
    private const int MostPolls = 100;
    private static readonly TimeSpan PollInterval = KafkaClients.CallTimeout / MostPolls;

    /// <summary>
    /// What is known of committed places; nothing where a place was committed without a leader epoch, or where its leader does not say how far that one
    /// goes.
    /// </summary>
    /// <param name="committed">The places. The consumer's assignment is used up.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    /// <exception cref="KafkaException">The brokers do not answer.</exception>
    public IReadOnlyDictionary<TopicPartition, CheckedPlace> Check(IEnumerable<TopicPartitionOffset> committed)
    {
        TopicPartitionOffset[] known = [.. committed.Where(place => place.Offset.Value > 0 && place.LeaderEpoch >= 0)];
        if (known.Length == 0)
        {
            return new Dictionary<TopicPartition, CheckedPlace>();
        }

        var ends = Ends(known);
        return (from place in known
                let end = ends.GetValueOrDefault(place.TopicPartition, new EpochEnd(-1, -1))
                where end.End >= 0
                let cut = new LogCut(place, end.End)
                select new CheckedPlace(place, IsDoubted(place, ends) && IsCut(cut) ? cut : null, end.Leader))
            .ToDictionary(found => found.Committed.TopicPartition);
    }

    /// <summary>
    /// Places that are set without having been read to, with the epoch of the leader of then, so that a cut before them is told too. Has
    /// none of those where the log is not said to go so far in this epoch: it would tell of cuts that are none.
    /// </summary>
    /// <param name="places">The places, in topics inside the query too.</param>
    /// <param name="logs">What the query reads, as it was looked at before the places were set.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    /// <exception cref="KafkaException">The brokers do not answer.</exception>
    public IEnumerable<TopicPartitionOffset> InEpochs(IEnumerable<TopicPartitionOffset> places, IEnumerable<SourceLog> logs)
    {
        var leaders = logs.SelectMany(log => log.Leaders).Where(leader => leader.Value >= 0).ToDictionary();
        TopicPartitionOffset[] led =
        [
            .. places.Where(place => leaders.ContainsKey(place.TopicPartition))
                .Select(place => new TopicPartitionOffset(place.TopicPartition, place.Offset, leaders[place.TopicPartition])),
        ];
        var ends = Ends(led);
        return led.Where(place => ends.TryGetValue(place.TopicPartition, out var end) && end.End >= place.Offset.Value);
    }

    /// <summary>
    /// Before the first record that a later leader wrote is taken: once it is, its epoch is the position's, and a cut before it could not be seen any more.
    /// </summary>
    /// <param name="position">What was to be read next, with the leader epoch that it was reached in.</param>
    /// <param name="record">What came.</param>
    /// <exception cref="LogMayBeCutException">The log no longer goes to the position in that epoch.</exception>
    /// <exception cref="KafkaException">Nobody says how far it goes.</exception>
    public void BeforeTaking(ConsumeResult<byte[]?, byte[]?> record, TopicPartitionOffset position)
    {
        // a place that was committed without an epoch comes back with -1
        if (position.LeaderEpoch is not >= 0 || !(record.LeaderEpoch > position.LeaderEpoch))
        {
            return;
        }

        var ends = Ends([position]);
        if (ends.Count == 0)
        {
            throw Unknown(position.TopicPartition);
        }

        if (IsDoubted(position, ends))
        {
            throw new LogMayBeCutException(position, record.LeaderEpoch);
        }
    }

    /// <summary>Whether an epoch ends before a place that was reached in it.</summary>
    public static bool IsDoubted(TopicPartitionOffset place, IReadOnlyDictionary<TopicPartition, EpochEnd> ends) =>
        ends.TryGetValue(place.TopicPartition, out var end) && end.End >= 0 && end.End < place.Offset.Value;

#pragma warning disable VSTHRD002 // a life has its thread for itself, and librdkafka's calls block it too
    private IReadOnlyDictionary<TopicPartition, EpochEnd> Ends(TopicPartitionOffset[] places) => source.EpochEndsAsync(places, stop).GetAwaiter().GetResult();
#pragma warning restore VSTHRD002

    private static KafkaException Unknown(TopicPartition at) => new(new Error(
        ErrorCode.Local_TimedOut, $"Whether the log of '{at.Topic}', partition {at.Partition.Value}, was cut is not known: nothing comes from its leader."));

    /// <summary>
    /// A position may lie beyond the last record that was read, behind ends of transactions, which a later leader may have written: its
    /// epoch then ends before the position without any cut. Nothing lies in between for a reader then.
    /// </summary>
    private bool IsCut(LogCut doubt)
    {
        var (at, committed) = (doubt.Committed.TopicPartition, doubt.Committed.Offset);
        if (consumer.QueryWatermarkOffsets(at, KafkaClients.CallTimeout).High < committed)
        {
            return true;
        }

        consumer.Assign(new TopicPartitionOffset(at, doubt.KeptTo));
        try
        {
            for (var poll = 0; poll < MostPolls; poll++)
            {
                stop.ThrowIfCancellationRequested();
                if (consumer.Consume(PollInterval) is { } next)
                {
                    return !next.IsPartitionEOF && next.Offset < committed;
                }
            }

            throw Unknown(at);
        }
        finally
        {
            consumer.Unassign();
        }
    }
}
