using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Ingestion;

/// <summary>Pauses, resumes and restarts the connector of one tenant's feed, and reads a batch feed now.</summary>
public sealed class ControlConnectors(IDbContextFactory<PioneerDbContext> contexts, WorkRecorder work)
{
    /// <summary>Wanted state: a paused connector stays paused through reconciles and restarts.</summary>
    public Task<Result<OperationId>> PauseAsync(Actor actor, string tenant, string feed, CancellationToken cancellationToken) =>
        SetPausedAsync(actor, tenant, feed, paused: true, cancellationToken);

    public Task<Result<OperationId>> ResumeAsync(Actor actor, string tenant, string feed, CancellationToken cancellationToken) =>
        SetPausedAsync(actor, tenant, feed, paused: false, cancellationToken);

    public Task<Result<OperationId>> RestartAsync(Actor actor, string tenant, string feed, CancellationToken cancellationToken) =>
        RequestAsync(actor, tenant, feed, OperationKind.RestartConnector, "ConnectorRestartRequested", deletesMost: false, cancellationToken);

    /// <summary>Reads the whole state of a batch feed now, and deletes the keys that are gone from its table.</summary>
    /// <param name="deletesMost">The person agrees that even most of the topic's keys may be deleted.</param>
    public Task<Result<OperationId>> RunBatchAsync(Actor actor, string tenant, string feed, bool deletesMost, CancellationToken cancellationToken) =>
        RequestAsync(actor, tenant, feed, OperationKind.RunBatch, "BatchRequested", deletesMost, cancellationToken);

    private async Task<Result<OperationId>> SetPausedAsync(Actor actor, string slug, string feed, bool paused, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await FindAsync(db, actor, slug, feed, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var (tenant, entitlement, _) = found.Value;
        var operation = work.Request(db, actor, OperationKind.ReconcileTenant, tenant.Id, slug, TopicNames.Feed(tenant.Slug, feed));
        work.Audit(db, actor, paused ? "ConnectorPaused" : "ConnectorResumed", Subject(tenant, feed), new { entitlement.Paused }, new { Paused = paused }, operation);
        entitlement.Paused = paused;
        var saved = await work.SaveAsync(db, operation, cancellationToken);
        return saved.IsFailure ? saved.Error : operation.Id;
    }

    private async Task<Result<OperationId>> RequestAsync(
        Actor actor, string slug, string feed, OperationKind kind, string action, bool deletesMost, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await FindAsync(db, actor, slug, feed, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var (tenant, _, row) = found.Value;
        if (kind is OperationKind.RunBatch && row.Kind is not FeedKind.State)
        {
            return IngestionErrors.NotBatch(feed);
        }

        var connector = TopicNames.Feed(tenant.Slug, feed);
        var operation = work.Request(db, actor, kind, tenant.Id, connector, new BatchTarget(connector, deletesMost).ToString());
        work.Audit(db, actor, action, Subject(tenant, feed), after: deletesMost ? new { deletesMost } : null, operation: operation);
        var saved = await work.SaveAsync(db, operation, cancellationToken);
        return saved.IsFailure ? saved.Error : operation.Id;
    }

    private static async Task<Result<(Tenant Tenant, Entitlement Entitlement, Feed Feed)>> FindAsync(
        PioneerDbContext db, Actor actor, string slug, string feed, CancellationToken cancellationToken)
    {
        var found = await db.FindActiveTenantAsync(actor, slug, TenantPermission.Operate, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var row = await db.Feeds.AsNoTracking().SingleOrDefaultAsync(candidate => candidate.Name == feed, cancellationToken);
        var entitlement = row is null
            ? null
            : await db.Entitlements.SingleOrDefaultAsync(
                candidate => candidate.TenantId == found.Value.Id && candidate.FeedId == row.Id && candidate.State == EntitlementState.Granted, cancellationToken);
        return row is null || entitlement is null ? IngestionErrors.NotGranted(slug, feed) : (found.Value, entitlement, row);
    }

    private static AuditSubject Subject(Tenant tenant, string feed) => new("connector", TopicNames.Feed(tenant.Slug, feed), tenant.Id);
}
