using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Subscriptions;

// What a version would mean, before anything is saved.
public sealed partial class DeploySubscription
{
    /// <summary>What a text would mean as the next version of a subscription.</summary>
    public Task<Result<UpgradeOutlook>> OutlookAsync(Actor actor, string slug, string name, string? sql, CancellationToken cancellationToken) =>
        CompareAsync(actor, slug, name, _ => sql ?? "", cancellationToken);

    /// <summary>What an earlier version would mean as the next one; null is the one before.</summary>
    public Task<Result<UpgradeOutlook>> RollbackOutlookAsync(Actor actor, string slug, string name, int? version, CancellationToken cancellationToken) =>
        CompareAsync(actor, slug, name, subscription => TextOf(Earlier(subscription, version)), cancellationToken);

    /// <summary>What deploying a text as the next version would make, change and delete on the platform; nothing is saved.</summary>
    public Task<Result<Plan>> UpgradePlanAsync(Actor actor, string slug, string name, string? sql, CancellationToken cancellationToken) =>
        PlanAsync(actor, slug, name, _ => sql ?? "", cancellationToken);

    /// <summary>The same for an earlier version; null is the one before.</summary>
    public Task<Result<Plan>> RollbackPlanAsync(Actor actor, string slug, string name, int? version, CancellationToken cancellationToken) =>
        PlanAsync(actor, slug, name, subscription => TextOf(Earlier(subscription, version)), cancellationToken);

    private static Result<string> TextOf(Result<SubscriptionVersion> version) => version.IsFailure ? version.Error : version.Value.Sql;

    /// <summary>Why a version may not follow the present one: it breaks what readers were promised, or the query of another subscription; null where it may.</summary>
    private async Task<Error?> RefuseAsync(
        PioneerDbContext db, Tenant tenant, Subscription subscription, CompiledSubscription next, ImmutableArray<TenantStream> streams, CancellationToken cancellationToken)
    {
        if (subscription.Delivering is { } present
            && SchemaCompatibility.Breaks(subscription.Compatibility, present.ResultSchema, next.ResultSchema) is { IsEmpty: false } breaks)
        {
            return SubscriptionErrors.Incompatible(subscription.Name, subscription.Compatibility, NextNumber(subscription), breaks);
        }

        var topic = TopicNames.Delivery(tenant.Slug, subscription.Name);
        var then = streams.Select(stream => stream.Topic == topic
            ? stream with { Columns = [.. next.ResultSchema.Select(column => new KsqlColumnSpec(column.Name, column.Type, column.IsKey))], Reads = next.Reads }
            : stream).ToImmutableArray();
        var others = await db.Subscriptions.AsNoTracking().Include(row => row.Versions)
            .Where(row => row.TenantId == tenant.Id && row.Id != subscription.Id && row.State != SubscriptionState.Deleted && row.State != SubscriptionState.Deleting)
            .OrderBy(row => row.Name).ToListAsync(cancellationToken);
        foreach (var reader in others.Where(row => CurrentOf(row)!.Reads.Contains(topic)))
        {
            var recompiled = Compile(tenant, reader.Name, CurrentOf(reader)!.Sql, then);
            if (recompiled.IsFailure)
            {
                return SubscriptionErrors.BreaksReader(subscription.Name, reader.Name, recompiled.Error.Message);
            }
        }

        return null;
    }

    private async Task<Result<UpgradeOutlook>> CompareAsync(
        Actor actor, string slug, string name, Func<Subscription, Result<string>> textOf, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await NextAsync(db, actor, slug, name, textOf, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var next = found.Value;
        var (source, seedability, reasons) = (next.Compiled.SourceTopic, next.Compiled.Seedability, next.Compiled.SeedabilityReasons);
        var seedable = (await SeedabilityOfVersions.ReadAsync(db, cancellationToken)).Of(source, seedability, reasons);
        return UpgradeOutlook.Of(next.Subscription, NextNumber(next.Subscription), next.Compiled, seedable, next.Refusal);
    }

    /// <summary>Planned as the deployment will be: from the rows as they would be saved, no more of the tenant than the operation may do.</summary>
    private async Task<Result<Plan>> PlanAsync(
        Actor actor, string slug, string name, Func<Subscription, Result<string>> textOf, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await NextAsync(db, actor, slug, name, textOf, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var next = found.Value;
        if (next.Refusal is { } refusal)
        {
            return refusal;
        }

        var tenant = next.Tenant.Slug;
        if (await builder.LoadAsync(tenant, cancellationToken) is not { } wanted
            || wanted.Subscriptions.FirstOrDefault(row => row.Id == next.Subscription.Id) is not { } subscription)
        {
            return TenantErrors.NotFound(slug);
        }

        // rows of their own, that nobody saves
        AddVersion(db: null, actor, next.Tenant, subscription, next.Sql, next.Compiled);
        var plan = await planner.PlanAsync(wanted, cancellationToken);
        return plan.IsFailure
            ? PlatformWords.For(actor, tenant, plan.Error)
            : OperationScope.Of(tenant, OperationKind.ApplySubscription, TopicNames.Delivery(tenant, subscription.Name), null).Of(plan.Value)
                .With(RequestReconcile.ConsentOf(OperationKind.ApplySubscription, null));
    }

    private async Task<Result<NextVersion>> NextAsync(
        PioneerDbContext db, Actor actor, string slug, string name, Func<Subscription, Result<string>> textOf, CancellationToken cancellationToken)
    {
        var found = await FindIdleAsync(db, actor, slug, name, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var (tenant, subscription) = found.Value;
        var sql = textOf(subscription);
        if (sql.IsFailure)
        {
            return sql.Error;
        }

        var streams = await TenantStreams.ListAsync(db, tenant, cancellationToken);
        var compiled = Compile(tenant, subscription.Name, sql.Value, streams);
        return compiled.IsFailure
            ? compiled.Error
            : new NextVersion(
                tenant, subscription, sql.Value, compiled.Value, await RefuseAsync(db, tenant, subscription, compiled.Value, streams, cancellationToken));
    }

    private sealed record NextVersion(Tenant Tenant, Subscription Subscription, string Sql, CompiledSubscription Compiled, Error? Refusal);
}
