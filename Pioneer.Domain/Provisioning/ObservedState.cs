using System.Collections.Immutable;

namespace Pioneer.Domain.Provisioning;

/// <summary>What the cluster, ksqlDB and Connect say is there, read in bulk. Reading one tenant may leave out what is not under its names.</summary>
public sealed record ObservedState
{
    public static readonly ObservedState Empty = new();

    public ObservedBrokers Brokers { get; init; } = ObservedBrokers.One;

    /// <summary>Configs hold at least every non-default value and every key that plans set.</summary>
    public ImmutableArray<TopicSpec> Topics { get; init; } = [];

    public ImmutableArray<AclRule> Acls { get; init; } = [];

    public ImmutableArray<ScramUserSpec> Users { get; init; } = [];

    public ImmutableArray<QuotaSpec> Quotas { get; init; } = [];

    /// <summary>Keys of <see cref="QuotaKeys"/> that the cluster does not let us set. Where quotas cannot even be read, all of them.</summary>
    public ImmutableSortedDictionary<string, QuotaRefusal> RefusedQuotas { get; init; } = ImmutableSortedDictionary<string, QuotaRefusal>.Empty;

    public ImmutableArray<KsqlServiceSpec> Services { get; init; } = [];

    public ImmutableArray<KsqlStreamSpec> Streams { get; init; } = [];

    public ImmutableArray<ObservedQuery> Queries { get; init; } = [];

    public ImmutableArray<ObservedConnector> Connectors { get; init; } = [];

    /// <summary>Connector classes that Connect has plug-ins for; null where it does not tell.</summary>
    public ImmutableHashSet<string>? ConnectorClasses { get; init; }
}
