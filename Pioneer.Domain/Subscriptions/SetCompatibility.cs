using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Subscriptions;

/// <summary>Changes what a subscription promises its readers of the form of its records: whoever may deploy may, and it stands in the audit log.</summary>
public sealed class SetCompatibility(IDbContextFactory<PioneerDbContext> contexts, WorkRecorder work)
{
    /// <summary>Sets it for the versions to come; what runs stays. <paramref name="revision"/> is the state that the person saw, null for any.</summary>
    public async Task<Result> ExecuteAsync(
        Actor actor, string slug, string name, Compatibility? compatibility, long? revision, CancellationToken cancellationToken)
    {
        if (compatibility is not { } wanted || !Enum.IsDefined(wanted))
        {
            return Error.Invalid(
                "CompatibilityUnknown", "compatibility", "There is no such compatibility.", $"Send one of {string.Join(", ", Enum.GetNames<Compatibility>())}.");
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await db.FindSubscriptionAsync(actor, slug, name, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var (tenant, subscription) = found.Value;
        WorkRecorder.Expect(db, subscription, revision);
        work.Audit(
            db, actor, "SubscriptionCompatibilitySet", AuditSubject.OfSubscription(tenant, subscription.Name), new { subscription.Compatibility },
            new { Compatibility = wanted });
        subscription.Compatibility = wanted;
        return await WorkRecorder.SaveAsync(db, cancellationToken);
    }
}
