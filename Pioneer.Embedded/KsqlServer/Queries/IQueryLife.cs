using Pioneer.Embedded.Ksql.Kafka;
using Pioneer.Embedded.Ksql.Metastore;
using Pioneer.Ksql.Functions;

namespace Pioneer.Embedded.Ksql.Queries;

/// <summary>One life of a persistent query, on a thread of its own. Any failure ends it; the next one fences it by its transactional id.</summary>
internal interface IQueryLife : IDisposable
{
    /// <summary>Runs until stopped; what was read is committed then. Failures throw.</summary>
    /// <param name="onReady">Called once the query is positioned and reads, with what people must know of its beginning: logs that were cut before its
    /// positions, and partitions that it reads from their start for that.</param>
    /// <param name="stop">Ends the run.</param>
    void Run(Action<IReadOnlyCollection<string>> onReady, CancellationToken stop);
}

/// <summary>What the lives of a query are lived with.</summary>
/// <param name="Query">What it does.</param>
/// <param name="Group">The consumer group that holds its offsets.</param>
/// <param name="Source">What it reads.</param>
/// <param name="Clients">The cluster.</param>
/// <param name="Services">Clock and randomness.</param>
/// <param name="Commit">Watches calls that may not return.</param>
/// <param name="Faults">What it could not do as it should.</param>
/// <param name="Logger">The log.</param>
internal sealed record LifeSetting(
    QueryDefinition Query, string Group, QuerySource Source, KafkaClients Clients, FunctionServices Services, WatchedCall Commit, QueryFaults Faults,
    ILogger Logger);
