using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Operations;
using Pioneer.Jobs.Provisioning;

namespace Pioneer.Jobs.Subscriptions;

/// <summary>
/// Applies a subscription's wanted state by bringing its tenant there: deploy, upgrade, roll back, pause, resume and delete differ only in what
/// the rows say; a resume notes first what waits and what was lost. When that fails for good the subscription says so, with the reason; the next operation tries again.
/// </summary>
public sealed class ApplySubscriptionHandler(
    IDbContextFactory<PioneerDbContext> database, TenantReconciler reconciler, ResumeOutcome resumed) : IOperationHandler
{
    public IReadOnlyCollection<OperationKind> Kinds { get; } = [OperationKind.ApplySubscription];

    public async Task<Result> RunAsync(OperationRun run, CancellationToken ct)
    {
        await using var db = await database.CreateDbContextAsync(ct);
        var tenant = await db.Tenants.AsNoTracking().SingleOrDefaultAsync(row => row.Id == run.TenantId, ct);
        if (tenant is null)
        {
            return new Error("TenantMissing", $"The tenant of '{run.Subject}' is not there any more.");
        }

        await resumed.NoteAsync(run, ct);
        var result = await reconciler.RunAsync(tenant, run, ct);
        if (result.IsFailure && result.Error.Kind != ErrorKind.Unavailable && SubscriptionId.TryParse(run.Target, null, out var id))
        {
            await FailAsync(db, id, await ReasonAsync(db, tenant.Slug, run, result.Error, ct), ct);
        }

        return result;
    }

    // The tenant's people read it on the subscription, and a reconcile of the whole tenant can fail by a connector's words.
    private static async Task<string> ReasonAsync(PioneerDbContext db, TenantSlug tenant, OperationRun run, Error error, CancellationToken ct) =>
        await db.OperationSteps.AnyAsync(
            step => step.OperationId == run.Id && step.ResourceType == ConnectorDetails.ResourceType && step.Error != null, ct)
            ? ConnectorDetails.FailureWithheld
            : PlatformWords.ForTenant(tenant, error.ToText());

    private static async Task FailAsync(PioneerDbContext db, SubscriptionId id, string text, CancellationToken ct)
    {
        await db.Subscriptions.Where(row => row.Id == id && row.HeldBy == null).ExecuteUpdateAsync(set => set
            .SetProperty(row => row.Error, text)
            .SetProperty(row => row.State, row => row.State == SubscriptionState.Deploying ? SubscriptionState.Failed : row.State)
            .SetProperty(row => row.Revision, row => row.Revision + 1), ct);
    }
}
