using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Recovery;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Hosting;

namespace Pioneer.Jobs.Recovery;

/// <summary>
/// Starts the playbook against failed connectors without being asked, where the failure may pass by itself; after a failed try again with longer
/// pauses, and no more than so often. Keeps away from drills, from connectors that a person's run works on, and from a cluster that is being
/// recovered. Remembers nothing: what was done stands in the runs, so a killed process is followed by one that goes on. Of two processes at once
/// the database lets one start the run.
/// </summary>
public sealed partial class AutomaticRestarts(
    IServiceScopeFactory scopes, IOptions<AutomaticRestartOptions> options, TimeProvider time, ILogger<AutomaticRestarts> logger)
{
    // long enough for a Connect worker that has just started and does not list its connectors yet
    private static readonly TimeSpan GoneFor = TimeSpan.FromMinutes(1), BetweenVerdicts = TimeSpan.FromMinutes(10);

    private const int MaxVerdicts = 3;

    private readonly ConcurrentDictionary<string, DateTimeOffset> _goneSince = new(StringComparer.Ordinal);

    /// <summary>Does what is due after a look at the platform.</summary>
    public async Task ReactAsync(QuickLook look, CancellationToken ct)
    {
        if (!options.Value.Enabled || !look.BrokersAnswer || look.Connectors is not { } connectors)
        {
            return;
        }

        await using var scope = scopes.OpenPlatform(out var db);
        var incidents = await db.Incidents.Include(incident => incident.Timeline)
            .Where(incident => incident.Scenario == Scenario.ConnectorFailed.Number && incident.State != IncidentState.Closed && !incident.IsDrill)
            .ToListAsync(ct);
        if (incidents.Count == 0 || await IsClusterBeingRecoveredAsync(db, ct))
        {
            return;
        }

        var playbooks = scope.ServiceProvider.GetRequiredService<RunPlaybooks>();
        foreach (var incident in incidents)
        {
            var connector = connectors.FirstOrDefault(connector => connector.Name == incident.Subject);
            if (connector is null || (!connector.IsFailed && connector.State is "PAUSED" or "STOPPED"))
            {
                await CloseOnceGoneAsync(db, incident, isDeleted: connector is null, ct);
                continue;
            }

            _goneSince.TryRemove(incident.Subject, out _);
            if (connector.IsFailed || IsWhole(connector))
            {
                await ReactAsync(db, playbooks, incident, connector, ct);
            }
        }
    }

    private async Task ReactAsync(PioneerDbContext db, RunPlaybooks playbooks, Incident incident, ConnectorEvidence connector, CancellationToken ct)
    {
        if (await IsAnyRunUnderWayAsync(db, incident, ct))
        {
            return;
        }

        if (connector.IsFailed && ConnectorFailure.LastingCause(connector.Trace) is { } cause)
        {
            await NoteOnceAsync(db, incident,
                $"Not restarted automatically: {cause} would come back. Mend the cause, then run the playbook.", ct);
            return;
        }

        var past = await PastAsync(db, incident, ct);
        var schedule = RestartSchedule.Of(past, incident.Id, incident.DetectedAt, options.Value);
        if (schedule.Due is null && IsWhole(connector) && past.Count > 0 && time.GetUtcNow() - past[^1].EndedAt >= BetweenVerdicts
            && await db.PlaybookRuns.CountAsync(run => run.IncidentId == incident.Id && run.IsAutomatic, ct) < options.Value.MaxRestarts + MaxVerdicts)
        {
            await playbooks.AutomaticallyAsync(incident.Id, "The connector runs again: the playbook gives the verdict.", ct);
        }
        else if (schedule.Due is not { } due)
        {
            await NoteOnceAsync(db, incident,
                $"Restarted {schedule.Restarts} times without lasting effect: no more automatic restarts, a person is needed.", ct);
        }
        else if (time.GetUtcNow() >= due)
        {
            var started = await playbooks.AutomaticallyAsync(
                incident.Id, $"Automatic restart {schedule.Restarts + 1} of at most {options.Value.MaxRestarts}.", ct);
            Log.Started(logger, incident.Subject, schedule.Restarts + 1, started.Error?.Message ?? "started");
        }
    }

    /// <summary>Nothing is left to recover: the incident ends, without a verdict where none was given.</summary>
    private async Task CloseOnceGoneAsync(PioneerDbContext db, Incident incident, bool isDeleted, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var what = isDeleted ? "was deleted" : "was paused on purpose";
        if (now - _goneSince.GetOrAdd(incident.Subject, now) < GoneFor || await IsAnyRunUnderWayAsync(db, incident, ct))
        {
            return;
        }

        if (isDeleted && await IsWantedAsync(db, incident.Subject, ct))
        {
            // it is missing, not deleted: drift says so and the plan makes it again
            return;
        }

        _goneSince.TryRemove(incident.Subject, out _);
        incident.State = IncidentState.Closed;
        incident.ClosedAt = now;
        await db.Entry(incident).Collection(row => row.Tenants).LoadAsync(ct);
        incident.Tenants.ForEach(tenant => tenant.LossBeginsAt = null);
        incident.Timeline.Add(new IncidentEvent
        {
            IncidentId = incident.Id, At = now, IsShared = true, Text = $"The connector {what}: nothing is left to recover. What had not come through by then got no verdict.",
        });
        await db.SaveChangesAsync(ct);
        Log.Left(logger, incident.Subject, what);
    }

    /// <summary>Whether a tenant's feed still wants the connector, which bears the name of its T topic.</summary>
    private static async Task<bool> IsWantedAsync(PioneerDbContext db, string connector, CancellationToken ct) =>
        TopicNames.Parse(connector) is { Kind: TopicKind.Feed } topic
        && await (from entitlement in db.Entitlements
                  join tenant in db.Tenants on entitlement.TenantId equals tenant.Id
                  join feed in db.Feeds on entitlement.FeedId equals feed.Id
                  where entitlement.State == EntitlementState.Granted && tenant.Slug == topic.Tenant && tenant.State != TenantState.Deleted && feed.Name == topic.Name
                  select feed.Id).AnyAsync(ct);

    /// <summary>A connector that runs again by itself or by a person's hand: the run finds nothing to restart and gives the verdict.</summary>
    private static bool IsWhole(ConnectorEvidence connector) =>
        connector is { State: "RUNNING", Tasks.Length: > 0 } && connector.Tasks.All(task => task.State == "RUNNING");

    private static Task<bool> IsAnyRunUnderWayAsync(PioneerDbContext db, Incident incident, CancellationToken ct) =>
        db.PlaybookRuns.UnderWay(incident.Scenario).AnyAsync(run => run.Subject == incident.Subject, ct);

    /// <summary>A run that restarts what failed itself. One that has paused for a person does not, and may wait for the very connector.</summary>
    private static Task<bool> IsClusterBeingRecoveredAsync(PioneerDbContext db, CancellationToken ct) =>
        db.PlaybookRuns.UnderWay(Scenario.ClusterUnavailable.Number).AnyAsync(run => run.State != PlaybookRunState.PausedByFailedStep, ct);

    private async Task<List<PastRestart>> PastAsync(PioneerDbContext db, Incident incident, CancellationToken ct)
    {
        var latest = await db.PlaybookRuns.AsNoTracking()
            .Where(run => run.IsAutomatic && run.Scenario == incident.Scenario && run.Subject == incident.Subject && run.FinishedAt != null)
            .OrderByDescending(run => run.RequestedAt).Take(options.Value.MaxRestarts)
            .Join(db.Incidents, run => run.IncidentId, failure => failure.Id, (run, failure) => new { run.Id, Incident = failure.Id, failure.DetectedAt, run.FinishedAt })
            .ToListAsync(ct);
        return [.. latest.OrderBy(run => run.FinishedAt).Select(run => new PastRestart(run.Id, run.Incident, run.DetectedAt, run.FinishedAt!.Value))];
    }

    private async Task NoteOnceAsync(PioneerDbContext db, Incident incident, string text, CancellationToken ct)
    {
        if (!incident.Timeline.Exists(line => line.Text == text))
        {
            incident.Timeline.Add(new IncidentEvent { IncidentId = incident.Id, At = time.GetUtcNow(), IsShared = true, Text = text });
            await db.SaveChangesAsync(ct);
            Log.Left(logger, incident.Subject, text);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 6040, Level = LogLevel.Information, Message = "Automatic restart {Number} of {Connector}: {Outcome}")]
        public static partial void Started(ILogger logger, string connector, int number, string outcome);

        [LoggerMessage(EventId = 6041, Level = LogLevel.Warning, Message = "{Connector} is left to a person. {Reason}")]
        public static partial void Left(ILogger logger, string connector, string reason);
    }
}
