using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Jobs.Sources;

namespace Pioneer.Jobs.Ingestion;

/// <summary>A batch feed of one tenant, with what is needed to ask its table.</summary>
/// <param name="Topic">The T topic; also the connector's name.</param>
/// <param name="TenantValue">What stands in the tenant column for this tenant.</param>
public sealed record BatchFeed(string Topic, Feed Feed, SourceConnection Source, string TenantValue)
{
    /// <summary>What the columns of the key are called in records, in the key's order.</summary>
    public ImmutableArray<string> KeyNames { get; } = FeedSchema.KeyNames(Feed);

    /// <summary>The query of all keys of the tenant.</summary>
    public string KeysQuery => FeedConnector.KeysQuery(Source.Kind, Feed, TenantValue);
}

/// <summary>Finds batch feeds by the topic that they fill.</summary>
public sealed class BatchFeeds(IDbContextFactory<PioneerDbContext> database, SecretStore secrets)
{
    public async Task<Result<BatchFeed>> FindAsync(string topic, CancellationToken ct)
    {
        await using var db = await database.CreateDbContextAsync(ct);
        if (TopicNames.Parse(topic) is not { Kind: TopicKind.Feed } named
            || await db.Feeds.AsNoTracking().SingleOrDefaultAsync(row => row.Name == named.Name, ct) is not { Kind: FeedKind.State } feed
            || await db.Entitlements.AsNoTracking().SingleOrDefaultAsync(row => row.FeedId == feed.Id && row.State == EntitlementState.Granted
                && db.Tenants.Any(tenant => tenant.Id == row.TenantId && tenant.Slug == named.Tenant), ct) is not { } entitlement)
        {
            return new Error("BatchFeedMissing", $"'{topic}' is no batch feed that its tenant is granted any more.", "Nothing has to be done.") { Kind = ErrorKind.NotFound };
        }

        var source = await db.Sources.AsNoTracking().SingleAsync(row => row.Id == feed.SourceId, ct);
        return new BatchFeed(topic, feed, await SourceConnections.OfAsync(source, secrets, ct), entitlement.TenantValue);
    }
}
