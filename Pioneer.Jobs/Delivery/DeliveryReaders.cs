using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Delivery;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Provisioning;

namespace Pioneer.Jobs.Delivery;

/// <summary>A credential that may read the delivery topic.</summary>
public sealed record ReadingCredential(string Name, string Principal, DateTimeOffset IssuedAt, DateTimeOffset? ExpiresAt);

/// <summary>Who reads a subscription's deliveries, as far as it can be seen.</summary>
/// <param name="ObservedAt">When the brokers and this process were asked.</param>
/// <param name="Groups">Consumer groups that read the topic or committed a place in it; null where the brokers were not asked or did not answer.</param>
/// <param name="NotObserved">Why there are no groups; null where the brokers told.</param>
/// <param name="Subscriptions">Subscriptions whose queries read the results.</param>
/// <param name="Open">Event streams and live tails that are open through this portal process.</param>
/// <param name="Credentials">Credentials that may read it, whether they do or not: Kafka does not tell who is behind a group.</param>
public sealed record ReadersOfDelivery(
    string Topic, DateTimeOffset ObservedAt, ImmutableArray<GroupOnTopic>? Groups, string? NotObserved, ImmutableArray<string> Subscriptions,
    ImmutableArray<OpenReading> Open, ImmutableArray<ReadingCredential> Credentials)
{
    /// <summary>What nobody can see, whatever was told.</summary>
    public const string Blind = "Programs that read without a consumer group are seen by nobody, and Kafka does not tell when a group without members last read.";

    /// <summary>Whether anybody was seen.</summary>
    public bool AnySeen => Groups is { IsEmpty: false } || !Subscriptions.IsEmpty || !Open.IsEmpty;
}

/// <summary>Names who reads a delivery topic: for whoever is about to change what comes in it.</summary>
public sealed class DeliveryReaders(IDbContextFactory<PioneerDbContext> contexts, KafkaAdmin kafka, OpenReadings open, TimeProvider time)
{
    /// <summary>The readers of a subscription; brokers that do not answer make its groups 'not observed', not a failure.</summary>
    public async Task<Result<ReadersOfDelivery>> OfAsync(Actor actor, string slug, string name, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var found = await db.FindTenantAsync(actor, slug, TenantPermission.View, ct);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var tenant = found.Value;
        var living = await db.Subscriptions.AsNoTracking().Include(row => row.Versions)
            .Where(row => row.TenantId == tenant.Id && row.State != SubscriptionState.Deleted && row.State != SubscriptionState.Deleting).ToListAsync(ct);
        if (!living.Exists(row => row.Name == name))
        {
            return SubscriptionErrors.NotFound(name);
        }

        var topic = TopicNames.Delivery(tenant.Slug, name);
        var (groups, notObserved) = await GroupsAsync(actor, tenant.Slug, topic, ct);
        var now = time.GetUtcNow();
        return new ReadersOfDelivery(
            topic, now, groups, notObserved,
            [.. living.Where(row => row.Versions.Exists(version => version.Number == row.CurrentVersion && version.Reads.Contains(topic))).Select(row => row.Name).Order()],
            open.Of(tenant.Id, name),
            [
                .. (await db.Credentials.AsNoTracking().Where(row => row.TenantId == tenant.Id && (row.State == CredentialState.Active || row.State == CredentialState.Pending))
                    .OrderBy(row => row.Name).ToListAsync(ct)).Where(row => row.ExpiresAt is null || row.ExpiresAt > now)
                    .Select(row => new ReadingCredential(row.Name, row.Principal, row.IssuedAt, row.ExpiresAt)),
            ]);
    }

    private async Task<(ImmutableArray<GroupOnTopic>? Groups, string? NotObserved)> GroupsAsync(
        Actor actor, TenantSlug tenant, string topic, CancellationToken ct)
    {
        try
        {
            var groups = await kafka.GroupsOnTopicAsync(topic, TopicNames.Prefix(tenant), ct);
            return ([.. groups.Select(group => group with { Unseen = PlatformWords.For(actor, tenant, group.Unseen) })], null);
        }
        catch (Exception failure) when (PlatformErrors.Covers(failure))
        {
            return (null, PlatformWords.For(actor, tenant, PlatformErrors.From(failure)).Message);
        }
    }
}
