using System.Collections.Immutable;
using System.Globalization;
using Pioneer.Streams.Stores;
using Pioneer.Streams.Topologies;

namespace Pioneer.Embedded.Ksql.Queries.Tasks;

/// <summary>A topic inside a query, as it must be.</summary>
/// <param name="Name">Its whole name.</param>
/// <param name="Partitions">How many it has.</param>
/// <param name="Config">Its settings.</param>
/// <param name="IsChangelog">Whether it keeps state; else it carries rows from part to part.</param>
internal sealed record InternalTopicShape(string Name, int Partitions, ImmutableDictionary<string, string> Config, bool IsChangelog);

/// <summary>How the tasks of a topology lie on partitions: one a part and partition.</summary>
/// <param name="Topology">The query.</param>
/// <param name="Partitions">How many tasks each part has.</param>
/// <param name="Topics">The topics inside the query.</param>
internal sealed record TaskLayout(Topology Topology, ImmutableArray<int> Partitions, ImmutableArray<InternalTopicShape> Topics)
{
    /// <summary>As Kafka Streams: changelogs with windows are kept a day longer than the windows.</summary>
    private const long AdditionalRetentionMs = 86_400_000;

    /// <summary>The layout over sources of these sizes.</summary>
    /// <exception cref="QuerySetupException">Topics that meet in one part have different numbers of partitions.</exception>
    public static TaskLayout Of(Topology topology, IReadOnlyDictionary<string, int> partitions)
    {
        ImmutableArray<int> counts = [.. topology.Parts.Select(part => CountOf(part, partitions))];
        var topics = topology.Parts.SelectMany((part, i) => part.Internal.Select(t => Repartition(t.Name, counts[i]))
            .Concat(part.Stores.Select(store => Changelog(topology.ChangelogOf(store), counts[i], store))));
        return new TaskLayout(topology, counts, [.. topics.DistinctBy(t => t.Name)]);
    }

    private static int CountOf(TopologyPart part, IReadOnlyDictionary<string, int> partitions)
    {
        var sources = part.Sources.Distinct().ToArray();
        if (sources.Length == 0)
        {
            return part.Internal.Max(t => partitions[t.PartitionsLike]);
        }

        var counts = sources.Select(s => partitions[s]).Distinct().ToArray();
        if (counts is [var one])
        {
            return one;
        }

        var sizes = string.Join(", ", sources.Select(s => string.Create(CultureInfo.InvariantCulture, $"'{s}' {partitions[s]}")));
        throw new QuerySetupException(
            $"The topics that are joined have different numbers of partitions: {sizes}. Rows of one key would never meet. "
            + "Repartition one of them (PARTITION BY with PARTITIONS), then the query can begin.");
    }

    private static InternalTopicShape Repartition(string name, int partitions) => new(
        name, partitions, Config(("cleanup.policy", "delete"), ("retention.ms", "-1"), ("message.timestamp.type", "CreateTime")), IsChangelog: false);

    private static InternalTopicShape Changelog(string name, int partitions, StoreSpec store)
    {
        var config = store is { Kind: StoreKind.Windows or StoreKind.Sessions or StoreKind.JoinBuffer, RetentionMs: { } retention }
            ? Config(("cleanup.policy", "compact,delete"), ("retention.ms", Longer(retention).ToString(CultureInfo.InvariantCulture)))
            : Config(("cleanup.policy", "compact"));
        return new InternalTopicShape(name, partitions, config, IsChangelog: true);
    }

    private static long Longer(long retentionMs) =>
        retentionMs > long.MaxValue - AdditionalRetentionMs ? long.MaxValue : retentionMs + AdditionalRetentionMs;

    private static ImmutableDictionary<string, string> Config(params IEnumerable<(string Key, string Value)> settings) =>
        settings.ToImmutableDictionary(s => s.Key, s => s.Value, StringComparer.Ordinal);
}

/// <summary>A query cannot begin because of what its topics are; its author can mend it.</summary>
internal sealed class QuerySetupException(string message) : Exception(message);
