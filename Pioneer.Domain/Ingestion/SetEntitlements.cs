using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Ingestion;

/// <summary>One tick of the matrix.</summary>
/// <param name="TenantValue">Value in the feed's tenant column, without blanks around it; the slug when null.</param>
/// <param name="DeleteData">On revocation: the T topic and its records go too.</param>
/// <param name="Confirmation">The T topic's name, typed by hand, where its records are to go.</param>
/// <param name="TellsApart">Somebody has seen that the source tells the value from another tenant's; where the source can be asked, its own word holds.</param>
public sealed record EntitlementChange(
    string Tenant, string Feed, bool Granted, string? TenantValue = null, bool DeleteData = false, string? Confirmation = null, bool TellsApart = false);

/// <summary>Grants and takes back feeds, many at once: one transaction, one operation a tenant.</summary>
public sealed class SetEntitlements(
    IDbContextFactory<PioneerDbContext> contexts, WorkRecorder work, DesiredStateBuilder builder, TenantPlanner planner, TenantValueFence fence)
{
    /// <summary>The most ticks that one request may carry.</summary>
    public const int MaxChanges = 5000;

    private const int MaxTenantValueLength = 100;

    // others that grant the same feed at the same moment, one after the other
    private const int Tries = 5;

    /// <summary>The operations that carry the changes out, one a tenant; tenants for whom nothing changes get none.</summary>
    public async Task<Result<ImmutableArray<OperationId>>> ExecuteAsync(
        Actor actor, IReadOnlyList<EntitlementChange> changes, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var saved = await db.Database.CreateExecutionStrategy().ExecuteAsync(ct => SetAsync(actor, changes, ct), cancellationToken);
        for (var left = Tries; left > 1 && saved.Error?.Code == IngestionErrors.GrantedMeanwhileCode; left--)
        {
            saved = await db.Database.CreateExecutionStrategy().ExecuteAsync(ct => SetAsync(actor, changes, ct), cancellationToken);
        }

        if (saved.IsFailure)
        {
            return saved.Error;
        }

        await work.WakeAsync(saved.Value);
        return saved.Value.Select(operation => operation.Id).ToImmutableArray();
    }

    private async Task<Result<List<Operation>>> SetAsync(Actor actor, IReadOnlyList<EntitlementChange> changes, CancellationToken cancellationToken)
    {
        var readings = await ReadValuesAsync(actor, changes, cancellationToken);
        if (readings.IsFailure)
        {
            return readings.Error;
        }

        // of two people who give one value to two tenants at the same moment each would find it free: nobody writes between this look and the commit
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var alone = await db.Database.BeginTransactionAsync(System.Data.IsolationLevel.Serializable, cancellationToken);
        var loaded = await LoadAsync(db, actor, changes, cancellationToken);
        if (loaded.IsFailure)
        {
            return loaded.Error;
        }

        if (await TenantValueFence.FindAsync(db, Claims(loaded.Value), readings.Value, cancellationToken) is { } shared)
        {
            return shared;
        }

        if (loaded.Value.Select(FindUnconfirmed).FirstOrDefault(error => error is not null) is { } unconfirmed)
        {
            return unconfirmed;
        }

        var operations = new Dictionary<TenantId, Operation>();
        foreach (var item in loaded.Value)
        {
            var before = Shown(item.Current);
            var entitlement = Apply(item, actor);
            if (entitlement is null)
            {
                continue;
            }

            if (item.Current is null)
            {
                db.Entitlements.Add(entitlement);
            }

            if (!operations.TryGetValue(item.Tenant.Id, out var operation))
            {
                var feeds = loaded.Value.Where(other => other.Tenant.Id == item.Tenant.Id).Select(other => TopicNames.Feed(other.Tenant.Slug, other.Feed.Name));
                operation = work.Request(db, actor, OperationKind.ReconcileTenant, item.Tenant.Id, item.Tenant.Slug.Value, OperationScope.Target(feeds));
                operations[item.Tenant.Id] = operation;
            }

            work.Audit(
                db, actor, item.Change.Granted ? "EntitlementGranted" : "EntitlementRevoked",
                new AuditSubject("entitlement", $"{item.Tenant.Slug}/{item.Feed.Name}", item.Tenant.Id), before, Shown(entitlement), operation);
        }

        var saved = await WorkRecorder.SaveAsync(db, cancellationToken);
        if (saved.IsFailure)
        {
            return saved.Error;
        }

        await alone.CommitAsync(cancellationToken);
        return operations.Values.ToList();
    }

    /// <summary>Asks the sources before the transaction: others that grant do not wait for a database that is slow.</summary>
    private async Task<Result<Dictionary<FeedId, ImmutableArray<TenantValueReading>>>> ReadValuesAsync(
        Actor actor, IReadOnlyList<EntitlementChange> changes, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var loaded = await LoadAsync(db, actor, changes, cancellationToken);
        return loaded.IsFailure ? loaded.Error : await fence.ReadAsync(db, Claims(loaded.Value), cancellationToken);
    }

    /// <summary>What the changes would do on the platform, before anything is saved: the plans of all tenants they touch, as one.</summary>
    public async Task<Result<Plan>> PreviewAsync(Actor actor, IReadOnlyList<EntitlementChange> changes, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var loaded = await LoadAsync(db, actor, changes, cancellationToken);
        if (loaded.IsFailure)
        {
            return loaded.Error;
        }

        var claims = Claims(loaded.Value);
        if (await TenantValueFence.FindAsync(db, claims, await fence.ReadAsync(db, claims, cancellationToken), cancellationToken) is { } shared)
        {
            return shared;
        }

        var plans = new List<Plan>();
        foreach (var group in loaded.Value.GroupBy(item => item.Tenant.Slug))
        {
            var wanted = await builder.LoadAsync(group.Key, cancellationToken);
            if (wanted is null)
            {
                continue;
            }

            var plan = await planner.PlanAsync(await WithAsync(db, wanted, group, actor, cancellationToken), cancellationToken);
            if (plan.IsFailure)
            {
                return plan.Error;
            }

            plans.Add(plan.Value);
        }

        return new Plan(
            [.. plans.SelectMany(plan => plan.Changes)], [.. plans.SelectMany(plan => plan.Blocked)], [.. plans.SelectMany(plan => plan.Foreign)])
        {
            Notes = [.. plans.SelectMany(plan => plan.Notes).Distinct()],
        };
    }

    private async Task<WantedTenant> WithAsync(
        PioneerDbContext db, WantedTenant wanted, IEnumerable<Item> items, Actor actor, CancellationToken cancellationToken)
    {
        var feeds = wanted.Feeds.ToDictionary(feed => feed.Feed.Id);
        var sources = await db.Sources.AsNoTracking().ToDictionaryAsync(row => row.Id, cancellationToken);
        foreach (var item in items)
        {
            if (Apply(item, actor) is { } entitlement)
            {
                var generation = feeds.TryGetValue(item.Feed.Id, out var known) ? known.SecretGeneration : 1;
                feeds[item.Feed.Id] = new WantedFeed(entitlement, item.Feed, sources[item.Feed.SourceId], generation);
            }
        }

        return wanted with { Feeds = [.. feeds.Values] };
    }

    private static async Task<Result<List<Item>>> LoadAsync(
        PioneerDbContext db, Actor actor, IReadOnlyList<EntitlementChange> changes, CancellationToken cancellationToken)
    {
        if (changes.Count is 0 or > MaxChanges)
        {
            return IngestionErrors.OutOfRange("changes", "number of changes", 1, MaxChanges);
        }

        if (changes.GroupBy(change => (change.Tenant, change.Feed)).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            return IngestionErrors.ChangedTwice(twice.Key.Tenant, twice.Key.Feed);
        }

        var slugs = changes.Select(change => TenantSlug.Create(change.Tenant)).Where(slug => slug.IsSuccess).Select(slug => slug.Value).Distinct().ToList();
        var names = changes.Select(change => change.Feed).Distinct().ToList();
        var tenants = await db.Tenants.Where(row => slugs.Contains(row.Slug)).ToDictionaryAsync(row => row.Slug.Value, cancellationToken);
        var feeds = await db.Feeds.AsNoTracking().Where(row => names.Contains(row.Name)).ToDictionaryAsync(row => row.Name, cancellationToken);
        var tenantIds = tenants.Values.Select(row => row.Id).ToList();
        var current = await db.Entitlements.Where(row => tenantIds.Contains(row.TenantId))
            .ToDictionaryAsync(row => (row.TenantId, row.FeedId), cancellationToken);
        var reads = (await db.Subscriptions.AsNoTracking().Include(row => row.Versions)
            .Where(row => tenantIds.Contains(row.TenantId) && row.State != SubscriptionState.Deleted)
            .ToListAsync(cancellationToken)).ToLookup(row => row.TenantId);

        var items = new List<Item>();
        foreach (var change in changes)
        {
            var item = Check(actor, change, tenants, feeds, current, reads);
            if (item.IsFailure)
            {
                return item.Error;
            }

            items.Add(item.Value);
        }

        return items;
    }

    private static TenantValueClaims Claims(List<Item> items) => new(
        [
            .. items.Where(item => item.Change.Granted).Select(item => new TenantValueClaim(
                item.Feed, item.Tenant.Id, item.Tenant.Slug, ValueOf(item),
                item.Current is not { State: EntitlementState.Granted } current || current.TenantValue != ValueOf(item), item.Change.TellsApart))
                .OrderBy(claim => claim.IsNew),
        ],
        items.Select(item => (item.Tenant.Id, item.Feed.Id)).ToHashSet());

    private static string ValueOf(Item item) =>
        string.IsNullOrWhiteSpace(item.Change.TenantValue) ? item.Current?.TenantValue ?? item.Tenant.Slug.Value : item.Change.TenantValue.Trim();

    private static Result<Item> Check(
        Actor actor, EntitlementChange change, Dictionary<string, Tenant> tenants, Dictionary<string, Feed> feeds,
        Dictionary<(TenantId, FeedId), Entitlement> current, ILookup<TenantId, Subscription> subscriptions)
    {
        if (!tenants.TryGetValue(change.Tenant, out var tenant))
        {
            return TenantErrors.NotFound(change.Tenant);
        }

        var allowed = TenantAuthorisation.Require(actor, tenant, TenantPermission.Provision);
        if (allowed.IsFailure)
        {
            return allowed.Error;
        }

        if (tenant.State is TenantState.Offboarding or TenantState.Deleted)
        {
            return TenantErrors.NotActive(tenant.Slug, tenant.State);
        }

        if (!feeds.TryGetValue(change.Feed, out var feed))
        {
            return Error.NotFound("Feed", change.Feed);
        }

        if (change.TenantValue is { Length: > MaxTenantValueLength })
        {
            return IngestionErrors.OutOfRange("tenantValue", "length of the tenant value", 1, MaxTenantValueLength);
        }

        if (change.TenantValue?.Any(char.IsControl) is true)
        {
            return IngestionErrors.TenantValueUnreadable(change.TenantValue);
        }

        var known = current.GetValueOrDefault((tenant.Id, feed.Id));
        if (change.Granted && known is not { State: EntitlementState.Granted } && subscriptions[tenant.Id].Any(row => row.Name == feed.Name))
        {
            return IngestionErrors.NameIsSubscription(tenant.Slug.Value, feed.Name);
        }

        var topic = TopicNames.Feed(tenant.Slug, feed.Name);
        var readers = subscriptions[tenant.Id].Where(row => row.State != SubscriptionState.Deleting && row.Versions.Exists(version => version.Number == row.CurrentVersion && version.Reads.Contains(topic)))
            .Select(row => row.Name).ToList();
        return !change.Granted && readers.Count > 0
            ? IngestionErrors.FeedIsRead(feed.Name, readers)
            : new Item(change, tenant, feed, known);
    }

    private static Error? FindUnconfirmed(Item item)
    {
        var topic = TopicNames.Feed(item.Tenant.Slug, item.Feed.Name);
        return item.Change is { Granted: false, DeleteData: true } && item.Change.Confirmation != topic ? IngestionErrors.DataWouldGo(topic) : null;
    }

    // The entitlement as it is to be; null where that is how it is.
    private Entitlement? Apply(Item item, Actor actor)
    {
        var value = ValueOf(item);
        if (item.Current is not { } current)
        {
            return item.Change.Granted ? New(item, actor, value) : null;
        }

        var state = item.Change.Granted ? EntitlementState.Granted : EntitlementState.Revoked;
        if (current.State == state && (!item.Change.Granted || current.TenantValue == value) && (item.Change.Granted || current.DeleteData == item.Change.DeleteData))
        {
            return null;
        }

        if (item.Change.Granted && current.State is EntitlementState.Revoked)
        {
            current.GrantedAt = work.Now;
            current.GrantedBy = actor.Name;
            current.Paused = false;
        }

        current.State = state;
        current.TenantValue = value;
        current.DeleteData = !item.Change.Granted && item.Change.DeleteData;
        return current;
    }

    private Entitlement New(Item item, Actor actor, string value) => new()
    {
        Id = work.NextId<EntitlementId>(),
        TenantId = item.Tenant.Id,
        FeedId = item.Feed.Id,
        TenantValue = value,
        GrantedAt = work.Now,
        GrantedBy = actor.Name,
    };

    private static object? Shown(Entitlement? entitlement) =>
        entitlement is null ? null : new { entitlement.State, entitlement.TenantValue, entitlement.Paused, entitlement.DeleteData };

    private sealed record Item(EntitlementChange Change, Tenant Tenant, Feed Feed, Entitlement? Current);
}
