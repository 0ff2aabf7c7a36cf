using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Auditing;
using Pioneer.Domain.Persistence;

namespace Pioneer.Domain.Tenants;

/// <summary>
/// The door to a tenant's records: whoever reads them, by a live tail, a preview or an event stream, has the right to it, takes one of the tenant's places
/// for it, and stands in the audit log once an hour.
/// </summary>
public sealed class RecordReadings(IDbContextFactory<PioneerDbContext> contexts, TenantUse use, OpenReadings open, SecurityTrail trail)
{
    /// <summary>What previews read is told under this name: a query need not be a subscription yet.</summary>
    public const string Preview = "preview";

    /// <summary>A place that is given back when the reading ends.</summary>
    public async Task<Result<OpenPlace>> BeginAsync(Actor actor, string slug, string subscription, TenantUseKind kind, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await db.FindTenantAsync(actor, slug, TenantPermission.View, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var place = use.Open(found.Value, kind);
        if (place.IsFailure)
        {
            return place.Error;
        }

        await trail.RecordsReadAsync(actor, found.Value, subscription, kind.ToString().ToLowerInvariant(), cancellationToken);
        return open.Note(found.Value.Id, subscription, kind, actor.Name, place.Value);
    }
}
