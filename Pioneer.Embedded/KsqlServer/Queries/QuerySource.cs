using System.Collections.Concurrent;
using System.Collections.Immutable;
using Confluent.Kafka;
using Pioneer.Embedded.Ksql.Kafka;

namespace Pioneer.Embedded.Ksql.Queries;

/// <summary>Where a life of a query begins.</summary>
/// <param name="Logs">What it reads.</param>
/// <param name="Others">Topics that were made anew since the positions were committed: none of them is a place in it.</param>
/// <param name="WentBack">Partitions that turned out to give records from before the position.</param>
/// <param name="HasRun">Whether a life before has committed anything.</param>
internal sealed record QueryBeginning(
    ImmutableArray<SourceLog> Logs, ImmutableArray<string> Others, ImmutableDictionary<TopicPartition, LogWentBackException> WentBack, bool HasRun)
{
    /// <summary>Whether what was committed is a place in another log of that name.</summary>
    public bool IsOfAnother(TopicPartition partition) => Others.Contains(partition.Topic);
}

/// <summary>
/// A partition gave a record from before the place that was read to. The next life asks by leader epochs where the log was cut; where that is not told, it
/// reads the partition from its start.
/// </summary>
internal sealed class LogWentBackException(string topic, int partition, long offset, long position) : Exception(
    $"Partition {partition} of '{topic}' gave offset {offset} where {position} was next: its log was cut, or the topic was made anew. The query reads it from its start; results may come again.")
{
    /// <summary>The partition.</summary>
    public TopicPartition At { get; } = new(topic, partition);
}

/// <summary>What a query reads, by identity and not by name: which logs it is now, and which ones its positions are places in.</summary>
internal sealed class QuerySource(string queryId, SourceLogs logs, SourceMemory memory)
{
    private readonly ConcurrentDictionary<TopicPartition, TopicPartitionOffset> _places = new();
    private readonly Dictionary<TopicPartition, (Offset Place, int? Reached, int Leader)> _whole = [];
    private ImmutableDictionary<TopicPartition, LogWentBackException> _wentBack = ImmutableDictionary<TopicPartition, LogWentBackException>.Empty;

    /// <summary>Looks which logs the topics are now, and whether the committed positions are places in them.</summary>
    public async Task<QueryBeginning> BeginAsync(IEnumerable<string> topics, CancellationToken ct)
    {
        _places.Clear();
        var found = ImmutableArray.CreateBuilder<SourceLog>();
        foreach (var topic in topics)
        {
            found.Add(await logs.FindAsync(topic, ct));
        }

        var known = found.Select(log => (Log: log, Id: memory.Of(queryId, log.Topic))).ToArray();
        return new QueryBeginning(
            found.ToImmutable(), [.. known.Where(k => k.Id is { } id && id != k.Log.Id).Select(k => k.Log.Topic)], _wentBack, known.Any(k => k.Id is not null));
    }

    /// <summary>The beginning is committed: positions are places in its logs from now on.</summary>
    public void Began(QueryBeginning beginning)
    {
        foreach (var log in beginning.Logs)
        {
            memory.Remember(queryId, log.Topic, log.Id);
        }

        _wentBack = ImmutableDictionary<TopicPartition, LogWentBackException>.Empty;
    }

    /// <summary>
    /// How far the logs go in the leader epochs that these places were reached in: <see cref="SourceLogs.EpochEndsAsync"/>.
    /// </summary>
    public Task<IReadOnlyDictionary<TopicPartition, EpochEnd>> EpochEndsAsync(
        IReadOnlyCollection<TopicPartitionOffset> places, CancellationToken ct) => logs.EpochEndsAsync(places, ct);

    /// <summary>The next life looks where the log of this partition was cut.</summary>
    public void WentBack(LogWentBackException back) => _wentBack = _wentBack.SetItem(back.At, back);

    /// <summary>Where the query stands, for <see cref="AreStillAsync"/>. From the thread of its life.</summary>
    public void StandsAt(IEnumerable<TopicPartitionOffset> places)
    {
        foreach (var place in places)
        {
            _places[place.TopicPartition] = place;
        }
    }

    /// <summary>
    /// False when a name stands for another log now, for none, or for more partitions, or when a log with a later leader may have been cut before the
    /// query's place. A look that fails says nothing.
    /// </summary>
    public async Task<bool> AreStillAsync(IEnumerable<SourceLog> begun, CancellationToken ct)
    {
        foreach (var log in begun)
        {
            if (!await IsStillAsync(log, ct))
            {
                return false;
            }
        }

        return true;
    }

    private async Task<bool> IsStillAsync(SourceLog log, CancellationToken ct)
    {
        try
        {
            var now = await logs.FindAsync(log.Topic, ct);
            return now.Id == log.Id && now.Partitions.Length <= log.Partitions.Length && await AreWholeAsync(now, ct);
        }
        catch (KafkaException failure)
        {
            return failure.Error.Code is not ErrorCode.UnknownTopicOrPart;
        }
    }

    /// <summary>Asks once for a place under a later leader, and again for the next place.</summary>
    private async Task<bool> AreWholeAsync(SourceLog log, CancellationToken ct)
    {
        TopicPartitionOffset[] places =
        [
            .. log.Leaders.Keys.Select(partition => _places.GetValueOrDefault(partition)).OfType<TopicPartitionOffset>()
                .Where(place => log.Leaders[place.TopicPartition] > place.LeaderEpoch && _whole.GetValueOrDefault(place.TopicPartition) != Under(place, log)),
        ];
        if (places.Length == 0)
        {
            return true;
        }

        var ends = await EpochEndsAsync(places, ct);
        foreach (var place in places.Where(place => ends.ContainsKey(place.TopicPartition)))
        {
            _whole[place.TopicPartition] = Under(place, log);
        }

        return !places.Any(place => LogCuts.IsDoubted(place, ends));
    }

    private static (Offset Place, int? Reached, int Leader) Under(TopicPartitionOffset place, SourceLog log) => (place.Offset, place.LeaderEpoch, log.Leaders[place.TopicPartition]);
}
