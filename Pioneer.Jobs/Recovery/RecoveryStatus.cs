using System.Collections.Immutable;
using Pioneer.Domain.Recovery;

namespace Pioneer.Jobs.Recovery;

/// <summary>How bad it is, from best to worst.</summary>
public enum StatusLevel
{
    /// <summary>Everything that is watched is as it should be.</summary>
    Fine,

    /// <summary>Somebody stopped it on purpose, and nothing is lost.</summary>
    Paused,

    /// <summary>Something is broken and nothing is lost.</summary>
    Degraded,

    /// <summary>A probe is missing or too old: nothing can be promised.</summary>
    NotObserved,

    /// <summary>Retention is running towards undelivered records.</summary>
    AtRisk,

    /// <summary>Records were lost, or somebody must be seeded again.</summary>
    Lost,
}

/// <summary>One tenant's part of the status page.</summary>
public sealed record TenantStatus(string Tenant, StatusLevel Level, string Sentence, LossHorizon Horizon);

/// <summary>One watched thing: what was seen, by which probe, when.</summary>
public sealed record ComponentStatus(string Name, StatusLevel Level, string State, DateTimeOffset SeenAt, string Detector, string Evidence);

/// <summary>The status page's answer to: is anything wrong, who is affected, what is lost or about to be, what is being done.</summary>
/// <param name="LookedAt">When the quick probes last looked; null before the first look.</param>
/// <param name="EvidenceAt">When the last full round with brokers in it was taken.</param>
/// <param name="Tenants">Every tenant that is seen, judged by all open incidents and not only by those in <paramref name="OpenIncidents"/>.</param>
/// <param name="Components">What is watched, with at most <see cref="MaxFailedConnectors"/> failed connectors by name.</param>
/// <param name="FailedConnectors">How many connectors failed in all.</param>
/// <param name="OpenIncidents">At most <see cref="MaxOpenIncidents"/>: those with losses first, then the newest.</param>
/// <param name="OpenIncidentCount">How many are open in all.</param>
public sealed record RecoveryStatus(
    DateTimeOffset? LookedAt,
    DateTimeOffset? EvidenceAt,
    StatusLevel Level,
    string Sentence,
    ImmutableArray<TenantStatus> Tenants,
    ImmutableArray<ComponentStatus> Components,
    int FailedConnectors,
    ImmutableArray<Incident> OpenIncidents,
    int OpenIncidentCount)
{
    /// <summary>A page of incidents: nobody reads more of them at once, and the rest have a page of their own.</summary>
    public const int MaxOpenIncidents = 50;

    /// <summary>As many failed connectors as incidents.</summary>
    public const int MaxFailedConnectors = 50;

    /// <summary>The state of a component that is one failed connector.</summary>
    public const string ConnectorFailed = "Task failed";

    /// <summary>The component that feeds come through.</summary>
    public const string Connect = "Kafka Connect";

    /// <summary>The component that queries run in.</summary>
    public const string Ksql = "ksqlDB";
}
