using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Subscriptions;

/// <summary>Pauses, resumes and deletes subscriptions.</summary>
public sealed class ControlSubscriptions(IDbContextFactory<PioneerDbContext> contexts, WorkRecorder work)
{
    /// <summary>The query stops where it is; its offsets stay.</summary>
    public Task<Result<OperationId>> PauseAsync(Actor actor, string slug, string name, CancellationToken cancellationToken) =>
        MoveAsync(actor, slug, name, SubscriptionState.Paused, "SubscriptionPaused", cancellationToken);

    /// <summary>The query goes on where it stopped.</summary>
    public Task<Result<OperationId>> ResumeAsync(Actor actor, string slug, string name, CancellationToken cancellationToken) =>
        MoveAsync(actor, slug, name, SubscriptionState.Deploying, "SubscriptionResumed", cancellationToken);

    /// <summary>Ends the query. With <paramref name="deleteTopic"/> its results go too, and the name has to be typed as confirmation;
    /// <paramref name="revision"/> is the state that the person saw, null for any.</summary>
    public async Task<Result<OperationId>> DeleteAsync(
        Actor actor, string slug, string name, bool deleteTopic, string? confirmation, long? revision, CancellationToken cancellationToken)
    {
        if (deleteTopic && confirmation != name)
        {
            return SubscriptionErrors.ConfirmationMissing(name);
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await db.FindSubscriptionAsync(actor, slug, name, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var (tenant, subscription) = found.Value;
        if (subscription.HeldBy is not null)
        {
            return SubscriptionErrors.Busy(name, subscription.State);
        }

        var topic = SubscriptionLookup.Topic(tenant, subscription);
        var others = await db.Subscriptions.Include(row => row.Versions)
            .Where(row => row.TenantId == tenant.Id && row.Id != subscription.Id && row.State != SubscriptionState.Deleted && row.State != SubscriptionState.Deleting)
            .ToListAsync(cancellationToken);
        var readers = others.Where(row => row.Versions.Exists(version => version.Number == row.CurrentVersion && version.Reads.Contains(topic)))
            .Select(row => row.Name).ToList();
        if (readers.Count > 0)
        {
            return SubscriptionErrors.IsRead(name, readers);
        }

        WorkRecorder.Expect(db, subscription, revision);
        subscription.DeleteTopic = deleteTopic;
        return await SaveAsync(db, actor, tenant, subscription, SubscriptionState.Deleting, "SubscriptionDeleted", cancellationToken);
    }

    private async Task<Result<OperationId>> MoveAsync(
        Actor actor, string slug, string name, SubscriptionState target, string action, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await db.FindSubscriptionAsync(actor, slug, name, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var (tenant, subscription) = found.Value;
        var allowed = (subscription.State, target) switch
        {
            _ when subscription.HeldBy is not null => false,
            (SubscriptionState.Running or SubscriptionState.Deploying or SubscriptionState.Failed, SubscriptionState.Paused) => true,
            (SubscriptionState.Paused or SubscriptionState.Failed, SubscriptionState.Deploying) => true,
            _ => false,
        };
        return allowed
            ? await SaveAsync(db, actor, tenant, subscription, target, action, cancellationToken)
            : SubscriptionErrors.Busy(name, subscription.State);
    }

    private async Task<Result<OperationId>> SaveAsync(
        PioneerDbContext db, Actor actor, Tenant tenant, Subscription subscription, SubscriptionState target, string action,
        CancellationToken cancellationToken)
    {
        var operation = work.Request(
            db, actor, OperationKind.ApplySubscription, tenant.Id, SubscriptionLookup.Topic(tenant, subscription), subscription.Id.ToString());
        work.Audit(
            db, actor, action, AuditSubject.OfSubscription(tenant, subscription.Name), new { subscription.State },
            new { State = target, subscription.DeleteTopic }, operation);
        subscription.State = target;
        subscription.ChangedAt = work.Now;
        var saved = await work.SaveAsync(db, operation, cancellationToken);
        return saved.IsFailure ? saved.Error : operation.Id;
    }
}
