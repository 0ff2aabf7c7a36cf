using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Auditing;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;

namespace Pioneer.Domain.Tenants;

/// <summary>
/// The door to a tenant's records: whoever reads them, by a live tail, a preview, an event stream or on a topic's page, has the right to it, takes one of the tenant's places
/// for it, and stands in the audit log once an hour.
/// </summary>
public sealed class RecordReadings(IDbContextFactory<PioneerDbContext> contexts, TenantUse use, OpenReadings open, SecurityTrail trail)
{
    /// <summary>What previews read is told under this name: a query need not be a subscription yet.</summary>
    public const string Preview = "preview";

    /// <summary>A place that is given back when the reading ends.</summary>
    public Task<Result<OpenPlace>> BeginAsync(Actor actor, string slug, string subscription, TenantUseKind kind, CancellationToken cancellationToken) =>
        BeginAsync(actor, slug, TenantPermission.View, "subscription", subscription, kind, kind.ToString().ToLowerInvariant(), cancellationToken);

    /// <summary>
    /// The same for a reading of a topic by place, time or key, which takes the place of a preview. A delivery topic is its subscription in the audit log: who read it
    /// has read that, whichever way. Other topics hold what comes in, whole: they are for those who may preview it, its authors.
    /// </summary>
    public Task<Result<OpenPlace>> BeginTopicAsync(Actor actor, string slug, string topic, CancellationToken cancellationToken)
    {
        var (permission, kind, name) = TopicNames.Parse(topic) is { Kind: TopicKind.Delivery } delivery
            ? (TenantPermission.View, "subscription", delivery.Name)
            : (TenantPermission.Author, "topic", topic);
        return BeginAsync(actor, slug, permission, kind, name, TenantUseKind.Previews, "records", cancellationToken);
    }

    private async Task<Result<OpenPlace>> BeginAsync(
        Actor actor, string slug, TenantPermission permission, string subject, string name, TenantUseKind kind, string how, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await db.FindTenantAsync(actor, slug, permission, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var place = use.Open(found.Value, kind);
        if (place.IsFailure)
        {
            return place.Error;
        }

        try
        {
            await trail.RecordsReadAsync(actor, new AuditSubject(subject, name, found.Value.Id), how);
        }
        catch
        {
            place.Value.Dispose();
            throw;
        }

        return open.Note(found.Value.Id, name, kind, actor.Name, place.Value);
    }
}
