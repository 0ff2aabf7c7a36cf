using Pioneer.Domain;
using Pioneer.Domain.Recovery;
using Pioneer.Jobs.Recovery;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Api.Recovery;

/// <summary>Status, loss horizons, scenarios, playbook runs and drills.</summary>
internal static class RecoveryApi
{
    public static void MapRecovery(this RouteGroupBuilder api)
    {
        api.MapGet("/recovery/status", async (RecoveryStatusReader status, CancellationToken ct) => Results.Ok(await status.ReadAsync(ct)));

        api.MapGet("/recovery/horizons", async (RecoveryStatusReader status, CancellationToken ct) =>
            Results.Ok((await status.ReadAsync(ct)).Tenants.Select(tenant => tenant.Horizon)));

        api.MapGet("/recovery/scenarios", () => Results.Ok(Scenario.Catalogue));

        api.MapPost("/recovery/runs", async (RunBody body, RunPlaybooks playbooks, CurrentActor current, CancellationToken ct) =>
            Started(await playbooks.AgainstAsync(current.Actor, body.IncidentId, ct)));

        api.MapPost("/recovery/runs/{id}:resume", async (PlaybookRunId id, RunPlaybooks playbooks, CurrentActor current, CancellationToken ct) =>
            Started(await playbooks.ResumeAsync(current.Actor, id, ct)));

        api.MapPost("/recovery/drills", async (DrillBody body, RunPlaybooks playbooks, DrillSteps drills, CurrentActor current, CancellationToken ct) =>
            Started(await playbooks.DrillAsync(current.Actor, body.Scenario, body.Subject ?? "kafka", drills.IsDrillTarget, ct)));

        api.MapGet("/recovery/runs/{id}", async (PlaybookRunId id, PlaybookRunQueries runs, CurrentActor current, CancellationToken ct) =>
            (await runs.GetAsync(current.Actor, id, ct)).ToAnswer());
    }

    private static IResult Started(Result<PlaybookStarted> result) => result.ToAnswer(started =>
        ApiProblems.Accepted(started.Operation, new { runId = started.Run, operationId = started.Operation }));
}

/// <summary>Body of <c>POST /recovery/runs</c>.</summary>
internal sealed record RunBody(IncidentId IncidentId);

/// <summary>Body of <c>POST /recovery/drills</c>; the subject is a connector's name for S10.</summary>
internal sealed record DrillBody(string Scenario, string? Subject);
