using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Isolation;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Recovery;
using Pioneer.Jobs.Provisioning;

namespace Pioneer.Jobs.Isolation;

/// <summary>
/// Opens an incident for each tenant whose things could be reached by another, and one for the platform's own; one open incident a subject, to which a
/// later check adds. A tenant reads that its things could be reached, never by whom. An incident is closed by a check of the same tenant that tried each hole
/// again and was refused, when no other tenant's newest check reaches the subject; its verdict stays unknown, as a fence that holds again does not say who read meanwhile.
/// </summary>
public sealed partial class IsolationIncidents(IDbContextFactory<PioneerDbContext> database, IIdGenerator ids, TimeProvider time, ILogger<IsolationIncidents> logger)
{
    private const string Platform = "platform";
    private const int MaxReason = 3500;

    internal async Task NoteAsync(CheckedTenant tenant, AttackGround ground, IsolationRecord record, CancellationToken ct)
    {
        var broken = AttemptsOf(record).Where(attempt => attempt.Result is AttemptResult.Broken);
        await CloseAsync(tenant, ground, record, ct);
        foreach (var subject in broken.GroupBy(attempt => attempt.Reached))
        {
            var exposed = ground.Tenants.FirstOrDefault(other => other.Slug.Value == subject.Key);
            await NoteAsync(tenant, exposed, [.. subject], ct);
        }
    }

    /// <summary>Closes what the tenant's check before reached and this one did not.</summary>
    private async Task CloseAsync(CheckedTenant tenant, AttackGround ground, IsolationRecord record, CancellationToken ct)
    {
        await using var db = await database.CreateDbContextAsync(ct);
        var before = await LastBrokenAsync(db, tenant.Id, record.Id, ct);
        var closed = Refused(before, AttemptsOf(record), earlier => IsGone(earlier, tenant, ground)).Except(await ReachedByOthersAsync(db, tenant, ct)).ToList();
        foreach (var subject in closed)
        {
            if (await db.Incidents.Include(row => row.Timeline).OpenOf(QueryIsolationCheck.IsolationScenario, subject).FirstOrDefaultAsync(ct) is { } open)
            {
                open.State = IncidentState.Closed;
                open.ClosedAt = time.GetUtcNow();
                open.Timeline.Add(new IncidentEvent
                {
                    IncidentId = open.Id, At = time.GetUtcNow(), IsShared = true,
                    Text = "A later check tried the same again and was refused everywhere: closed. Whether somebody read meanwhile is not known from it.",
                });
            }
        }

        await db.SaveChangesAsync(ct);
    }

    /// <summary>What the newest check of a tenant that was let through reached; empty where none was.</summary>
    /// <param name="but">A record that does not count.</param>
    internal static async Task<ImmutableArray<IsolationAttempt>> LastBrokenAsync(PioneerDbContext db, TenantId tenant, long? but, CancellationToken ct)
    {
        var row = await db.IsolationRecords.AsNoTracking().Where(row => row.TenantId == tenant && row.Id != but && row.Outcome == IsolationOutcome.Broken)
            .OrderByDescending(row => row.Id).FirstOrDefaultAsync(ct);
        return row is null ? [] : [.. AttemptsOf(row).Where(attempt => attempt.Result is AttemptResult.Broken)];
    }

    /// <summary>Subjects that were reached before and are not any more, as each hole was tried again and every answer was a refusal.</summary>
    /// <param name="isGone">Whether an earlier attempt cannot be made any more, as who made it is gone.</param>
    internal static ImmutableArray<string> Refused(IEnumerable<IsolationAttempt> before, IReadOnlyCollection<IsolationAttempt> now, Func<IsolationAttempt, bool> isGone)
    {
        var reached = now.Where(attempt => attempt.Result is AttemptResult.Broken).Select(Subject).ToHashSet();
        var tried = now.Where(attempt => !attempt.IsControl).ToLookup(Key);
        return
        [
            .. before.GroupBy(Subject).Where(subject => !reached.Contains(subject.Key) && subject.All(earlier => isGone(earlier)
                || (tried[Key(earlier)].Any() && tried[Key(earlier)].All(attempt => attempt.Result is AttemptResult.Held)))).Select(subject => subject.Key),
        ];
    }

    /// <summary>Whether it lists what there is on the brokers: what it must not see has a name, and a list without it has none.</summary>
    internal static bool IsListing(IsolationAttempt attempt) => attempt is { Way: IsolationWay.Broker, What: "list topics" or "list groups" };

    private static string Subject(IsolationAttempt attempt) => attempt.Reached ?? Platform;

    /// <summary>By what one attempt is the same as another of a later check.</summary>
    private static (IsolationWay Way, string As, string? What, string? Target) Key(IsolationAttempt attempt) => attempt.Way switch
    {
        IsolationWay.Rules => (attempt.Way, attempt.As, null, null),
        // the name of a subscription or topic in an address may be another one the next day
        IsolationWay.Api or IsolationWay.Events => (attempt.Way, attempt.As, attempt.What, attempt.Target?.Split('/')[0]),
        _ => (attempt.Way, attempt.As, attempt.What, IsListing(attempt) ? null : attempt.Target),
    };

    /// <summary>A credential that was revoked has neither a password nor rules to try with.</summary>
    private static bool IsGone(IsolationAttempt earlier, CheckedTenant tenant, AttackGround ground) => ground.Unseen is null
        && earlier.Way is (IsolationWay.Rules or IsolationWay.Broker) && !ground.PrincipalsOf(tenant.Slug).Contains(earlier.As, StringComparer.Ordinal);

    /// <summary>What the newest checks of other tenants reached.</summary>
    private static async Task<HashSet<string>> ReachedByOthersAsync(PioneerDbContext db, CheckedTenant tenant, CancellationToken ct)
    {
        var newest = db.IsolationRecords.GroupBy(row => row.TenantId).Select(rows => rows.Max(row => row.Id));
        var broken = await db.IsolationRecords.AsNoTracking().Where(row => row.TenantId != tenant.Id && row.Outcome == IsolationOutcome.Broken && newest.Contains(row.Id)).ToListAsync(ct);
        return [.. broken.SelectMany(AttemptsOf).Where(attempt => attempt.Result is AttemptResult.Broken).Select(attempt => attempt.Reached ?? Platform)];
    }

    private static List<IsolationAttempt> AttemptsOf(IsolationRecord record) => JsonSerializer.Deserialize<List<IsolationAttempt>>(record.Attempts, IsolationChecks.Json) ?? [];

    private async Task NoteAsync(CheckedTenant by, CheckedTenant? exposed, List<IsolationAttempt> attempts, CancellationToken ct)
    {
        var subject = exposed?.Slug.Value ?? Platform;
        var reason = Reason(by, attempts);
        var now = time.GetUtcNow();
        await using var db = await database.CreateDbContextAsync(ct);
        var open = await db.Incidents.Include(row => row.Timeline).OpenOf(QueryIsolationCheck.IsolationScenario, subject).FirstOrDefaultAsync(ct);
        if (open is not null)
        {
            if (open.Timeline.TrueForAll(line => line.Text != reason))
            {
                open.Timeline.Add(new IncidentEvent { IncidentId = open.Id, At = now, Text = reason });
                await db.SaveChangesAsync(ct);
            }

            return;
        }

        var id = ids.Next<IncidentId>();
        var title = exposed is null ? "A part of the platform is not shut off from tenants" : $"{exposed.Slug} is not shut off from other tenants";
        db.Incidents.Add(new Incident
        {
            Id = id,
            Scenario = QueryIsolationCheck.IsolationScenario,
            Subject = subject,
            Title = title,
            Reason = reason,
            DetectedAt = now,
            Tenants = exposed is null
                ? []
                :
                [
                    new IncidentTenant
                    {
                        IncidentId = id, TenantId = exposed.Id, Verdict = Verdict.Unknown,
                        Explanation = "A check of isolation reached things of this tenant that must be refused. Whether somebody read them is not known.",
                    },
                ],
            Timeline =
            [
                new IncidentEvent { IncidentId = id, At = now, IsShared = true, Text = $"Detected: {title}." },
                new IncidentEvent { IncidentId = id, At = now, Text = reason },
            ],
        });
        try
        {
            await db.SaveChangesAsync(ct);
            Log.Opened(logger, id, subject, reason);
        }
        catch (DbUpdateException) when (!ct.IsCancellationRequested)
        {
            await using var again = await database.CreateDbContextAsync(ct);
            if (!await again.Incidents.OpenOf(QueryIsolationCheck.IsolationScenario, subject).AnyAsync(ct))
            {
                throw;
            }
        }
    }

    /// <summary>For the platform's people: who got what, and by which rule. The same holes give the same words.</summary>
    private static string Reason(CheckedTenant by, List<IsolationAttempt> attempts)
    {
        var lines = attempts.Select(attempt =>
            $"{attempt.As} may {attempt.What}{(attempt.Target is null ? "" : $" ({attempt.Target})")}{(attempt.Rules.IsEmpty ? "" : $", by the rule: {string.Join("; ", attempt.Rules)}")}.").Distinct();
        var text = $"The check of {by.Slug} was let through. {string.Join(' ', lines)}";
        return text.Length <= MaxReason / 2 ? text : text[..(MaxReason / 2)] + "…";
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 6120, Level = LogLevel.Error, Message = "Incident {Incident} opened: isolation of {Subject} is broken. {Reason}")]
        public static partial void Opened(ILogger logger, IncidentId incident, string subject, string reason);
    }
}
