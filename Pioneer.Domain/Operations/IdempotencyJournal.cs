using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Operations;

/// <summary>What is known of a key when a request comes with it.</summary>
public enum IdempotencyState
{
    /// <summary>Nobody used it: the request is to be carried out.</summary>
    First,

    /// <summary>It was carried out, and this is what was answered.</summary>
    Answered,

    /// <summary>The first request is being carried out right now.</summary>
    AtWork,

    /// <summary>The first request never ended: the process died under it, and whether it took effect is not known.</summary>
    CutOff,

    /// <summary>The key belongs to a request that says something else.</summary>
    OtherRequest,
}

/// <summary>The state of a key; with <see cref="IdempotencyState.Answered"/> also status and body of the first answer.</summary>
public sealed record IdempotencyCheck(IdempotencyState State, int Status = 0, string? Answer = null);

/// <summary>
/// Remembers for a day which requests were carried out, so that a program that did not get the answer can ask again. A key is an actor's own. Two
/// requests at once: the primary key lets one in. Answers are protected: some hold a password that is shown once.
/// </summary>
public sealed class IdempotencyJournal(IDbContextFactory<PioneerDbContext> contexts, ISecretProtector protector, TimeProvider clock)
{
    /// <summary>The longest key, in characters.</summary>
    public const int MaxKeyLength = 200;

    /// <summary>How long a key is remembered.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    /// <summary>No request takes longer: one that did not end by then was cut off.</summary>
    public static readonly TimeSpan LongestRequest = TimeSpan.FromMinutes(2);

    /// <summary>Takes the key, or says what became of the request that has it.</summary>
    public async Task<IdempotencyCheck> BeginAsync(Actor actor, string key, string requestHash, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var now = clock.GetUtcNow();
        var forgotten = now - Kept;
        await db.IdempotentRequests.Where(row => row.CreatedAt < forgotten).ExecuteDeleteAsync(cancellationToken);
        if (await FindAsync(db, actor, key, cancellationToken) is { } known)
        {
            return Check(known, requestHash, now);
        }

        db.IdempotentRequests.Add(new IdempotentRequest { ActorId = actor.Id, Key = key, RequestHash = requestHash, CreatedAt = now });
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return new IdempotencyCheck(IdempotencyState.First);
        }
        catch (DbUpdateException exception) when (UniqueViolation.Is(exception))
        {
            // the other of two requests at once was quicker; where it is gone again already, the sender may as well ask again
            return await FindAsync(db, actor, key, cancellationToken) is { } winner
                ? Check(winner, requestHash, now)
                : new IdempotencyCheck(IdempotencyState.AtWork);
        }
    }

    /// <summary>Keeps the answer.</summary>
    public async Task AnswerAsync(Actor actor, string key, int status, string answer, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var hidden = protector.Protect(answer);
        await db.IdempotentRequests.Where(row => row.ActorId == actor.Id && row.Key == key)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.Status, status).SetProperty(row => row.ProtectedBody, hidden), cancellationToken);
    }

    /// <summary>Gives the key back: the request was refused and did nothing.</summary>
    public async Task ForgetAsync(Actor actor, string key, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.IdempotentRequests.Where(row => row.ActorId == actor.Id && row.Key == key && row.Status == 0).ExecuteDeleteAsync(cancellationToken);
    }

    private static Task<IdempotentRequest?> FindAsync(PioneerDbContext db, Actor actor, string key, CancellationToken cancellationToken) =>
        db.IdempotentRequests.AsNoTracking().SingleOrDefaultAsync(row => row.ActorId == actor.Id && row.Key == key, cancellationToken);

    private IdempotencyCheck Check(IdempotentRequest known, string requestHash, DateTimeOffset now) => known switch
    {
        _ when known.RequestHash != requestHash => new(IdempotencyState.OtherRequest),
        { Status: not 0, ProtectedBody: { } hidden } => new(IdempotencyState.Answered, known.Status, protector.Unprotect(hidden)),
        _ => new(now - known.CreatedAt < LongestRequest ? IdempotencyState.AtWork : IdempotencyState.CutOff),
    };
}
