using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;

namespace Pioneer.Portal.Features.Editor;

/// <summary>What the editor opens with.</summary>
/// <param name="DraftId">Null for text that was never saved.</param>
/// <param name="Subscription">The subscription that deploying makes a new version of.</param>
public sealed record EditorDocument(Guid? DraftId, string Name, string Sql, string? Subscription, int? Version, string Description, long? Revision, bool Mine);

/// <summary>One draft in the list of drafts.</summary>
/// <param name="Title">Its name, or how its text begins while it has none.</param>
/// <param name="Subscription">The subscription that it changes; null for a new one.</param>
public sealed record DraftLine(Guid Id, string Title, DateTimeOffset UpdatedAt, string? Subscription);

/// <summary>Finds what an address of the editor means: a draft, a subscription, or nothing yet.</summary>
public sealed class EditorStore(IDbContextFactory<PioneerDbContext> databases)
{
    private const string Untitled = "untitled";
    private const int TitleLength = 60;

    /// <summary>Null when the id names neither a draft nor a subscription of the tenant.</summary>
    public async Task<EditorDocument?> OpenAsync(Actor actor, string slug, string? id, CancellationToken cancellationToken)
    {
        if (id is null)
        {
            return new EditorDocument(null, Untitled, "", null, null, "", null, true);
        }

        if (TenantSlug.Create(slug) is not { IsSuccess: true, Value: var tenantSlug })
        {
            return null;
        }

        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        if (Guid.TryParse(id, out var guid))
        {
            var draftId = new QueryDraftId(guid);
            var draft = await database.QueryDrafts.AsNoTracking()
                .FirstOrDefaultAsync(d => d.Id == draftId && database.Tenants.Any(t => t.Id == d.TenantId && t.Slug == tenantSlug), cancellationToken);
            if (draft is null)
            {
                return null;
            }

            var of = draft.SubscriptionId is { } subscriptionId
                ? await database.Subscriptions.AsNoTracking().FirstOrDefaultAsync(s => s.Id == subscriptionId && s.State != SubscriptionState.Deleted, cancellationToken)
                : null;
            return new EditorDocument(guid, draft.Name, draft.Sql, of?.Name, of?.CurrentVersion, of?.Description ?? "", of?.Revision, draft.OwnerId == actor.Id);
        }

        var found = await database.Subscriptions.AsNoTracking()
            .Where(s => s.Name == id && s.State != SubscriptionState.Deleted && database.Tenants.Any(t => t.Id == s.TenantId && t.Slug == tenantSlug))
            .Select(s => new
            {
                s.Name, s.Description, s.CurrentVersion, s.Revision,
                Sql = database.SubscriptionVersions.Where(v => v.SubscriptionId == s.Id && v.Number == s.CurrentVersion).Select(v => v.Sql).First(),
            })
            .FirstOrDefaultAsync(cancellationToken);
        return found is null ? null : new EditorDocument(null, found.Name, found.Sql, found.Name, found.CurrentVersion, found.Description, found.Revision, true);
    }

    /// <summary>The person's own draft that has exactly this text; null when there is none.</summary>
    public async Task<Guid?> FindDraftAsync(Actor actor, string slug, string sql, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return (await OwnDrafts(database, actor, slug).Where(d => d.Sql == sql).Select(d => (QueryDraftId?)d.Id).FirstOrDefaultAsync(cancellationToken))?.Value;
    }

    /// <summary>The person's own drafts, last touched first.</summary>
    public async Task<IReadOnlyList<DraftLine>> DraftsAsync(Actor actor, string slug, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await OwnDrafts(database, actor, slug).Take(ManageDrafts.MaxPerOwner)
            .Select(d => new DraftLine(d.Id.Value, d.Name == Untitled ? d.Sql.Substring(0, TitleLength) : d.Name, d.UpdatedAt,
                database.Subscriptions.Where(s => s.Id == d.SubscriptionId).Select(s => s.Name).FirstOrDefault())).ToListAsync(cancellationToken);
    }

    // last touched first; an address that names no tenant has none
    private static IQueryable<QueryDraft> OwnDrafts(PioneerDbContext database, Actor actor, string slug)
    {
        var drafts = database.QueryDrafts.AsNoTracking();
        return TenantSlug.Create(slug) is { IsSuccess: true, Value: var tenantSlug }
            ? drafts.Where(d => d.OwnerId == actor.Id && database.Tenants.Any(t => t.Id == d.TenantId && t.Slug == tenantSlug)).OrderByDescending(d => d.UpdatedAt)
            : drafts.Where(_ => false);
    }
}
