using System.Collections.Immutable;
using Confluent.Kafka;
using Pioneer.Embedded.Ksql.Kafka;

namespace Pioneer.Embedded.Ksql.Queries;

/// <summary>Where a life of a query begins.</summary>
/// <param name="Log">What it reads.</param>
/// <param name="IsAnother">The topic was made anew since the positions were committed: none of them is a place in it.</param>
/// <param name="Cut">Partitions whose log turned out to be shorter than the position.</param>
internal sealed record QueryBeginning(SourceLog Log, bool IsAnother, ImmutableHashSet<int> Cut)
{
    /// <summary>Whether a partition is read from its start, whatever was committed.</summary>
    public bool IsAnew(int partition) => IsAnother || Cut.Contains(partition);
}

/// <summary>A partition gave a record from before the place that was read to.</summary>
internal sealed class LogWentBackException(string topic, int partition, long offset, long position) : Exception(
    $"Partition {partition} of '{topic}' gave offset {offset} where {position} was next: its log was cut, or the topic was made anew. The query reads it from its start; results may come again.")
{
    /// <summary>The partition.</summary>
    public int Partition { get; } = partition;
}

/// <summary>What a query reads, by identity and not by name: which log it is now, and which one its positions are places in.</summary>
internal sealed class QuerySource(string queryId, SourceLogs logs, SourceMemory memory)
{
    private ImmutableHashSet<int> _cut = [];

    /// <summary>Looks which log the topic is now, and whether the committed positions are places in it.</summary>
    public async Task<QueryBeginning> BeginAsync(string topic, CancellationToken ct)
    {
        var log = await logs.FindAsync(topic, ct);
        return new QueryBeginning(log, memory.Of(queryId, topic) is { } known && known != log.Id, _cut);
    }

    /// <summary>The beginning is committed: positions are places in its log from now on.</summary>
    public void Began(QueryBeginning beginning)
    {
        memory.Remember(queryId, beginning.Log.Topic, beginning.Log.Id);
        _cut = [];
    }

    /// <summary>The next life reads this partition from its start.</summary>
    public void WentBack(int partition) => _cut = _cut.Add(partition);

    /// <summary>False when the name stands for another log now, for none, or for more partitions. A look that fails says nothing.</summary>
    public async Task<bool> IsStillAsync(SourceLog log, CancellationToken ct)
    {
        try
        {
            var now = await logs.FindAsync(log.Topic, ct);
            return now.Id == log.Id && now.Partitions.Length <= log.Partitions.Length;
        }
        catch (KafkaException failure)
        {
            return failure.Error.Code is not ErrorCode.UnknownTopicOrPart;
        }
    }
}
