using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Recovery;
using Pioneer.Jobs.Hosting;

namespace Pioneer.Jobs.Recovery;

/// <summary>The durable side of playbook runs: steps, fence, verdicts, and the incident they belong to.</summary>
public sealed class PlaybookRunStore(IServiceScopeFactory scopes, PlaybookRunEvents events, TimeProvider time)
{
    private const int MaxAttempts = 5;
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(50);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Takes the run up with a new fence, making its steps at the first time; null when it is over or unknown.</summary>
    public async Task<PlaybookRun?> TakeUpAsync(PlaybookRunId id, Func<PlaybookRun, Playbook?> definition, CancellationToken ct)
    {
        await using var scope = scopes.OpenPlatform(out var db);
        var run = await db.PlaybookRuns.Include(run => run.Steps).SingleOrDefaultAsync(run => run.Id == id, ct);
        if (run is null || PlaybookRun.Over.Contains(run.State)
            || definition(run) is not { } playbook)
        {
            return null;
        }

        for (var ordinal = run.Steps.Count + 1; ordinal <= playbook.Steps.Length; ordinal++)
        {
            run.Steps.Add(new PlaybookStep
            {
                PlaybookRunId = id,
                Ordinal = ordinal,
                Name = playbook.Steps[ordinal - 1].Name,
                IdempotencyKey = $"{id}:{ordinal}",
            });
        }

        run.FencingToken++;
        run.State = PlaybookRunState.Running;
        run.Error = null;
        run.StartedAt ??= time.GetUtcNow();
        await db.SaveChangesAsync(ct);
        events.Publish(id);
        return run;
    }

    /// <summary>Marks a step as running; false when another runner holds the run.</summary>
    public Task<bool> BeginStepAsync(PlaybookRun taken, int ordinal, CancellationToken ct) => ChangeAsync(taken, (_, run) =>
    {
        var step = run.Steps.Single(step => step.Ordinal == ordinal);
        step.State = PlaybookStepState.Running;
        step.StartedAt ??= time.GetUtcNow();
        return Task.CompletedTask;
    }, ct);

    /// <summary>Marks a step as done or failed; a failed one pauses the run, or ends it when nobody asked for it.</summary>
    public Task<bool> EndStepAsync(PlaybookRun taken, int ordinal, StepOutcome outcome, CancellationToken ct) => ChangeAsync(taken, async (db, run) =>
    {
        var step = run.Steps.Single(step => step.Ordinal == ordinal);
        step.State = outcome.Succeeded ? PlaybookStepState.Done : PlaybookStepState.Failed;
        step.Detail = outcome.Detail;
        step.FinishedAt = time.GetUtcNow();
        if (!outcome.Succeeded)
        {
            run.Error = $"{step.Name}: {outcome.Detail}";
            Stop(run);
        }

        if (await OpenIncidentAsync(db, run, ct) is { } incident)
        {
            incident.State = run.State is PlaybookRunState.Aborted ? IncidentState.Open : IncidentState.Recovering;
            incident.Timeline.Add(new IncidentEvent
            {
                IncidentId = incident.Id,
                At = time.GetUtcNow(),
                IsShared = true,
                Text = $"{step.Name}. {outcome.Shared}",
            });
        }
    }, ct);

    /// <summary>Writes that the run broke off outside of its steps: it pauses, or ends when nobody asked for it.</summary>
    public Task<bool> BreakAsync(PlaybookRun taken, string reason, CancellationToken ct) => ChangeAsync(taken, async (db, run) =>
    {
        run.Error = reason;
        Stop(run);
        if (run.State is PlaybookRunState.Aborted && await OpenIncidentAsync(db, run, ct) is { } incident)
        {
            incident.State = IncidentState.Open;
            incident.Timeline.Add(new IncidentEvent { IncidentId = incident.Id, At = time.GetUtcNow(), IsShared = true, Text = "The playbook run broke off; the next one begins anew." });
        }
    }, ct);

    /// <summary>Writes the verdicts, the measured times and the end of run and incident.</summary>
    public Task<bool> ConcludeAsync(PlaybookRun taken, IReadOnlyList<(TenantId Tenant, TenantVerdict Verdict)> judged, CancellationToken ct) =>
        ChangeAsync(taken, async (db, run) =>
        {
            var now = time.GetUtcNow();
            var incident = await OpenIncidentAsync(db, run, ct);
            var verdicts = judged.Select(judgement => (judgement.Tenant, Verdict: WithProvenLoss(incident, judgement.Tenant, judgement.Verdict))).ToList();
            var unknown = verdicts.Any(verdict => verdict.Verdict.Verdict is Verdict.Unknown);
            var lost = verdicts.Any(verdict => verdict.Verdict.Verdict is Verdict.Lost or Verdict.ReseedNeeded);
            run.State = lost ? PlaybookRunState.CompletedWithLoss : PlaybookRunState.Completed;
            run.Error = unknown ? $"No verdict yet. {verdicts.First(verdict => verdict.Verdict.Verdict is Verdict.Unknown).Verdict.Explanation}" : null;
            run.FinishedAt = now;
            if (unknown)
            {
                Stop(run);
            }

            run.RtoMs = (long)(now - BeganAt(run, incident, now)).TotalMilliseconds;
            run.RpoMs = unknown || lost ? null : 0;
            if (incident is not null)
            {
                Conclude(incident, verdicts, now, unknown);
            }
        }, ct);

    /// <summary>The incident that the run works on; null before its detection.</summary>
    public async Task<Incident?> IncidentOfAsync(PlaybookRun run, CancellationToken ct)
    {
        await using var scope = scopes.OpenPlatform(out var db);
        return await OpenIncidentAsync(db, run, ct);
    }

    /// <summary>What was proven lost at the detection stays so, whatever the evidence from before it, which ends too early or too late, can show.</summary>
    private static TenantVerdict WithProvenLoss(Incident? incident, TenantId tenant, TenantVerdict judged) =>
        incident?.Tenants.Find(affected => affected.TenantId == tenant) is { Verdict: Verdict.Lost } known && judged.Verdict is not (Verdict.Lost or Verdict.ReseedNeeded)
            ? judged with { Verdict = Verdict.Lost, Explanation = known.Explanation }
            : judged;

    /// <summary>A run that somebody asked for waits for that person; an automatic one makes room for the next.</summary>
    private void Stop(PlaybookRun run) =>
        (run.State, run.FinishedAt) = run.IsAutomatic ? (PlaybookRunState.Aborted, time.GetUtcNow()) : (PlaybookRunState.PausedByFailedStep, run.FinishedAt);

    /// <summary>A drill knows the moment of its fault; a real failure is counted from its detection, as the last moment it was seen whole is too early.</summary>
    private static DateTimeOffset BeganAt(PlaybookRun run, Incident? incident, DateTimeOffset now)
    {
        var fault = run.IsDrill ? run.Steps.Find(step => step.Ordinal == DrillSteps.FaultOrdinal)?.StartedAt : null;
        return fault ?? incident?.DetectedAt ?? run.StartedAt ?? now;
    }

    private static void Conclude(Incident incident, IReadOnlyList<(TenantId Tenant, TenantVerdict Verdict)> verdicts, DateTimeOffset now, bool unknown)
    {
        foreach (var (tenant, verdict) in verdicts)
        {
            // a line for each tenant: one for all of them would tell each the names and losses of the others
            incident.Timeline.Add(new IncidentEvent
            {
                IncidentId = incident.Id,
                At = now,
                TenantId = tenant,
                Text = $"{verdict.Tenant}: {verdict.Explanation}",
            });
            if (incident.Tenants.Find(affected => affected.TenantId == tenant) is { } affected)
            {
                affected.Verdict = verdict.Verdict;
                affected.Explanation = verdict.Explanation;
                affected.Proof = JsonSerializer.Serialize(verdict, Json);
                affected.LossBeginsAt = null;
            }
        }

        incident.State = unknown ? IncidentState.Verifying : IncidentState.Closed;
        incident.DeliveredAgainAt ??= unknown ? null : now;
        incident.ClosedAt = unknown ? null : now;
    }

    /// <summary>The watch and people write on the same incident: a change that met another is made again on what is there then.</summary>
    private async Task<bool> ChangeAsync(PlaybookRun taken, Func<PioneerDbContext, PlaybookRun, Task> change, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await TryChangeAsync(taken, change, ct);
            }
            catch (DbUpdateConcurrencyException) when (attempt < MaxAttempts)
            {
                await Task.Delay(RetryDelay * attempt, time, ct);
            }
        }
    }

    private async Task<bool> TryChangeAsync(PlaybookRun taken, Func<PioneerDbContext, PlaybookRun, Task> change, CancellationToken ct)
    {
        await using var scope = scopes.OpenPlatform(out var db);
        var run = await db.PlaybookRuns.Include(run => run.Steps).SingleAsync(run => run.Id == taken.Id, ct);
        if (run.FencingToken != taken.FencingToken)
        {
            return false;
        }

        await change(db, run);
        await db.SaveChangesAsync(ct);
        events.Publish(taken.Id);
        return true;
    }

    private static Task<Incident?> OpenIncidentAsync(PioneerDbContext db, PlaybookRun run, CancellationToken ct) =>
        db.Incidents.Include(incident => incident.Tenants).Include(incident => incident.Timeline).OpenOf(run.Scenario, run.Subject).FirstOrDefaultAsync(ct);
}

/// <summary>Tells pages of this process that a playbook run changed. Handlers must be quick and must not throw.</summary>
public sealed class PlaybookRunEvents
{
    /// <summary>Raised on the runner's thread after each committed change.</summary>
    public event Action<PlaybookRunId>? Changed;

    internal void Publish(PlaybookRunId run) => Changed?.Invoke(run);
}
