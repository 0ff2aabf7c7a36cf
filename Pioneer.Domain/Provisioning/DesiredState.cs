using System.Collections.Immutable;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Provisioning;

/// <summary>What the database says must be there (and, of what we made, must be there no more). Everything else on the platform is foreign.</summary>
public sealed record DesiredState
{
    public static readonly DesiredState Empty = new();

    /// <summary>The one tenant that this is about: only things under its names are shown as foreign; null is the whole platform.</summary>
    public TenantSlug? Scope { get; init; }

    /// <summary>The tenant leaves: nothing of it is wanted.</summary>
    public bool IsOffboarding { get; init; }

    public ImmutableArray<TopicSpec> Topics { get; init; } = [];

    public ImmutableArray<AclRule> Acls { get; init; } = [];

    /// <summary>Principals (with <c>User:</c>) that are wholly ours: a right of theirs that is not wanted is taken back.</summary>
    public ImmutableHashSet<string> OwnedPrincipals { get; init; } = [];

    public ImmutableArray<ScramUserSpec> Users { get; init; } = [];

    /// <summary>One a principal, all keys of <see cref="QuotaKeys"/>: what is not in it is lifted.</summary>
    public ImmutableArray<QuotaSpec> Quotas { get; init; } = [];

    public ImmutableArray<KsqlServiceSpec> Services { get; init; } = [];

    public ImmutableArray<KsqlStreamSpec> Streams { get; init; } = [];

    public ImmutableArray<KsqlQuerySpec> Queries { get; init; } = [];

    public ImmutableArray<ConnectorSpec> Connectors { get; init; } = [];

    public RetiredResources Retired { get; init; } = new();
}

/// <summary>Names of things that we made and that are wanted no more.</summary>
public sealed record RetiredResources
{
    /// <summary>Topics to delete with their records.</summary>
    public ImmutableHashSet<string> Topics { get; init; } = [];

    /// <summary>Topics of ours that nobody writes any more and that stay for their records.</summary>
    public ImmutableHashSet<string> KeptTopics { get; init; } = [];

    /// <summary>Topics whose names begin like this are looked after by seed runs.</summary>
    public ImmutableArray<string> LookedAfterTopics { get; init; } = [];

    /// <summary>Rights that we gave to principals that are not wholly ours.</summary>
    public ImmutableHashSet<AclRule> Acls { get; init; } = [];

    public ImmutableHashSet<string> Users { get; init; } = [];

    /// <summary>Principals (with <c>User:</c>) that a person shut out: by revoking a credential, suspending the tenant, or ending it.</summary>
    public ImmutableHashSet<string> Principals { get; init; } = [];

    public ImmutableHashSet<string> Services { get; init; } = [];

    public ImmutableHashSet<KsqlObjectName> Streams { get; init; } = [];

    public ImmutableHashSet<KsqlObjectName> Queries { get; init; } = [];

    /// <summary>Streams and queries whose names begin like this are looked after by seed runs: neither foreign nor to be removed.</summary>
    public ImmutableArray<KsqlObjectName> LookedAfter { get; init; } = [];

    public ImmutableHashSet<string> Connectors { get; init; } = [];

    internal bool LooksAfter(KsqlObjectName name) =>
        LookedAfter.Any(prefix => prefix.ServiceId == name.ServiceId && name.Name.StartsWith(prefix.Name, StringComparison.Ordinal));

    internal bool LooksAfter(string topic) => LookedAfterTopics.Any(prefix => topic.StartsWith(prefix, StringComparison.Ordinal));
}

/// <summary>An object or query id within one ksqlDB service.</summary>
public readonly record struct KsqlObjectName(string ServiceId, string Name)
{
    public override string ToString() => $"{ServiceId}/{Name}";
}
