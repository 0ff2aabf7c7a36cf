using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Subscriptions;

namespace Pioneer.Domain.Tenants;

/// <summary>One thing that is counted of a tenant. <paramref name="Limit"/> is null for none.</summary>
public sealed record TenantUseRow(TenantUseKind Kind, int Used, int? Limit);

/// <summary>A place among what a tenant has open at the same time; free again once it is disposed.</summary>
public sealed class OpenPlace(IDisposable slot) : IDisposable
{
    public void Dispose() => slot.Dispose();
}

/// <summary>Section <c>Tenants</c>: what a tenant may have where nobody says otherwise.</summary>
public sealed class TenantDefaults
{
    public const string Section = "Tenants";

    /// <summary>Keys <c>Tenants:Limits:Subscriptions</c> and so on; 0 is no limit.</summary>
    public TenantLimits Limits { get; set; } = new()
    {
        Subscriptions = 100, Partitions = 1000, Streams = 100, Previews = 20, Tails = 50, Circuits = 200, Tokens = 100, Accounts = 200,
    };
}

/// <summary>Counts what a tenant has, and refuses more than its limit: rows in the database, and what is open in this process.</summary>
public sealed class TenantUse(IOptions<TenantDefaults> defaults, IOptions<ProvisioningOptions> platform, OpenSlots open, TimeProvider clock)
{
    /// <summary>What a subscription takes: itself, and the partitions of its delivery topic.</summary>
    public IReadOnlyList<(TenantUseKind Kind, int More)> OfOneSubscription =>
        [(TenantUseKind.Subscriptions, 1), (TenantUseKind.Partitions, platform.Value.Partitions)];

    /// <summary>Why <paramref name="more"/> of the kind are refused; null when they fit.</summary>
    public async Task<Error?> RefuseMoreAsync(PioneerDbContext db, Tenant tenant, TenantUseKind kind, int more, CancellationToken cancellationToken)
    {
        if (LimitOf(tenant, kind) is not { } limit)
        {
            return null;
        }

        var used = await CountAsync(db, tenant.Id, kind, cancellationToken);
        return used + more > limit ? Refusal(tenant, kind, used, limit) : null;
    }

    /// <summary>Takes a place among those that are open at the same time, until it is disposed.</summary>
    public Result<OpenPlace> Open(Tenant tenant, TenantUseKind kind)
    {
        var limit = LimitOf(tenant, kind);
        var place = open.TryTake(tenant.Id, kind, limit ?? int.MaxValue);
        return place is null ? Refusal(tenant, kind, open.Count(tenant.Id, kind), limit!.Value) : new OpenPlace(place);
    }

    /// <summary>Everything that is counted, with its limit.</summary>
    public async Task<IReadOnlyList<TenantUseRow>> ListAsync(PioneerDbContext db, Tenant tenant, CancellationToken cancellationToken)
    {
        var rows = new List<TenantUseRow>();
        foreach (var kind in Enum.GetValues<TenantUseKind>())
        {
            rows.Add(new TenantUseRow(kind, await CountAsync(db, tenant.Id, kind, cancellationToken), LimitOf(tenant, kind)));
        }

        return rows;
    }

    private int? LimitOf(Tenant tenant, TenantUseKind kind) => kind.Of(tenant.Limits.Or(defaults.Value.Limits)) is { } limit and not TenantLimits.Unlimited ? limit : null;

    private async Task<int> CountAsync(PioneerDbContext db, TenantId tenant, TenantUseKind kind, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        switch (kind)
        {
            case TenantUseKind.Subscriptions:
                return await db.Subscriptions.CountAsync(row => row.TenantId == tenant && row.State != SubscriptionState.Deleted, cancellationToken);
            case TenantUseKind.Partitions:
                var feeds = await (from row in db.Entitlements
                                   join feed in db.Feeds on row.FeedId equals feed.Id
                                   where row.TenantId == tenant && row.State == EntitlementState.Granted
                                   select feed.Partitions ?? platform.Value.Partitions).SumAsync(cancellationToken);
                var deliveries = await db.Subscriptions.CountAsync(row => row.TenantId == tenant && row.State != SubscriptionState.Deleted, cancellationToken);
                return feeds + (deliveries * platform.Value.Partitions);
            case TenantUseKind.Tokens:
                // a token's tenants are one JSON column; what is over is sorted out here
                var named = tenant.Value.ToString();
                var tokens = await db.ApiTokens.AsNoTracking()
                    .Where(row => row.RevokedAt == null && ((string)(object)row.Tenants).Contains(named)).ToListAsync(cancellationToken);
                return tokens.Count(token => ApiTokenRules.EndOf(token) > now);
            case TenantUseKind.Accounts:
                return await db.Memberships.CountAsync(row => row.TenantId == tenant, cancellationToken)
                    + await db.OneTimeLinks.CountAsync(row => row.TenantId == tenant && row.UsedAt == null && row.ExpiresAt > now, cancellationToken);
            default:
                return open.Count(tenant, kind);
        }
    }

    private static Error Refusal(Tenant tenant, TenantUseKind kind, int used, int limit) => Error.Conflict(
        $"TooMany{kind}", $"'{tenant.Slug}' has {used:N0} of {limit:N0} {kind.Words()}.",
        $"{kind.WayOut()} A platform admin can raise the limit on the tenant's Quotas tab.");
}
