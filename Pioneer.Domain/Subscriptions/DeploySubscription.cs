using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Subscriptions;

/// <summary>A deployment that was accepted.</summary>
public sealed record SubscriptionDeployed(SubscriptionId Id, string Name, int Version, OperationId Operation);

/// <summary>Deploys subscriptions: new ones, new versions, and earlier versions again. Each version is checked by the sandbox first.</summary>
public sealed partial class DeploySubscription(
    IDbContextFactory<PioneerDbContext> contexts, WorkRecorder work, ISubscriptionCompiler compiler, DesiredStateBuilder builder, TenantPlanner planner,
    TenantUse use)
{
    public async Task<Result<SubscriptionDeployed>> CreateAsync(
        Actor actor, string slug, string? name, string? sql, string? description, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var prepared = await PrepareAsync(db, actor, slug, name, sql, description, cancellationToken);
        if (prepared.IsFailure)
        {
            return prepared.Error;
        }

        var (tenant, subscription) = prepared.Value;
        foreach (var (kind, more) in use.OfOneSubscription)
        {
            if (await use.RefuseMoreAsync(db, tenant, kind, more, cancellationToken) is { } full)
            {
                return full;
            }
        }

        db.Subscriptions.Add(subscription);
        return await SaveAsync(db, actor, tenant, subscription, "SubscriptionDeployed", null, cancellationToken);
    }

    /// <summary>What deploying would do on the platform, before anything is saved.</summary>
    public async Task<Result<Plan>> PreviewAsync(Actor actor, string slug, string? name, string? sql, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var prepared = await PrepareAsync(db, actor, slug, name, sql, null, cancellationToken);
        if (prepared.IsFailure)
        {
            return prepared.Error;
        }

        var wanted = await builder.LoadAsync(prepared.Value.Tenant.Slug, cancellationToken);
        return wanted is null
            ? TenantErrors.NotFound(slug)
            : await planner.PlanAsync(wanted with { Subscriptions = wanted.Subscriptions.Add(prepared.Value.Subscription) }, cancellationToken);
    }

    /// <summary>A new version: where it reads the same topic the old query hands its offsets over; <see cref="OutlookAsync"/> tells.</summary>
    public async Task<Result<SubscriptionDeployed>> UpdateAsync(
        Actor actor, string slug, string name, string? sql, string? description, long? revision, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await FindIdleAsync(db, actor, slug, name, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        if (TextLimits.Check("description", "description", description, TextLimits.Description) is { } tooLong)
        {
            return tooLong;
        }

        var (tenant, subscription) = found.Value;
        WorkRecorder.Expect(db, subscription, revision);
        subscription.Description = description ?? subscription.Description;
        return await SaveNextAsync(db, actor, tenant, subscription, sql, "SubscriptionChanged", cancellationToken);
    }

    /// <summary>
    /// Runs an earlier version's text again, as a new version; <see cref="RollbackOutlookAsync"/> tells what that means. <paramref name="version"/> null is the one
    /// before; <paramref name="revision"/> is the state that the person saw, null for any.
    /// </summary>
    public async Task<Result<SubscriptionDeployed>> RollbackAsync(
        Actor actor, string slug, string name, int? version, long? revision, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await FindIdleAsync(db, actor, slug, name, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var (tenant, subscription) = found.Value;
        var earlier = Earlier(subscription, version);
        if (earlier.IsFailure)
        {
            return earlier.Error;
        }

        WorkRecorder.Expect(db, subscription, revision);
        return await SaveNextAsync(db, actor, tenant, subscription, earlier.Value.Sql, "SubscriptionRolledBack", cancellationToken);
    }

    private static Result<SubscriptionVersion> Earlier(Subscription subscription, int? version)
    {
        var number = version ?? subscription.CurrentVersion - 1;
        return subscription.Versions.Find(row => row.Number == number && number != subscription.CurrentVersion) is { } earlier
            ? earlier
            : SubscriptionErrors.VersionUnknown(subscription.Name, number);
    }

    private static async Task<Result<(Tenant Tenant, Subscription Subscription)>> FindIdleAsync(
        PioneerDbContext db, Actor actor, string slug, string name, CancellationToken cancellationToken)
    {
        var found = await db.FindSubscriptionAsync(actor, slug, name, cancellationToken);
        if (found.IsFailure)
        {
            return found;
        }

        var idle = RequireIdle(found.Value.Subscription);
        return idle.IsFailure ? idle.Error : found;
    }

    private async Task<Result<SubscriptionDeployed>> SaveNextAsync(
        PioneerDbContext db, Actor actor, Tenant tenant, Subscription subscription, string? sql, string action, CancellationToken cancellationToken)
    {
        // Tracked before the streams are read: whatever changes after this line makes the save fail.
        await db.Subscriptions.Where(row => row.TenantId == tenant.Id && row.State != SubscriptionState.Deleted).LoadAsync(cancellationToken);
        var streams = await TenantStreams.ListAsync(db, tenant, cancellationToken);
        var compiled = Compile(tenant, subscription.Name, sql, streams);
        if (compiled.IsFailure)
        {
            return compiled.Error;
        }

        if (await RefuseAsync(db, tenant, subscription, compiled.Value, streams, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        var before = new { Version = subscription.CurrentVersion, Sql = CurrentSql(subscription), subscription.State };
        HoldSources(db, tenant, subscription, compiled.Value, streams);
        AddVersion(db, actor, tenant, subscription, sql!, compiled.Value);
        return await SaveAsync(db, actor, tenant, subscription, action, before, cancellationToken);
    }

    /// <summary>
    /// Two versions checked at the same moment could close a circle that neither sees. So a version that reads something new also raises the
    /// revision of every subscription that its records come from: of two such saves the later one fails.
    /// </summary>
    private static void HoldSources(
        PioneerDbContext db, Tenant tenant, Subscription subscription, CompiledSubscription compiled, ImmutableArray<TenantStream> streams)
    {
        if (CurrentOf(subscription)!.Reads.SequenceEqual(compiled.Reads))
        {
            return;
        }

        var catalogue = TenantCatalogue.Of(streams);
        var sources = catalogue.Relations.Where(relation => compiled.Reads.Contains(relation.Topic)).SelectMany(catalogue.Upstream)
            .Select(found => found.Relation.Topic).ToHashSet(StringComparer.Ordinal);
        foreach (var source in db.Subscriptions.Local.Where(row => sources.Contains(TopicNames.Delivery(tenant.Slug, row.Name))))
        {
            db.Entry(source).Property(row => row.Revision).IsModified = true;
        }
    }

    private async Task<Result<(Tenant Tenant, Subscription Subscription)>> PrepareAsync(
        PioneerDbContext db, Actor actor, string slug, string? name, string? sql, string? description, CancellationToken cancellationToken)
    {
        var found = await db.FindActiveTenantAsync(actor, slug, TenantPermission.Author, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var tenant = found.Value;
        var checkedName = ResourceNames.Check("subscription", name);
        if (checkedName.IsFailure)
        {
            return checkedName.Error;
        }

        if (TextLimits.Check("description", "description", description, TextLimits.Description) is { } tooLong)
        {
            return tooLong;
        }

        if (await db.Subscriptions.AnyAsync(row => row.TenantId == tenant.Id && row.Name == name && row.State != SubscriptionState.Deleted, cancellationToken))
        {
            return SubscriptionErrors.NameTaken(checkedName.Value);
        }

        // Feeds that the tenant does not have yet count too: granting one later must not run into a subscription of its name.
        if (await db.Feeds.AnyAsync(row => row.Name == name, cancellationToken))
        {
            return SubscriptionErrors.NameIsFeed(checkedName.Value);
        }

        var compiled = Compile(tenant, checkedName.Value, sql, await TenantStreams.ListAsync(db, tenant, cancellationToken));
        if (compiled.IsFailure)
        {
            return compiled.Error;
        }

        var subscription = new Subscription
        {
            Id = work.NextId<SubscriptionId>(),
            TenantId = tenant.Id,
            Name = checkedName.Value,
            Description = description ?? "",
            CurrentVersion = 0,
            CreatedAt = work.Now,
            CreatedBy = actor.Name,
            ChangedAt = work.Now,
        };
        AddVersion(db: null, actor, tenant, subscription, sql!, compiled.Value);
        return (tenant, subscription);
    }

    private Result<CompiledSubscription> Compile(Tenant tenant, string name, string? sql, ImmutableArray<TenantStream> streams)
    {
        if (string.IsNullOrWhiteSpace(sql))
        {
            return Error.Invalid("SqlMissing", "sql", "There is no query to deploy.");
        }

        var compilation = compiler.Compile(tenant.Slug, name, sql, streams);
        return compilation.Subscription is { } compiled ? compiled : SubscriptionErrors.NotDeployable(compilation.Diagnostics);
    }

    private void AddVersion(PioneerDbContext? db, Actor actor, Tenant tenant, Subscription subscription, string sql, CompiledSubscription compiled)
    {
        var number = NextNumber(subscription);
        var version = new SubscriptionVersion
        {
            SubscriptionId = subscription.Id,
            TenantId = tenant.Id,
            Number = number,
            Sql = sql,
            Select = compiled.Select,
            SourceObject = compiled.SourceObject,
            SourceTopic = compiled.SourceTopic,
            Reads = compiled.Reads,
            ResultSchema = compiled.ResultSchema,
            Seedability = compiled.Seedability,
            SeedabilityReasons = compiled.SeedabilityReasons,
            QueryId = KsqlNames.QueryId(tenant.Slug, subscription.Name, number),
            ContinuesFrom = ContinuesFrom(subscription, compiled),
            CreatedAt = work.Now,
            CreatedBy = actor.Name,
        };
        subscription.Versions.Add(version);
        db?.SubscriptionVersions.Add(version);
        subscription.CurrentVersion = number;
        subscription.State = SubscriptionState.Deploying;
        subscription.ChangedAt = work.Now;
        subscription.Error = null;
    }

    private static int NextNumber(Subscription subscription) => subscription.Versions.Count == 0 ? 1 : subscription.Versions.Max(row => row.Number) + 1;

    // Offsets mean nothing on another topic: a version that reads another source starts at its end.
    private static int? ContinuesFrom(Subscription subscription, CompiledSubscription compiled) =>
        CurrentOf(subscription) is { } current && current.SourceTopic == compiled.SourceTopic
            ? current.Number
            : null;

    private async Task<Result<SubscriptionDeployed>> SaveAsync(
        PioneerDbContext db, Actor actor, Tenant tenant, Subscription subscription, string action, object? before, CancellationToken cancellationToken)
    {
        var operation = work.Request(
            db, actor, OperationKind.ApplySubscription, tenant.Id, TopicNames.Delivery(tenant.Slug, subscription.Name), subscription.Id.ToString());
        var after = new { Version = subscription.CurrentVersion, Sql = CurrentSql(subscription) };
        work.Audit(db, actor, action, AuditSubject.OfSubscription(tenant, subscription.Name), before, after, operation);
        var saved = await work.SaveAsync(db, operation, SubscriptionErrors.NameTaken(subscription.Name), cancellationToken);
        return saved.IsFailure
            ? saved.Error
            : new SubscriptionDeployed(subscription.Id, subscription.Name, subscription.CurrentVersion, operation.Id);
    }

    // none before the first version is there
    private static SubscriptionVersion? CurrentOf(Subscription subscription) => subscription.Versions.Find(row => row.Number == subscription.CurrentVersion);

    private static string CurrentSql(Subscription subscription) => CurrentOf(subscription)!.Sql;

    private static Result RequireIdle(Subscription subscription) =>
        subscription.HeldBy is not null || subscription.State is SubscriptionState.Seeding or SubscriptionState.Deleting
            ? SubscriptionErrors.Busy(subscription.Name, subscription.State)
            : Result.Success;
}
