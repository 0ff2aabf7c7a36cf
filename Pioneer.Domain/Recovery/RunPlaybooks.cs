using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Recovery;

/// <summary>A playbook run that was accepted.</summary>
public sealed record PlaybookStarted(PlaybookRunId Run, OperationId Operation);

/// <summary>Starts playbooks against open incidents, drills, and runs that stand paused.</summary>
public sealed class RunPlaybooks(IDbContextFactory<PioneerDbContext> contexts, WorkRecorder work)
{
    /// <summary>Runs the playbook of the incident's scenario.</summary>
    public async Task<Result<PlaybookStarted>> AgainstAsync(Actor actor, IncidentId incident, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var row = await db.Incidents.AsNoTracking().SingleOrDefaultAsync(candidate => candidate.Id == incident, cancellationToken);
        if (row is null)
        {
            return Error.NotFound("Incident", incident.ToString());
        }

        return row.State is IncidentState.Closed
            ? Error.Conflict("IncidentClosed", $"The incident '{row.Title}' is over.", "Look at its verdict; there is nothing left to recover.")
            : await StartAsync(db, actor, row.Scenario, row.Subject, incident, RunKind.Asked, cancellationToken);
    }

    /// <summary>Runs the playbook of the incident's scenario without having been asked, and says so in the incident's timeline.</summary>
    /// <param name="why">For everybody whom the incident touches: names no tenant.</param>
    public async Task<Result<PlaybookStarted>> AutomaticallyAsync(IncidentId incident, string why, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var row = await db.Incidents.SingleAsync(candidate => candidate.Id == incident, cancellationToken);
        row.Timeline.Add(new IncidentEvent { IncidentId = incident, At = work.Now, IsShared = true, Text = why });
        return await StartAsync(db, Actor.System, row.Scenario, row.Subject, incident, RunKind.Automatic, cancellationToken);
    }

    /// <summary>Injects the scenario's fault and runs its playbook. Whether this platform is a drill target is for the caller to know.</summary>
    /// <param name="subject">The connector to fail; <c>kafka</c> for the brokers.</param>
    public async Task<Result<PlaybookStarted>> DrillAsync(Actor actor, string scenario, string subject, bool isDrillTarget, CancellationToken cancellationToken)
    {
        if (Scenario.Find(scenario) is not { Drill: not null })
        {
            return Error.NotFound("Scenario", scenario);
        }

        if (TextLimits.Check("subject", "subject", subject, TextLimits.LongName) is { } tooLong)
        {
            return tooLong;
        }

        if (!isDrillTarget)
        {
            return Error.Conflict("NotADrillTarget", "This platform is not a drill target: a drill would stop what others rely on.",
                "Run drills on the embedded platform or on a test cluster.");
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await StartAsync(db, actor, scenario, subject, null, RunKind.Drill, cancellationToken);
    }

    /// <summary>Lets a run that a failed step or a person paused go on at the step where it stands.</summary>
    public async Task<Result<PlaybookStarted>> ResumeAsync(Actor actor, PlaybookRunId id, CancellationToken cancellationToken)
    {
        var allowed = TenantAuthorisation.RequirePlatform(actor, PlatformPermission.Operate);
        if (allowed.IsFailure)
        {
            return allowed.Error;
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var run = await db.PlaybookRuns.SingleOrDefaultAsync(candidate => candidate.Id == id, cancellationToken);
        if (run is null)
        {
            return Error.NotFound("PlaybookRun", id.ToString());
        }

        if (run.State is not (PlaybookRunState.PausedByFailedStep or PlaybookRunState.PausedByOperator))
        {
            return Error.Conflict("RunNotPaused", $"The run is {run.State}, not paused.");
        }

        var operation = work.Request(db, actor, KindOf(run.IsDrill), null, run.Subject, id.ToString());
        run.OperationId = operation.Id;
        run.State = PlaybookRunState.Planned;
        work.Audit(db, actor, "PlaybookResumed", new AuditSubject("playbook", $"{run.Scenario} {run.Subject}"), operation: operation);
        var saved = await work.SaveAsync(db, operation, cancellationToken);
        return saved.IsFailure ? saved.Error : new PlaybookStarted(id, operation.Id);
    }

    private async Task<Result<PlaybookStarted>> StartAsync(
        PioneerDbContext db, Actor actor, string scenario, string subject, IncidentId? incident, RunKind kind, CancellationToken cancellationToken)
    {
        var allowed = TenantAuthorisation.RequirePlatform(actor, PlatformPermission.Operate);
        if (allowed.IsFailure)
        {
            return allowed.Error;
        }

        var underWay = Error.Conflict("PlaybookRunning", $"A run against {scenario} on {subject} is under way.", "Follow or resume that one.");
        if (await db.PlaybookRuns.UnderWay(scenario).AnyAsync(run => run.Subject == subject, cancellationToken))
        {
            return underWay;
        }

        var id = work.NextId<PlaybookRunId>();
        var operation = work.Request(db, actor, KindOf(kind is RunKind.Drill), null, subject, id.ToString());
        db.PlaybookRuns.Add(new PlaybookRun
        {
            Id = id,
            IncidentId = incident,
            Scenario = scenario,
            Subject = subject,
            IsDrill = kind is RunKind.Drill,
            IsAutomatic = kind is RunKind.Automatic,
            OperationId = operation.Id,
            RequestedAt = work.Now,
            RequestedBy = actor.Name,
        });
        work.Audit(db, actor, kind is RunKind.Drill ? "DrillStarted" : "PlaybookStarted", new AuditSubject("playbook", $"{scenario} {subject}"), operation: operation);
        var saved = await work.SaveAsync(db, operation, underWay, cancellationToken);
        return saved.IsFailure ? saved.Error : new PlaybookStarted(id, operation.Id);
    }

    private enum RunKind
    {
        Asked,
        Automatic,
        Drill,
    }

    private static OperationKind KindOf(bool isDrill) => isDrill ? OperationKind.RunDrill : OperationKind.RunPlaybook;
}
