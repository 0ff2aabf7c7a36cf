using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Pioneer.Domain.Persistence;

namespace Pioneer.Domain.Tenants;

/// <summary>A sign-in that has succeeded.</summary>
/// <param name="EndsAt">The issuer's end of it; null for the longest that <see cref="SessionLimits"/> allows.</param>
public sealed record NewSession(string UserId, string Person, string Device, string Address, string Method, DateTimeOffset? EndsAt = null);

/// <summary>What decides whether a session may go on, and with which rights.</summary>
/// <param name="RightsRevision">Of the local account; null where the issuer's token carries the rights.</param>
public sealed record SessionState(SessionId Id, string UserId, DateTimeOffset LastSeenAt, DateTimeOffset EndsAt, DateTimeOffset? EndedAt, long? RightsRevision);

/// <summary>A session in a list.</summary>
public sealed record SessionRow(
    SessionId Id, string UserId, string Person, string Device, string Address, string Method, DateTimeOffset CreatedAt, DateTimeOffset LastSeenAt, DateTimeOffset EndsAt);

/// <summary>Begins, looks up and ends sessions.</summary>
public sealed class Sessions(IDbContextFactory<PioneerDbContext> contexts, WorkRecorder work, IOptions<SessionLimits> options)
{
    private const int MaxListed = 200;
    private const int MaxDevice = 100;
    private static readonly TimeSpan EndedOnesStay = TimeSpan.FromDays(30);

    /// <summary>A new session, written down together with its audit entry.</summary>
    public async Task<SessionId> BeginAsync(NewSession signIn, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var now = work.Now;
        var longest = now + options.Value.Longest;
        var session = new Session
        {
            Id = work.NextId<SessionId>(),
            UserId = signIn.UserId,
            Person = Cut(signIn.Person, TextLimits.Name),
            Device = Cut(signIn.Device, MaxDevice),
            Address = signIn.Address,
            Method = signIn.Method,
            CreatedAt = now,
            LastSeenAt = now,
            EndsAt = signIn.EndsAt is { } end && end < longest ? end : longest,
        };
        db.Sessions.Add(session);
        work.Audit(db, Person(session), "SignedIn", Subject(session), after: new { session.Address, session.Device, session.Method });
        await db.SaveChangesAsync(cancellationToken);
        await db.Sessions.Where(row => row.EndsAt < now - EndedOnesStay).ExecuteDeleteAsync(cancellationToken);
        return session.Id;
    }

    /// <summary>Those of the sessions that there are, with the rights revision of their local accounts.</summary>
    public async Task<IReadOnlyList<SessionState>> StatesAsync(IReadOnlyCollection<SessionId> ids, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await (from session in db.Sessions.AsNoTracking()
                      where ids.Contains(session.Id)
                      join user in db.Users on session.UserId equals user.Id into users
                      from user in users.DefaultIfEmpty()
                      select new SessionState(
                          session.Id, session.UserId, session.LastSeenAt, session.EndsAt, session.EndedAt, user == null ? null : user.RightsRevision))
            .ToListAsync(cancellationToken);
    }

    /// <summary>Writes down when sessions were last seen.</summary>
    public async Task SeenAsync(IReadOnlyDictionary<SessionId, DateTimeOffset> seen, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        foreach (var (id, at) in seen)
        {
            await db.Sessions.Where(row => row.Id == id && row.EndedAt == null && row.LastSeenAt < at)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.LastSeenAt, at), cancellationToken);
        }
    }

    /// <summary>Ends a session by itself: signed out, idle or over its longest life.</summary>
    public async Task EndAsync(SessionId id, SessionEnd because, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var session = await db.Sessions.SingleOrDefaultAsync(row => row.Id == id && row.EndedAt == null, cancellationToken);
        if (session is not null)
        {
            End(session, because, work.Now);
            var action = because is SessionEnd.SignedOut ? "SignedOut" : "SessionEnded";
            work.Audit(db, Person(session), action, Subject(session), after: new { Because = because, session.Device, session.Address });
            await db.SaveChangesAsync(cancellationToken);
        }
    }

    /// <summary>Ends a session on somebody's wish: the owner's own, anybody's for a platform admin.</summary>
    public async Task<Result> EndAsync(Actor actor, SessionId id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var session = await db.Sessions.SingleOrDefaultAsync(row => row.Id == id, cancellationToken);
        if (session is null || !MayEnd(actor, session))
        {
            return Error.NotFound("Session", id.ToString());
        }

        if (session.EndedAt is null)
        {
            var because = session.UserId == actor.Id ? SessionEnd.EndedByOwner : SessionEnd.EndedByAdmin;
            End(session, because, work.Now);
            work.Audit(db, actor, "SessionEnded", Subject(session), after: new { Because = because, session.Device, session.Address });
        }

        return await WorkRecorder.SaveAsync(db, cancellationToken);
    }

    /// <summary>Open sessions: one person's own, or anybody's for a platform admin; those seen last first.</summary>
    public async Task<Result<IReadOnlyList<SessionRow>>> ListAsync(Actor actor, string? userId, CancellationToken cancellationToken)
    {
        if (userId != actor.Id && TenantAuthorisation.RequirePlatform(actor, PlatformPermission.Administer) is { IsFailure: true } refused)
        {
            return refused.Error!;
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var now = work.Now;
        var rows = db.Sessions.AsNoTracking().Where(row => row.EndedAt == null && row.EndsAt > now);
        if (userId is not null)
        {
            rows = rows.Where(row => row.UserId == userId);
        }

        return await rows.OrderByDescending(row => row.LastSeenAt).Take(MaxListed)
            .Select(row => new SessionRow(
                row.Id, row.UserId, row.Person, row.Device, row.Address, row.Method, row.CreatedAt, row.LastSeenAt, row.EndsAt))
            .ToListAsync(cancellationToken);
    }

    /// <summary>Ends all of a person's sessions but one in the transaction of whoever calls.</summary>
    internal static async Task EndAllAsync(
        PioneerDbContext db, string userId, SessionEnd because, DateTimeOffset now, SessionId? except, CancellationToken cancellationToken)
    {
        foreach (var session in await db.Sessions.Where(row => row.UserId == userId && row.EndedAt == null).ToListAsync(cancellationToken))
        {
            if (session.Id != except)
            {
                End(session, because, now);
            }
        }
    }

    private static bool MayEnd(Actor actor, Session session) =>
        session.UserId == actor.Id || TenantAuthorisation.RequirePlatform(actor, PlatformPermission.Administer).IsSuccess;

    private static void End(Session session, SessionEnd because, DateTimeOffset now) => (session.EndedAt, session.EndedBecause) = (now, because);

    private static AuditSubject Subject(Session session) => new(AuditSubject.User, session.Person);

    private static Actor Person(Session session) => new(
        session.UserId, session.Person, ActorKind.User, PlatformRole.None, System.Collections.Immutable.ImmutableDictionary<TenantId, TenantRole>.Empty);

    private static string Cut(string text, int most) => text.Length <= most ? text : text[..most];
}
