using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Recovery;
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
        if (incidents.Count == 0 || await IsAnyRunUnderWayAsync(db, Scenario.ClusterUnavailable.Number, null, ct))
        {
            return;
        }

        var playbooks = scope.ServiceProvider.GetRequiredService<RunPlaybooks>();
        foreach (var incident in incidents)
        {
            if (connectors.FirstOrDefault(connector => connector.Name == incident.Subject) is { } connector && (connector.IsFailed || IsWhole(connector)))
            {
                await ReactAsync(db, playbooks, incident, connector, ct);
            }
        }
    }

    private async Task ReactAsync(PioneerDbContext db, RunPlaybooks playbooks, Incident incident, ConnectorEvidence connector, CancellationToken ct)
    {
        if (await IsAnyRunUnderWayAsync(db, incident.Scenario, incident.Subject, ct))
        {
            return;
        }

        if (connector.IsFailed && ConnectorFailure.LastingCause(connector.Trace) is { } cause)
        {
            await NoteOnceAsync(db, incident,
                $"Not restarted automatically: {cause} would come back. Mend the cause, then run the playbook.", ct);
            return;
        }

        var schedule = RestartSchedule.Of(await PastAsync(db, incident, ct), incident.Id, incident.DetectedAt, options.Value);
        if (schedule.Due is not { } due)
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

    /// <summary>A connector that runs again by itself or by a person's hand: the run finds nothing to restart and gives the verdict.</summary>
    private static bool IsWhole(ConnectorEvidence connector) =>
        connector is { State: "RUNNING", Tasks.Length: > 0 } && connector.Tasks.All(task => task.State == "RUNNING");

    private static Task<bool> IsAnyRunUnderWayAsync(PioneerDbContext db, string scenario, string? subject, CancellationToken ct) =>
        db.PlaybookRuns.AnyAsync(
            run => run.Scenario == scenario && (subject == null || run.Subject == subject) && !PlaybookRun.Over.Contains(run.State), ct);

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
            incident.Timeline.Add(new IncidentEvent { IncidentId = incident.Id, At = time.GetUtcNow(), Text = text });
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
