using System.Collections.Immutable;

namespace Pioneer.Domain.Subscriptions;

/// <summary>A ksql query that a tenant wrote, versioned; its results land in the delivery topic <c>slug.d.name</c>.</summary>
public sealed class Subscription : IRevisioned
{
    public required SubscriptionId Id { get; init; }

    public required TenantId TenantId { get; init; }

    /// <summary>Unique among the tenant's living subscriptions; lower-case letters, digits and single hyphens.</summary>
    public required string Name { get; init; }

    public string Description { get; set; } = "";

    public SubscriptionState State { get; set; } = SubscriptionState.Deploying;

    /// <summary>What a new version may do to the form of the records.</summary>
    public Compatibility Compatibility { get; set; } = SchemaCompatibility.Default;

    /// <summary>Number of the version that is wanted to run.</summary>
    public required int CurrentVersion { get; set; }

    /// <summary>The seed run that owns start and offsets of the live query; while set, the reconciler leaves the query alone.</summary>
    public SeedRunId? HeldBy { get; set; }

    /// <summary>On deletion: the delivery topic and its records go too.</summary>
    public bool DeleteTopic { get; set; }

    /// <summary>Why the last operation failed, for the person who owns the subscription.</summary>
    public string? Error { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    /// <summary>When wanted state last changed: deployed, paused, resumed, deleted.</summary>
    public required DateTimeOffset ChangedAt { get; set; }

    public List<SubscriptionVersion> Versions { get; init; } = [];

    /// <summary>The version whose records readers know: the present one, or where that failed before it ever ran the newest one that ran; null where none did.</summary>
    public SubscriptionVersion? Delivering => Versions.Find(version => version.Number == CurrentVersion) is { } current && (State is not SubscriptionState.Failed || current.DeployedAt is not null)
        ? current
        : Versions.Where(version => version.DeployedAt is not null).MaxBy(version => version.Number);

    public long Revision { get; set; }
}

/// <summary>Wanted life of a subscription. Deploying and Deleting are under way; Paused, Running, Seeding, Deleted are reached.</summary>
public enum SubscriptionState
{
    Deploying,
    Running,
    Paused,
    Seeding,
    Failed,
    Deleting,
    Deleted,
}

/// <summary>What one deployment of a subscription runs. Never changed after it was written.</summary>
public sealed class SubscriptionVersion
{
    public required SubscriptionId SubscriptionId { get; init; }

    public required TenantId TenantId { get; init; }

    /// <summary>1, 2, ...; the query id ends in <c>_V</c> and this number.</summary>
    public required int Number { get; init; }

    /// <summary>As the author wrote it.</summary>
    public required string Sql { get; init; }

    /// <summary>The rewritten SELECT over platform names, as printed from the tree.</summary>
    public required string Select { get; init; }

    public required string SourceObject { get; init; }

    public required string SourceTopic { get; init; }

    public required ImmutableArray<string> Reads { get; init; }

    public required ImmutableArray<ResultColumn> ResultSchema { get; init; }

    /// <summary>Verdict of the sandbox: <c>Exact</c>, <c>WithNote</c>, <c>Refused</c>, and why.</summary>
    public required string Seedability { get; init; }

    public ImmutableArray<string> SeedabilityReasons { get; init; } = [];

    public required string QueryId { get; init; }

    /// <summary>The version whose committed offsets this one goes on from; null starts at the end of the source, or where a seed run put it.</summary>
    public int? ContinuesFrom { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    public DateTimeOffset? DeployedAt { get; set; }
}

/// <summary>A column of a delivery topic.</summary>
public sealed record ResultColumn(string Name, string Type, bool IsKey);

/// <summary>Text in the editor that is not deployed (yet); saved as its author types.</summary>
public sealed class QueryDraft : IRevisioned
{
    public required QueryDraftId Id { get; init; }

    public required TenantId TenantId { get; init; }

    public required string OwnerId { get; init; }

    public required string Name { get; set; }

    public required string Sql { get; set; }

    /// <summary>The subscription that the draft would become a new version of.</summary>
    public SubscriptionId? SubscriptionId { get; set; }

    public required DateTimeOffset UpdatedAt { get; set; }

    public long Revision { get; set; }
}
