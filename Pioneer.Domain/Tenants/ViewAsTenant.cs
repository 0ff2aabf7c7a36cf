using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Persistence;

namespace Pioneer.Domain.Tenants;

/// <summary>
/// A platform person looks at one tenant as its viewers do. Looking is all that is possible meanwhile (<see cref="Actor.ViewingAs"/>); beginning and
/// end stand in the audit log, where the tenant sees them too.
/// </summary>
public sealed class ViewAsTenant(IDbContextFactory<PioneerDbContext> contexts, WorkRecorder work)
{
    /// <summary>The tenant to look at; refused for people who have no role over the platform.</summary>
    public async Task<Result<TenantId>> BeginAsync(Actor actor, string slug, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var allowed = TenantAuthorisation.RequirePlatform(actor, PlatformPermission.View);
        if (allowed.IsFailure)
        {
            return allowed.Error;
        }

        return await RecordAsync(actor, slug, "ViewAsBegun", new { Until = until }, cancellationToken);
    }

    /// <summary>Says in the audit log that the person stopped looking.</summary>
    public async Task<Result> EndAsync(Actor actor, string slug, CancellationToken cancellationToken) =>
        (await RecordAsync(actor, slug, "ViewAsEnded", null, cancellationToken)).WithoutValue();

    private async Task<Result<TenantId>> RecordAsync(Actor actor, string slug, string action, object? after, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await db.FindTenantAsync(actor, slug, TenantPermission.View, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        work.Audit(db, actor, action, AuditSubject.Of(found.Value), after: after);
        var saved = await WorkRecorder.SaveAsync(db, cancellationToken);
        return saved.IsFailure ? saved.Error : found.Value.Id;
    }
}
