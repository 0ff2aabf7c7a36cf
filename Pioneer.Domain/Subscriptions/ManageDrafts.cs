using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Subscriptions;

/// <summary>Saves what authors type. Drafts can be read by the tenant's members (shared by link), changed by their owner alone.</summary>
public sealed class ManageDrafts(IDbContextFactory<PioneerDbContext> contexts, WorkRecorder work)
{
    /// <summary>Characters that a draft may have; a query that can be deployed is far shorter.</summary>
    public const int MaxLength = 1_000_000;

    /// <summary>Drafts that one person may keep in one tenant.</summary>
    public const int MaxPerOwner = 200;

    /// <summary>Creates the draft, or overwrites it when <paramref name="id"/> is the actor's own. Autosave: not audited.</summary>
    public async Task<Result<QueryDraftId>> SaveAsync(
        Actor actor, string slug, QueryDraftId? id, string name, string sql, string? subscription, CancellationToken cancellationToken)
    {
        if (sql.Length > MaxLength)
        {
            return Error.Invalid("DraftTooLong", "sql", $"The draft has {sql.Length} characters; {MaxLength} can be kept.");
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await db.FindTenantAsync(actor, slug, TenantPermission.Author, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var tenant = found.Value;
        var draft = id is { } known
            ? await db.QueryDrafts.SingleOrDefaultAsync(row => row.Id == known && row.TenantId == tenant.Id && row.OwnerId == actor.Id, cancellationToken)
            : null;
        if (id is { } missing && draft is null)
        {
            return Error.NotFound("QueryDraft", missing.ToString());
        }

        if (draft is null)
        {
            var kept = await db.QueryDrafts.CountAsync(row => row.TenantId == tenant.Id && row.OwnerId == actor.Id, cancellationToken);
            if (kept >= MaxPerOwner)
            {
                return Error.Conflict("TooManyDrafts", $"You keep {kept} drafts in '{slug}' already.", "Delete some.");
            }

            draft = new QueryDraft
            {
                Id = work.NextId<QueryDraftId>(), TenantId = tenant.Id, OwnerId = actor.Id, Name = "", Sql = "", UpdatedAt = work.Now,
            };
            db.QueryDrafts.Add(draft);
        }

        draft.Name = string.IsNullOrWhiteSpace(name) ? "untitled" : name.Trim()[..Math.Min(name.Trim().Length, 100)];
        draft.Sql = sql;
        draft.UpdatedAt = work.Now;
        draft.SubscriptionId = subscription is null
            ? null
            : await db.Subscriptions.Where(row => row.TenantId == tenant.Id && row.Name == subscription && row.State != SubscriptionState.Deleted)
                .Select(row => (SubscriptionId?)row.Id).SingleOrDefaultAsync(cancellationToken);
        var saved = await WorkRecorder.SaveAsync(db, cancellationToken);
        return saved.IsFailure ? saved.Error : draft.Id;
    }

    public async Task<Result> DeleteAsync(Actor actor, string slug, QueryDraftId id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await db.FindTenantAsync(actor, slug, TenantPermission.Author, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var gone = await db.QueryDrafts.Where(row => row.Id == id && row.TenantId == found.Value.Id && row.OwnerId == actor.Id)
            .ExecuteDeleteAsync(cancellationToken);
        return gone == 0 ? Error.NotFound("QueryDraft", id.ToString()) : Result.Success;
    }
}
