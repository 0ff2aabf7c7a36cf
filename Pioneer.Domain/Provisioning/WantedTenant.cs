using System.Collections.Immutable;
using Pioneer.Domain.Delivery;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Provisioning;

/// <summary>The rows of one tenant that say what is wanted, read together.</summary>
public sealed record WantedTenant(
    Tenant Tenant,
    ImmutableArray<WantedFeed> Feeds,
    ImmutableArray<Subscription> Subscriptions,
    ImmutableArray<Credential> Credentials)
{
    /// <summary>A tenant as it would be right after its creation, for a look at the plan before there is a row.</summary>
    public static WantedTenant New(Tenant tenant) => new(tenant, [], [], []);
}

/// <summary>An entitlement, granted or revoked, with the feed and the source it is about.</summary>
/// <param name="SecretGeneration">Generation of the source's password; 0 where it has none.</param>
public sealed record WantedFeed(Entitlement Entitlement, Feed Feed, Source Source, int SecretGeneration);
