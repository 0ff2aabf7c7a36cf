using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
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
        if (compiled.IsFailure)
        {
            return compiled.Error;
        }

        var next = compiled.Value;
        var seedable = (await SeedabilityOfVersions.ReadAsync(db, cancellationToken)).Of(next.SourceTopic, next.Seedability, next.SeedabilityReasons);
        return UpgradeOutlook.Of(subscription, NextNumber(subscription), next, seedable, await RefuseAsync(db, tenant, subscription, next, streams, cancellationToken));
    }
}
