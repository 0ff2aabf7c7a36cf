using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Subscriptions;

/// <summary>What part of a tenant's subscriptions to show, by name.</summary>
public sealed record SubscriptionFilter(string? Search = null, SubscriptionState? State = null, string? Cursor = null, int? Limit = null);

/// <summary>A subscription in a list.</summary>
public sealed record SubscriptionRow(
    SubscriptionId Id, string Name, string Description, SubscriptionState State, int Version, string Topic, string? Error, DateTimeOffset CreatedAt,
    string CreatedBy, DateTimeOffset ChangedAt, long Revision, Compatibility Compatibility);

/// <summary>A version in a subscription's history.</summary>
public sealed record VersionRow(
    int Number, string Sql, string QueryId, ImmutableArray<string> Reads, ImmutableArray<ResultColumn> ResultSchema, string Seedability,
    ImmutableArray<string> SeedabilityReasons, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset? DeployedAt);

/// <summary>A subscription on its own page, versions newest first.</summary>
/// <param name="ConsumerGroup">Group of the live query: its committed offsets tell the lag.</param>
public sealed record SubscriptionDetail(
    SubscriptionRow Subscription, string Tenant, string ServiceId, string SourceTopic, string ConsumerGroup, SeedRunId? HeldBy, IReadOnlyList<VersionRow> Versions)
{
    public VersionRow Current => Versions.First(version => version.Number == Subscription.Version);
}

/// <summary>A draft in a list.</summary>
public sealed record DraftRow(QueryDraftId Id, string Name, string Sql, string OwnerId, bool IsOwn, SubscriptionId? SubscriptionId, DateTimeOffset UpdatedAt);

/// <summary>Subscriptions of a tenant, and a draft by its link.</summary>
public sealed class SubscriptionQueries(IDbContextFactory<PioneerDbContext> contexts)
{
    public async Task<Result<Page<SubscriptionRow>>> ListAsync(Actor actor, string slug, SubscriptionFilter filter, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await db.FindTenantAsync(actor, slug, TenantPermission.View, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var tenant = found.Value;
        var rows = db.Subscriptions.AsNoTracking().Where(row => row.TenantId == tenant.Id && row.State != SubscriptionState.Deleted);
        if (filter.State is { } state)
        {
            rows = rows.Where(row => row.State == state);
        }

        if (!string.IsNullOrWhiteSpace(filter.Search))
        {
            var pattern = LikePattern.Containing(filter.Search);
            rows = rows.Where(row => EF.Functions.Like(row.Name, pattern, LikePattern.EscapeCharacter)
                || EF.Functions.Like(row.Description, pattern, LikePattern.EscapeCharacter));
        }

        var total = await rows.CountAsync(cancellationToken);
        if (Cursor.Read(filter.Cursor) is { } last)
        {
            rows = rows.Where(row => string.Compare(row.Name, last) > 0);
        }

        var limit = PageSize.Clamp(filter.Limit);
        var items = await rows.OrderBy(row => row.Name).Take(limit + 1).ToListAsync(cancellationToken);
        var page = items.Take(limit).Select(row => Row(tenant, row)).ToList();
        return new Page<SubscriptionRow>(page, items.Count > limit ? Cursor.Of(page[^1].Name) : null, total);
    }

    public async Task<Result<SubscriptionDetail>> GetAsync(Actor actor, string slug, string name, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await db.FindTenantAsync(actor, slug, TenantPermission.View, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var tenant = found.Value;
        var subscription = await db.Subscriptions.AsNoTracking().Include(row => row.Versions).SingleOrDefaultAsync(
            row => row.TenantId == tenant.Id && row.Name == name && row.State != SubscriptionState.Deleted, cancellationToken);
        return subscription is null
            ? SubscriptionErrors.NotFound(name)
            : Detail(tenant, subscription, await SeedabilityOfVersions.ReadAsync(db, cancellationToken));
    }

    /// <summary>For jobs that know the id only; within the ambient scope.</summary>
    public async Task<SubscriptionDetail?> FindAsync(SubscriptionId id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var subscription = await db.Subscriptions.AsNoTracking().Include(row => row.Versions).SingleOrDefaultAsync(row => row.Id == id, cancellationToken);
        return subscription is null
            ? null
            : Detail(
                await db.Tenants.AsNoTracking().SingleAsync(row => row.Id == subscription.TenantId, cancellationToken), subscription,
                await SeedabilityOfVersions.ReadAsync(db, cancellationToken));
    }

    public async Task<Result<DraftRow>> DraftAsync(Actor actor, string slug, QueryDraftId id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await db.FindTenantAsync(actor, slug, TenantPermission.View, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var row = await db.QueryDrafts.AsNoTracking().SingleOrDefaultAsync(
            candidate => candidate.Id == id && candidate.TenantId == found.Value.Id, cancellationToken);
        return row is null
            ? Error.NotFound("QueryDraft", id.ToString())
            : new DraftRow(row.Id, row.Name, row.Sql, row.OwnerId, row.OwnerId == actor.Id, row.SubscriptionId, row.UpdatedAt);
    }

    private static SubscriptionDetail Detail(Tenant tenant, Subscription subscription, SeedabilityOfVersions seedability)
    {
        var versions = subscription.Versions.OrderByDescending(version => version.Number).Select(version =>
        {
            var seedable = seedability.Of(version);
            return new VersionRow(
                version.Number, version.Sql, version.QueryId, version.Reads, version.ResultSchema, seedable.Verdict, seedable.Reasons,
                version.CreatedAt, version.CreatedBy, version.DeployedAt);
        }).ToList();
        var current = subscription.Versions.Single(version => version.Number == subscription.CurrentVersion);
        var service = KsqlNames.ServiceId(tenant);
        return new SubscriptionDetail(
            Row(tenant, subscription), tenant.Slug.Value, service, current.SourceTopic, ConsumerGroups.Query(service, current.QueryId), subscription.HeldBy, versions);
    }

    private static SubscriptionRow Row(Tenant tenant, Subscription row) => new(
        row.Id, row.Name, row.Description, row.State, row.CurrentVersion, TopicNames.Delivery(tenant.Slug, row.Name), row.Error, row.CreatedAt, row.CreatedBy,
        row.ChangedAt, row.Revision, row.Compatibility);
}
