using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Auditing;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Persistence;

/// <summary>
/// What every command does the same way: write wanted state, audit and operation in one transaction, turn a lost race into an
/// <see cref="Error"/>, and wake a worker only after the commit.
/// </summary>
public sealed class WorkRecorder(IIdGenerator ids, TimeProvider clock, IOperationQueue queue)
{
    private const int MaxRepeats = 5;

    private static readonly JsonSerializerOptions AuditJson = new() { Converters = { new JsonStringEnumConverter() } };

    public DateTimeOffset Now => clock.GetUtcNow();

    public TId NextId<TId>() where TId : struct, ITypedId<TId> => ids.Next<TId>();

    /// <summary>Adds the audit entry; <paramref name="before"/> and <paramref name="after"/> become JSON and must hold no secret.</summary>
    public void Audit(
        PioneerDbContext db, Actor actor, string action, AuditSubject subject, object? before = null, object? after = null, Operation? operation = null) =>
        db.AuditEntries.Add(new AuditEntry
        {
            At = Now,
            ActorId = actor.Id,
            ActorName = actor.Name,
            Action = action,
            SubjectKind = subject.Kind,
            Subject = subject.Name,
            TenantId = subject.Tenant,
            Before = before is null ? null : JsonSerializer.Serialize(before, AuditJson),
            After = after is null ? null : JsonSerializer.Serialize(after, AuditJson),
            OperationId = operation?.Id,
        });

    /// <summary>Adds the operation that a worker will carry out.</summary>
    public Operation Request(PioneerDbContext db, Actor actor, OperationKind kind, TenantId? tenant, string subject, string? target = null)
    {
        var operation = new Operation
        {
            Id = ids.Next<OperationId>(),
            Kind = kind,
            TenantId = tenant,
            Subject = subject,
            Target = target,
            RequestedAt = Now,
            RequestedBy = actor.Name,
        };
        db.Operations.Add(operation);
        return operation;
    }

    /// <summary>Commits everything or nothing; a lost race or a taken name is a returned error.</summary>
    public static async Task<Result> SaveAsync(PioneerDbContext db, Error whenTaken, CancellationToken cancellationToken)
    {
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return Result.Success;
        }
        catch (DbUpdateConcurrencyException)
        {
            return ConcurrencyErrors.ChangedMeanwhile;
        }
        catch (DbUpdateException exception) when (UniqueViolation.Is(exception))
        {
            return whenTaken;
        }
    }

    public static Task<Result> SaveAsync(PioneerDbContext db, CancellationToken cancellationToken) =>
        SaveAsync(db, ConcurrencyErrors.ChangedMeanwhile, cancellationToken);

    /// <summary>Repeats a change that reads its rows itself while somebody else is faster: a running operation's row moves with each of its steps.</summary>
    public static async Task<Result> RepeatAsync(Func<Task<Result>> change)
    {
        for (var attempt = 1; ; attempt++)
        {
            var result = await change();
            if (result.IsSuccess || result.Error.Kind is not ErrorKind.Concurrency || attempt == MaxRepeats)
            {
                return result;
            }
        }
    }

    /// <summary>Commits, then wakes a worker for the operation.</summary>
    public async Task<Result> SaveAsync(PioneerDbContext db, Operation operation, Error whenTaken, CancellationToken cancellationToken)
    {
        var saved = await SaveAsync(db, whenTaken, cancellationToken);
        if (saved.IsSuccess)
        {
            // The row is committed: whoever asked may go away now, the work is wanted all the same.
            await queue.EnqueueAsync(operation.Id, CancellationToken.None);
        }

        return saved;
    }

    public Task<Result> SaveAsync(PioneerDbContext db, Operation operation, CancellationToken cancellationToken) =>
        SaveAsync(db, operation, ConcurrencyErrors.ChangedMeanwhile, cancellationToken);

    /// <summary>Commits a wish to cancel. An operation at work hears of it by itself; one that waits for its next try need not wait.</summary>
    public Task<Result> SaveCancelAsync(PioneerDbContext db, Operation operation, CancellationToken cancellationToken) =>
        operation.State is OperationState.Queued ? SaveAsync(db, operation, cancellationToken) : SaveAsync(db, cancellationToken);

    /// <summary>Wakes workers for operations that are committed.</summary>
    public async Task WakeAsync(IEnumerable<Operation> operations)
    {
        foreach (var operation in operations)
        {
            await queue.EnqueueAsync(operation.Id, CancellationToken.None);
        }
    }

    /// <summary>Makes the save fail when the row is no longer at the revision that the person saw; null skips the check.</summary>
    public static void Expect<TEntity>(PioneerDbContext db, TEntity entity, long? revision) where TEntity : class, IRevisioned
    {
        if (revision is { } seen)
        {
            db.Entry(entity).Property(row => row.Revision).OriginalValue = seen;
        }
    }
}

/// <summary>What an audit entry is about.</summary>
public sealed record AuditSubject(string Kind, string Name, TenantId? Tenant = null)
{
    /// <summary>Kind of an account.</summary>
    public const string User = "user";

    public static AuditSubject Of(Tenant tenant) => new("tenant", tenant.Slug.Value, tenant.Id);

    /// <summary>A tenant's subscription, by its name.</summary>
    public static AuditSubject OfSubscription(Tenant tenant, string name) => new("subscription", $"{tenant.Slug}/{name}", tenant.Id);
}

/// <summary>Two people, one row.</summary>
public static class ConcurrencyErrors
{
    public static readonly Error ChangedMeanwhile = new(
        "ChangedMeanwhile", "Somebody else changed this while you were editing; nothing of yours was saved.", "Reload, compare and try again.")
    { Kind = ErrorKind.Concurrency };
}
