using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Auditing;

/// <summary>
/// What is written of looking and of trying, where no row changes: who read whose records, whose right did not suffice, whose sign-in was refused. What
/// comes many times is written once an hour for the same person and thing. It is written whoever leaves meanwhile, so nothing here takes a token: a request
/// that is given up at the right moment would leave no trace.
/// </summary>
public sealed class SecurityTrail(IDbContextFactory<PioneerDbContext> contexts, WorkRecorder work, TrailMemory memory)
{
    /// <summary>How long the same fact is not written again.</summary>
    public static readonly TimeSpan OnceIn = TimeSpan.FromHours(1);

    /// <summary>A person or a token reads records of a subscription or topic; <paramref name="how"/> is <c>tails</c>, <c>previews</c>, <c>streams</c> or <c>records</c>.</summary>
    public Task RecordsReadAsync(Actor actor, AuditSubject subject, string how) =>
        OnceAsync(actor, "RecordsRead", subject, new { How = how });

    /// <summary>Somebody asked for what the role does not include.</summary>
    public Task AccessRefusedAsync(Actor actor, string what, string? address) => OnceAsync(
        actor, "AccessRefused", new AuditSubject("address", Cut(what)), new { Address = address });

    /// <summary>A sign-in was refused after its password was looked at.</summary>
    public Task SignInRefusedAsync(string email, string reason, string address) =>
        WriteAsync(Nobody(email), "SignInRefused", new AuditSubject(AuditSubject.User, Cut(email)), new { Reason = reason, Address = address });

    /// <summary>Sign-ins are made to wait: said once in a while for an e-mail and an address, not for each try.</summary>
    public Task SignInDelayedAsync(string email, TimeSpan wait, string address) => OnceAsync(
        Nobody(email), "SignInDelayed", new AuditSubject(AuditSubject.User, Cut(email)), new { Seconds = Math.Ceiling(wait.TotalSeconds), Address = address },
        TimeSpan.FromMinutes(5));

    private async Task OnceAsync(Actor actor, string action, AuditSubject subject, object after, TimeSpan? onceIn = null)
    {
        var fact = FormattableString.Invariant($"{actor.Id}|{action}|{subject.Kind}|{subject.Name}|{subject.Tenant}");
        if (!memory.IsNew(fact, work.Now, onceIn ?? OnceIn))
        {
            return;
        }

        try
        {
            await WriteAsync(actor, action, subject, after);
        }
        catch
        {
            memory.Forget(fact);
            throw;
        }
    }

    private async Task WriteAsync(Actor actor, string action, AuditSubject subject, object after)
    {
        await using var db = await contexts.CreateDbContextAsync(CancellationToken.None);
        work.Audit(db, actor, action, subject, after: after);
        await db.SaveChangesAsync(CancellationToken.None);
    }

    private static Actor Nobody(string email) => new(
        "", Cut(email), ActorKind.User, PlatformRole.None, System.Collections.Immutable.ImmutableDictionary<TenantId, TenantRole>.Empty);

    private static string Cut(string text) => text.Length <= TextLimits.Name ? text : text[..TextLimits.Name];
}

/// <summary>What was written of late. One for the process; a restart writes a fact once more.</summary>
public sealed class TrailMemory
{
    private const int Most = 50_000;

    private readonly ConcurrentDictionary<string, DateTimeOffset> _until = new(StringComparer.Ordinal);

    /// <summary>It was not written after all: the next is new.</summary>
    public void Forget(string fact) => _until.TryRemove(fact, out _);

    /// <summary>True for the first in the span; of several at once, for one.</summary>
    public bool IsNew(string fact, DateTimeOffset now, TimeSpan span)
    {
        if (_until.Count > Most)
        {
            foreach (var (old, until) in _until)
            {
                if (until <= now)
                {
                    _until.TryRemove(old, out _);
                }
            }

            if (_until.Count > Most)
            {
                _until.Clear(); // rather once too often than not at all
            }
        }

        while (true)
        {
            if (_until.TryAdd(fact, now + span))
            {
                return true;
            }

            if (_until.TryGetValue(fact, out var until))
            {
                if (until > now)
                {
                    return false;
                }

                if (_until.TryUpdate(fact, now + span, until))
                {
                    return true;
                }
            }
        }
    }
}
