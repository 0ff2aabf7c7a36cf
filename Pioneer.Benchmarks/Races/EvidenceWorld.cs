using System.Collections.Immutable;
using System.Globalization;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Recovery;
using Pioneer.Domain.Tenants;

namespace Pioneer.Benchmarks.Races;

/// <summary>
/// Rounds of evidence as brokers would tell them of many tenants, with five feeds and five queries each: one partition in four is ahead of
/// its reader, and before every other one of those it stands.
/// </summary>
internal sealed class EvidenceWorld
{
    private const int TopicsOfTenant = 5;
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private readonly int _ofTopic;

    public EvidenceWorld(int tenants, int partitions)
    {
        _ofTopic = Math.Max(1, partitions / (tenants * TopicsOfTenant));
        Flows = [.. Enumerable.Range(0, tenants).Select(Flow)];
    }

    /// <summary>What is wanted, tenant by tenant.</summary>
    public ImmutableArray<TenantFlow> Flows { get; }

    public int Partitions => Flows.Length * TopicsOfTenant * _ofTopic;

    /// <summary>The round of that number, 15 s after the one before; its clocks are not set.</summary>
    /// <param name="unseen">One partition in so many has no leader; 0 for none.</param>
    public EvidenceRound Round(int number, int unseen = 0)
    {
        var topics = Flows.SelectMany(flow => flow.Readers).Select(hop => hop.Topic).ToList();
        var missing = topics.SelectMany(topic => Enumerable.Range(0, _ofTopic).Select(partition => $"{topic}-{partition}"))
            .Where((_, at) => unseen > 0 && at % unseen == 0).ToImmutableArray();
        var missed = missing.ToHashSet(StringComparer.Ordinal);
        return new EvidenceRound(
            Noon.AddSeconds(15 * number),
            new ClusterEvidence(
                "cluster", 3,
                [
                    .. topics.Select(topic => new TopicEvidence(topic, $"id of {topic}", 604_800_000,
                    [
                        .. Enumerable.Range(0, _ofTopic).Where(partition => !missed.Contains($"{topic}-{partition}"))
                            .Select(partition => Partition(partition, 1000 + (10 * number))),
                    ])),
                ],
                [
                    .. Flows.SelectMany(flow => flow.Readers).Select(hop => new GroupEvidence(hop.Group,
                    [
                        .. Enumerable.Range(0, _ofTopic)
                            .Select(partition => new CommittedEvidence(hop.Topic, partition, Position(partition, number), null)),
                    ])),
                ])
            {
                Unseen = [.. missing.Select(partition => new UnseenEvidence(partition, "It has no leader."))],
            },
            [.. topics.Select(topic => new ConnectorEvidence(topic, "RUNNING", [new TaskEvidence(0, "RUNNING")], null))],
            [.. Flows.SelectMany(flow => flow.Readers).Select(hop => new QueryEvidence(hop.Service, hop.Reader, "RUNNING", null))]);
    }

    private static PartitionEvidence Partition(int partition, long end) => new(partition, 0, end, end) { LeaderEpoch = 1, KeptTo = end };

    private static long Position(int partition, int number) => (partition % 8) switch
    {
        0 => 500,
        4 => 500 + number,
        _ => 1000 + (10 * number),
    };

    private static TenantFlow Flow(int number)
    {
        var slug = TenantSlug.Parse(string.Create(CultureInfo.InvariantCulture, $"client-{number:0000}"));
        var topics = Enumerable.Range(1, TopicsOfTenant).Select(feed => TopicNames.Feed(slug, $"feed-{feed}")).ToList();
        return new TenantFlow(slug.Value,
        [
            .. topics.Select(topic => new FlowHop.Ingestion(topic, topic)),
            .. topics.Select((topic, at) => new FlowHop.Reading(topic, $"_confluent-ksql-{slug}_query_RESULT_{at}_V1", $"{slug}_RESULT_{at}_V1")
            {
                Service = $"{slug}_",
            }),
        ]);
    }
}
