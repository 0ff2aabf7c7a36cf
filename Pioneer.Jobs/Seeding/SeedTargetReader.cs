using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Seeding;
using Pioneer.Domain.Subscriptions;
using Pioneer.Jobs.Hosting;

namespace Pioneer.Jobs.Seeding;

/// <summary>Reads what a seed run is about, and refuses what cannot be seeded with the promises of design/04-seeding.md.</summary>
public sealed class SeedTargetReader(IServiceScopeFactory scopes)
{
    /// <summary>The run's target, or why it cannot be run; a run that was begun always has one, with what refuses it now.</summary>
    public async Task<Result<SeedTarget>> ReadAsync(SeedRunId id, CancellationToken ct)
    {
        await using var scope = scopes.OpenPlatform(out var db);
        var run = await db.SeedRuns.AsNoTracking().SingleAsync(run => run.Id == id, ct);
        var job = await db.SeedJobs.AsNoTracking().SingleAsync(job => job.Id == run.SeedJobId, ct);
        var tenant = await db.Tenants.AsNoTracking().SingleAsync(tenant => tenant.Id == run.TenantId, ct);
        var subscription = await db.Subscriptions.AsNoTracking().Include(subscription => subscription.Versions)
            .SingleAsync(subscription => subscription.Id == run.SubscriptionId, ct);
        // the query of a run that was begun may be paused: nothing but the run itself brings it back
        var begun = run.MachineState is not null;
        if (!begun && (subscription.State is not (SubscriptionState.Running or SubscriptionState.Seeding)
            || (subscription.HeldBy is { } holder && holder != id)))
        {
            return Error.Conflict("SubscriptionNotRunning", $"Subscription '{subscription.Name}' is not running on its own now ({subscription.State}).",
                "Wait for the other run or resume the subscription, then run the seed job again.");
        }

        var version = subscription.Versions.Single(version => version.Number == subscription.CurrentVersion);
        var feedName = TopicNames.Parse(version.SourceTopic)?.Name;
        var feed = await db.Feeds.AsNoTracking().FirstOrDefaultAsync(feed => feed.Name == feedName, ct);
        var seedable = (await SeedabilityOfVersions.ReadAsync(db, ct)).Of(version);
        var refusal = seedable.IsRefused
            ? Error.Invalid("QueryNotSeedable", "subscription", $"'{subscription.Name}' cannot be seeded: {string.Join(" ", seedable.Reasons)}")
            : null;
        if (!begun && refusal is not null)
        {
            return refusal;
        }

        return new SeedTarget(
            id, tenant.Slug, subscription.Name, KsqlNames.ServiceId(tenant), version.QueryId, version.SourceTopic, feed is null ? [] : FeedSchema.Columns(feed),
            TopicNames.Delivery(tenant.Slug, subscription.Name), KsqlNames.ObjectName(tenant.Slug, subscription.Name), version.Select,
            job.MaxRowsPerSecond)
        {
            Refusal = refusal?.Message,
            SourceTable = feed?.Table,
            LastWithTable = feed is null ? null : await LastWithTableAsync(db, run, version.SourceTopic, feed, ct),
        };
    }

    /// <summary>
    /// Only what ended before the run began: whatever a later one deleted is not below the cut. And only of the table that the feed reads now and since
    /// the tenant was granted it: a topic of an earlier grant, or filled from another table, had other rows.
    /// </summary>
    private static async Task<TableComparison?> LastWithTableAsync(PioneerDbContext db, SeedRun run, string topic, Feed feed, CancellationToken ct)
    {
        var granted = await db.Entitlements.AsNoTracking().Where(row => row.TenantId == run.TenantId && row.FeedId == feed.Id)
            .Select(row => (DateTimeOffset?)row.GrantedAt).FirstOrDefaultAsync(ct);
        if (granted is not { } since)
        {
            return null;
        }

        var before = run.StartedAt ?? run.RequestedAt;
        var last = await db.OperationSteps.AsNoTracking()
            .Where(step => step.TenantId == run.TenantId && step.ComparedTable == feed.Table && step.Resource == topic
                && step.State == OperationStepState.Succeeded && step.FinishedAt <= before && step.FinishedAt >= since)
            .OrderByDescending(step => step.FinishedAt)
            .Join(
                db.Operations, step => step.OperationId, operation => operation.Id,
                (step, operation) => new { operation.StartedAt, operation.RequestedAt, step.After })
            .FirstOrDefaultAsync(ct);
        return last is null ? null : new TableComparison(last.StartedAt ?? last.RequestedAt, last.After ?? "");
    }
}
