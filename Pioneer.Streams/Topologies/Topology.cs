using System.Collections.Immutable;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Planning;
using Pioneer.Streams.Stores;

namespace Pioneer.Streams.Topologies;

/// <summary>A topic inside a query.</summary>
/// <param name="Name">Its whole name.</param>
/// <param name="PartitionsLike">A topic that has as many partitions.</param>
/// <param name="Formats">How its records are written.</param>
public sealed record InternalTopic(string Name, string PartitionsLike, InternalFormats Formats);

/// <summary>What one task does, for one partition of each of its topics.</summary>
/// <param name="Sources">The topics of streams and tables that it reads.</param>
/// <param name="Internal">The topics inside the query that it reads.</param>
/// <param name="Stores">The stores that it keeps.</param>
public sealed record TopologyPart(
    ImmutableArray<string> Sources,
    ImmutableArray<InternalTopic> Internal,
    ImmutableArray<StoreSpec> Stores);

/// <summary>
/// A query ready to be run by tasks: a task a part and partition. Tasks of different parts know each other only by the topics between
/// them, so they may run anywhere; what a task keeps is in its stores, every change of which can go to a topic of its own and be brought
/// back from there.
/// </summary>
public sealed class Topology
{
    private readonly PartMap _map;

    private Topology(PlanNode root, Relation? sink, string prefix)
    {
        (Root, Sink, Prefix) = (root, sink, prefix);
        _map = new PartMap(root);
        Parts = [.. Enumerable.Range(0, _map.Count).Select(Describe)];
    }

    /// <summary>What names of topics inside the query begin with.</summary>
    public string Prefix { get; }

    /// <summary>What tasks do, by part.</summary>
    public ImmutableArray<TopologyPart> Parts { get; }

    internal PlanNode Root { get; }

    internal Relation? Sink { get; }

    /// <summary>The topology of a query that fills a stream or a table.</summary>
    /// <param name="query">The query.</param>
    /// <param name="sink">What it fills.</param>
    /// <param name="serviceId">The id of the ksqlDB service (<c>ksql.service.id</c>).</param>
    /// <param name="queryId">The id of the query.</param>
    public static Topology Of(AnalyzedQuery query, Relation sink, string serviceId, string queryId)
    {
        ArgumentNullException.ThrowIfNull(query);
        return new Topology(query.Plan, sink, InternalNames.Prefix(serviceId, queryId));
    }

    /// <summary>The topology that only keeps a table's rows (CREATE SOURCE TABLE).</summary>
    public static Topology OfTable(Relation table, string serviceId, string queryId)
    {
        ArgumentNullException.ThrowIfNull(table);
        var scan = new ScanNode("KsqlTopic", new AnalyzedSource(table, table.Name), PlanSchema.Of(table));
        return new Topology(scan, null, InternalNames.Prefix(serviceId, queryId));
    }

    /// <summary>The name of a topic that holds the changes of a store.</summary>
    public string ChangelogOf(StoreSpec store)
    {
        ArgumentNullException.ThrowIfNull(store);
        return $"{Prefix}-{store.Changelog}";
    }

    /// <summary>A task for one partition.</summary>
    /// <param name="part">The part, from 0.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="environment">What it works with.</param>
    public StreamTask CreateTask(int part, int partition, TaskEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        return new TaskBuilder(this, _map, part, partition, environment).Build();
    }

    // A task that nobody runs tells what it reads and keeps.
    private TopologyPart Describe(int part)
    {
        var builder = new TaskBuilder(this, _map, part, 0, TaskEnvironment.Nothing);
        var task = builder.Build();
        return new TopologyPart([.. builder.Sources], [.. builder.Internal], [.. task.Stores.Select(s => s.Spec)]);
    }
}
