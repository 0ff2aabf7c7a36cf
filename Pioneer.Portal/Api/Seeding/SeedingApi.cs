using System.Text.Json;
using Pioneer.Domain;
using Pioneer.Domain.Seeding;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Api.Seeding;

/// <summary>Seed jobs and their runs.</summary>
internal static class SeedingApi
{
    public static void MapSeeding(this RouteGroupBuilder api)
    {
        api.MapGet("/tenants/{slug}/seeds",
            async (string slug, [AsParameters] PageQuery page, SeedQueries seeds, CurrentActor current, HttpContext http, CancellationToken ct) =>
                page.Answer(http, await seeds.JobsAsync(current.Actor, slug, page.Window, ct)))
            .Answers<SeedJobRow[]>("Lists seed jobs by name.");

        api.MapPost("/tenants/{slug}/seeds", async (string slug, SeedBody body, ManageSeedJobs seeds, CurrentActor current, CancellationToken ct) =>
            (await seeds.DefineAsync(current.Actor, slug, body.ToRequest(), ct)).ToAnswer(id =>
                Results.Created($"{ApiEndpoints.Root}/tenants/{slug}/seeds/{id}", new SeedJobCreated(id)))).Creates<SeedJobCreated>("Defines a seed job.");

        api.MapPut("/tenants/{slug}/seeds/{id}", async (string slug, SeedJobId id, SeedJobChangeBody body, ManageSeedJobs seeds, CurrentActor current, CancellationToken ct) =>
            (await seeds.ChangeAsync(current.Actor, slug, id, body.Name, body.MaxRowsPerSecond, ct)).ToAnswer()).Does("Gives a seed job another name or rate.");

        api.MapDelete("/tenants/{slug}/seeds/{id}", async (string slug, SeedJobId id, ManageSeedJobs seeds, CurrentActor current, CancellationToken ct) =>
            (await seeds.DeleteAsync(current.Actor, slug, id, ct)).ToAnswer()).Does("Deletes a seed job; its runs stay with their certificates.");

        api.MapPost("/tenants/{slug}/seeds/{id}:run", async (string slug, SeedJobId id, ManageSeedJobs seeds, CurrentActor current, CancellationToken ct) =>
            (await seeds.RunAsync(current.Actor, slug, id, ct)).ToAnswer(requested =>
                ApiProblems.Accepted(requested.Operation, new RunStarted<SeedRunId>(requested.Run, requested.Operation))))
            .Starts<RunStarted<SeedRunId>>("Runs a seed job.");

        api.MapGet("/tenants/{slug}/seed-runs",
            async (string slug, SeedJobId? job, [AsParameters] PageQuery page, SeedQueries seeds, CurrentActor current, HttpContext http, CancellationToken ct) =>
                (await seeds.RunsAsync(current.Actor, slug, job, page.Window, ct)).ToAnswer(runs => page.Answer(http, runs, SeedRunBody.Of)))
            .Answers<SeedRunBody[]>("Lists seed runs, newest first, of one job where 'job' is given.");

        api.MapGet("/tenants/{slug}/seed-runs/{id}", async (string slug, SeedRunId id, SeedQueries seeds, CurrentActor current, CancellationToken ct) =>
            (await seeds.RunAsync(current.Actor, id, ct)).ToAnswer(run => run.Tenant == slug
                ? Results.Ok(SeedRunBody.Of(run))
                : Error.NotFound("SeedRun", id.ToString()).ToProblem())).Answers<SeedRunBody>("Shows a seed run, with its certificate once there is one.");

        api.MapPost("/tenants/{slug}/seed-runs/{id}:cancel", async (string slug, SeedRunId id, ManageSeedJobs seeds, CurrentActor current, CancellationToken ct) =>
            (await seeds.CancelAsync(current.Actor, slug, id, ct)).ToAnswer()).Does("Asks a seed run to stop where it is safe.");
    }
}

/// <summary>A seed job was defined.</summary>
internal sealed record SeedJobCreated(SeedJobId Id);

/// <summary>Body of <c>POST .../seeds</c>.</summary>
internal sealed record SeedBody(string? Name, string? Subscription, string? Cron, string? TimeZone, int? MaxRowsPerSecond, SeedLayer Layer = SeedLayer.Client)
{
    public SeedJobRequest ToRequest() => new(Name, Subscription, Layer, Cron, TimeZone, MaxRowsPerSecond);
}

/// <summary>Body of <c>PUT .../seeds/{id}</c>; no rate is no limit.</summary>
internal sealed record SeedJobChangeBody(string? Name, int? MaxRowsPerSecond);

/// <summary>A seed run as the API shows it, with its certificate once there is one.</summary>
internal sealed record SeedRunBody(
    SeedRunId Id, string Subscription, SeedRunState State, int Attempt, long Rows, long? RowsExpected, double RowsPerSecond, int Chunks, SeedCertificate? Certificate, string? Error,
    DateTimeOffset RequestedAt, string RequestedBy, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt)
{
    public static SeedRunBody Of(SeedRunRow run) => new(
        run.Id, run.Subscription, run.State, run.Attempt, run.Rows, run.RowsExpected, run.RowsPerSecond, run.ChunksDone,
        run.Certificate is null ? null : JsonSerializer.Deserialize<SeedCertificate>(run.Certificate, SeedCertificate.Json),
        run.Error, run.RequestedAt, run.RequestedBy, run.StartedAt, run.FinishedAt);
}
