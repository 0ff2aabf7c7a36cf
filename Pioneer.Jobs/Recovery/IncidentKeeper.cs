using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Recovery;
using Pioneer.Jobs.Hosting;

namespace Pioneer.Jobs.Recovery;

/// <summary>
/// Opens an incident when two quick looks in a row show the same failure, or a finding of the rounds has lasted; one open incident a scenario and subject. A failure that
/// comes again before the verdict belongs to the same incident: who and what is new since then is added to it. Closing takes a verdict, so that is done
/// by a playbook run, never by silence.
/// </summary>
public sealed partial class IncidentKeeper(
    IServiceScopeFactory scopes, TenantFlowReader flows, PlatformPicture picture, EvidenceStore evidence, DrillMarker drills, IIdGenerator ids,
    TimeProvider time, ILogger<IncidentKeeper> logger)
{
    private const string Cluster = "kafka";

    // subjects that had failed at the last look: they are the same failure still
    private HashSet<string> _failing = [];

    // likewise for the rounds
    private HashSet<(string Scenario, string Subject)> _found = [];

    /// <summary>Compares two looks in a row and opens what both of them show. Looks come one after the other.</summary>
    public async Task JudgeAsync(QuickLook? before, QuickLook now, CancellationToken ct)
    {
        if (before is null)
        {
            return;
        }

        // a connector of which nothing was seen has not recovered
        var failing = IsSeen(before, now) ? [] : _failing.Where(subject => subject != Cluster).ToHashSet(StringComparer.Ordinal);
        var failures = Failures(before, now).ToList();
        failing.UnionWith(failures.Select(failure => failure.Subject));
        await NoteAsync(failures, ct);
        _failing = failing;
    }

    /// <summary>Opens what the rounds of evidence have found. Rounds come one after the other, beside the looks.</summary>
    public async Task NoteAsync(IReadOnlyCollection<Finding> findings, CancellationToken ct)
    {
        var open = findings.Count == 0 ? [] : (await OpenIncidentsAsync(ct)).ToHashSet();
        var unknown = findings.Where(finding => !_found.Contains(finding.Key) || !open.Contains(finding.Key)).ToList();
        if (unknown.Count > 0)
        {
            var tenants = await flows.ReadAsync(ct);
            foreach (var finding in unknown)
            {
                var failure = new Failure(finding.Scenario, finding.Subject, finding.Title, finding.Reason, tenant => finding.Tenants.Contains(tenant.Slug.Value));
                await NoteAsync(failure, [.. tenants.Where(failure.Affects)], ct);
            }
        }

        _found = findings.Select(finding => finding.Key).ToHashSet();
    }

    private static bool IsSeen(QuickLook before, QuickLook now) => now.BrokersAnswer && before.Connectors is not null && now.Connectors is not null;

    private static IEnumerable<Failure> Failures(QuickLook before, QuickLook now)
    {
        if (!before.BrokersAnswer && !now.BrokersAnswer)
        {
            return [new Failure(Scenario.ClusterUnavailable, Cluster, "Kafka does not answer", "No broker answered two probes in a row.", tenant => true)];
        }

        if (!IsSeen(before, now))
        {
            return [];
        }

        var failedBefore = before.Connectors!.Value.Where(old => old.IsFailed).Select(old => old.Name).ToHashSet(StringComparer.Ordinal);
        return from failed in now.Connectors!.Value
               where failed.IsFailed && IsOurs(failed) && failedBefore.Contains(failed.Name)
               select new Failure(Scenario.ConnectorFailed, failed.Name, $"Connector {failed.Name}: task failed", FirstLine(failed.Trace),
                   tenant => tenant.Flow.Ingestions.Any(hop => hop.Connector == failed.Name));
    }

    private async Task NoteAsync(List<Failure> failures, CancellationToken ct)
    {
        if (failures.Count == 0)
        {
            return;
        }

        var known = (await OpenIncidentsAsync(ct)).Where(open => _failing.Contains(open.Subject)).ToHashSet();
        var unknown = failures.Where(failure => !known.Contains((failure.Scenario.Number, failure.Subject))).ToList();
        if (unknown.Count == 0)
        {
            return;
        }

        var tenants = await flows.ReadAsync(ct);
        foreach (var failure in unknown)
        {
            await NoteAsync(failure, [.. tenants.Where(failure.Affects)], ct);
        }
    }

    private async Task<List<(string Scenario, string Subject)>> OpenIncidentsAsync(CancellationToken ct)
    {
        await using var scope = scopes.OpenPlatform(out var db);
        return await db.Incidents.Where(incident => incident.State != IncidentState.Closed)
            .Select(incident => ValueTuple.Create(incident.Scenario, incident.Subject)).ToListAsync(ct);
    }

    private async Task NoteAsync(Failure failure, ImmutableArray<WatchedTenant> touched, CancellationToken ct)
    {
        if (touched.Length == 0 && failure.Scenario == Scenario.ConnectorFailed)
        {
            // somebody else's connector on a shared Connect cluster
            return;
        }

        await using var scope = scopes.OpenPlatform(out var db);
        var open = await db.Incidents.Include(incident => incident.Tenants).Include(incident => incident.Timeline).AsSplitQuery()
            .OpenOf(failure.Scenario.Number, failure.Subject).FirstOrDefaultAsync(ct);
        await (open is null ? OpenAsync(db, failure, touched, ct) : AddToAsync(db, open, failure, touched, ct));
    }

    /// <summary>Without this, what the tenants that came since lose by the failure would be judged by nobody, or against nothing.</summary>
    private async Task AddToAsync(PioneerDbContext db, Incident incident, Failure failure, ImmutableArray<WatchedTenant> touched, CancellationToken ct)
    {
        var known = incident.Tenants.Select(affected => affected.TenantId).ToHashSet();
        var joined = touched.Where(tenant => !known.Contains(tenant.Id)).ToList();
        var lastGood = picture.LastGood;
        var isCovered = lastGood is null || (await evidence.BeforeAsync(incident, ct))?.Covers(lastGood, touched.Select(tenant => tenant.Flow)) == true;
        if (joined.Count == 0 && isCovered)
        {
            return;
        }

        var now = time.GetUtcNow();
        incident.Tenants.AddRange(joined.Select(tenant => Affected(incident.Id, failure, tenant, lastGood, now)));
        incident.Timeline.Add(new IncidentEvent
        {
            IncidentId = incident.Id,
            At = now,
            IsShared = true,
            LastGoodAt = lastGood?.TakenAt,
            Text = $"Detected again before there was a verdict: {failure.Title}.",
        });
        await db.SaveChangesAsync(ct);
        Log.Again(logger, incident.Id, failure.Scenario.Number, failure.Subject, joined.Count);
    }

    private async Task OpenAsync(PioneerDbContext db, Failure failure, ImmutableArray<WatchedTenant> touched, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var id = ids.Next<IncidentId>();
        var lastGood = picture.LastGood;
        db.Incidents.Add(new Incident
        {
            Id = id,
            Scenario = failure.Scenario.Number,
            Subject = failure.Subject,
            Title = failure.Title,
            Reason = failure.Reason,
            DetectedAt = now,
            LastGoodAt = lastGood?.TakenAt,
            IsDrill = drills.IsRunning(failure.Scenario, failure.Subject),
            Tenants = [.. touched.Select(tenant => Affected(id, failure, tenant, lastGood, now))],
            Timeline =
            [
                new IncidentEvent { IncidentId = id, At = now, IsShared = true, Text = $"Detected: {failure.Title}." },
                new IncidentEvent { IncidentId = id, At = now, Text = failure.Reason },
            ],
        });
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException)
        {
            if (!await db.Incidents.OpenOf(failure.Scenario.Number, failure.Subject).AnyAsync(ct))
            {
                throw;
            }

            // another process that watches the same platform opened it meanwhile: an index holds one open incident a scenario and subject
            return;
        }

        Log.Opened(logger, id, failure.Scenario.Number, failure.Subject, failure.Reason);
    }

    private static IncidentTenant Affected(IncidentId incident, Failure failure, WatchedTenant tenant, EvidenceRound? lastGood, DateTimeOffset now) => new()
    {
        IncidentId = incident,
        TenantId = tenant.Id,
        // what retention deleted is proven lost by the offsets that show it
        Verdict = failure.Scenario == Scenario.RetentionPassed ? Verdict.Lost : Verdict.Unknown,
        Explanation = failure.Scenario == Scenario.RetentionPassed ? failure.Reason : failure.Scenario.Meaning,
        LossBeginsAt = lastGood is null ? null : LossHorizon.Of(tenant.Flow, lastGood, now).Left is { } left ? now + left : null,
    };

    /// <summary>Ours bear the names of their topics; what else fails on a shared Connect cluster is not worth a look at every tenant each second.</summary>
    private static bool IsOurs(ConnectorEvidence connector) => TopicNames.Parse(connector.Name) is not null;

    private static string FirstLine(string? trace) =>
        trace is null ? "Its status is FAILED; the worker gave no trace." : trace.Split('\n', 2)[0].Trim();

    /// <summary>What two looks in a row have shown.</summary>
    private sealed record Failure(Scenario Scenario, string Subject, string Title, string Reason, Func<WatchedTenant, bool> Affects);

    private static partial class Log
    {
        [LoggerMessage(EventId = 6020, Level = LogLevel.Warning, Message = "Incident {Incident} opened: {Scenario} on {Subject}. {Reason}")]
        public static partial void Opened(ILogger logger, IncidentId incident, string scenario, string subject, string reason);

        [LoggerMessage(EventId = 6021, Level = LogLevel.Warning, Message = "Incident {Incident}: {Scenario} on {Subject} came again before its verdict; {Joined} more tenants are affected")]
        public static partial void Again(ILogger logger, IncidentId incident, string scenario, string subject, int joined);
    }
}

/// <summary>Knows which drills are injecting a fault in this process, so that their incidents are marked as drills.</summary>
public sealed class DrillMarker
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<(string Scenario, string Subject), bool> _running = new();

    /// <summary>Whether a drill of the scenario on the subject is under way.</summary>
    public bool IsRunning(Scenario scenario, string subject) => _running.ContainsKey((scenario.Number, subject));

    internal void Begin(Scenario scenario, string subject) => _running[(scenario.Number, subject)] = true;

    internal void End(Scenario scenario, string subject) => _running.TryRemove((scenario.Number, subject), out _);
}
