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
        api.MapGet("/recovery/status", async (RecoveryStatusReader status, CancellationToken ct) => Results.Ok(await status.ReadAsync(ct)))
            .Answers<RecoveryStatus>("Says what is wrong, who is affected and what would be lost when.");

        api.MapGet("/recovery/horizons", async ([AsParameters] PageQuery page, RecoveryStatusReader status, HttpContext http, CancellationToken ct) =>
            page.AnswerPart(http, (await status.ReadAsync(ct)).Tenants, tenant => tenant.Horizon)).Answers<LossHorizon[]>("Lists loss horizons, shortest first within a level.");

        api.MapGet("/tenants/{slug}/flow", async (string slug, FlowQueries flows, CurrentActor current, CancellationToken ct) =>
            (await flows.SubscriptionsAsync(current.Actor, slug, ct)).ToAnswer()).Answers<SubscriptionFlow[]>("Says of each subscription whether it moves, what waits for it, and what standing still or going on means.");

        api.MapGet("/recovery/scenarios", () => Results.Ok(Scenario.Catalogue)).Answers<Scenario[]>("Lists the kinds of disaster.");

        api.MapPost("/recovery/runs", async (RunBody body, RunPlaybooks playbooks, CurrentActor current, CancellationToken ct) =>
            Started(await playbooks.AgainstAsync(current.Actor, body.IncidentId, ct))).Starts<RunStarted<PlaybookRunId>>("Runs the playbook against an incident.");

        api.MapPost("/recovery/runs/{id}:resume", async (PlaybookRunId id, RunPlaybooks playbooks, CurrentActor current, CancellationToken ct) =>
            Started(await playbooks.ResumeAsync(current.Actor, id, ct))).Starts<RunStarted<PlaybookRunId>>("Goes on with a playbook run.");

        api.MapPost("/recovery/drills", async (DrillBody body, RunPlaybooks playbooks, DrillSteps drills, CurrentActor current, CancellationToken ct) =>
            Started(await playbooks.DrillAsync(current.Actor, body.Scenario, body.Subject ?? "kafka", drills.IsDrillTarget, ct))).Starts<RunStarted<PlaybookRunId>>("Injects a fault and runs the playbook against it.");

        api.MapGet("/recovery/runs/{id}", async (PlaybookRunId id, PlaybookRunQueries runs, CurrentActor current, CancellationToken ct) =>
            (await runs.GetAsync(current.Actor, id, ct)).ToAnswer()).Answers<PlaybookRunDetail>("Shows a playbook run.");
    }

    private static IResult Started(Result<PlaybookStarted> result) => result.ToAnswer(started =>
        ApiProblems.Accepted(started.Operation, new RunStarted<PlaybookRunId>(started.Run, started.Operation)));
}

/// <summary>Body of <c>POST /recovery/runs</c>.</summary>
internal sealed record RunBody(IncidentId IncidentId);

/// <summary>Body of <c>POST /recovery/drills</c>; the subject is a connector's name for S10.</summary>
internal sealed record DrillBody(string Scenario, string? Subject);
