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
        api.MapGet("/tenants/{slug}/seeds", async (string slug, SeedQueries seeds, CurrentActor current, CancellationToken ct) =>
            (await seeds.JobsAsync(current.Actor, slug, ct)).ToAnswer());

        api.MapPost("/tenants/{slug}/seeds", async (string slug, SeedBody body, ManageSeedJobs seeds, CurrentActor current, CancellationToken ct) =>
            (await seeds.DefineAsync(current.Actor, slug, body.ToRequest(), ct)).ToAnswer(id =>
                Results.Created($"{ApiEndpoints.Root}/tenants/{slug}/seeds/{id}", new { id })));

        api.MapPost("/tenants/{slug}/seeds/{id}:run", async (string slug, SeedJobId id, ManageSeedJobs seeds, CurrentActor current, CancellationToken ct) =>
            (await seeds.RunAsync(current.Actor, slug, id, ct)).ToAnswer(requested =>
                ApiProblems.Accepted(requested.Operation, new { runId = requested.Run, operationId = requested.Operation })));

        api.MapGet("/tenants/{slug}/seed-runs", async (string slug, SeedJobId? job, SeedQueries seeds, CurrentActor current, CancellationToken ct) =>
            (await seeds.RunsAsync(current.Actor, slug, job, ct)).ToAnswer(runs => Results.Ok(runs.Select(SeedRunBody.Of))));

        api.MapGet("/tenants/{slug}/seed-runs/{id}", async (string slug, SeedRunId id, SeedQueries seeds, CurrentActor current, CancellationToken ct) =>
            (await seeds.RunsAsync(current.Actor, slug, null, ct)).ToAnswer(runs => runs.FirstOrDefault(run => run.Id == id) is { } run
                ? Results.Ok(SeedRunBody.Of(run))
                : Error.NotFound("SeedRun", id.ToString()).ToProblem()));

        api.MapPost("/tenants/{slug}/seed-runs/{id}:cancel", async (string slug, SeedRunId id, ManageSeedJobs seeds, CurrentActor current, CancellationToken ct) =>
            (await seeds.CancelAsync(current.Actor, slug, id, ct)).ToAnswer());
    }
}

/// <summary>Body of <c>POST .../seeds</c>.</summary>
internal sealed record SeedBody(string? Name, string? Subscription, string? Cron, string? TimeZone, int? MaxRowsPerSecond, SeedLayer Layer = SeedLayer.Client)
{
    public SeedJobRequest ToRequest() => new(Name, Subscription, Layer, Cron, TimeZone, MaxRowsPerSecond);
}

/// <summary>A seed run as the API shows it, with its certificate once there is one.</summary>
internal sealed record SeedRunBody(
    SeedRunId Id, string Subscription, SeedRunState State, int Attempt, long Rows, double RowsPerSecond, int Chunks, SeedCertificate? Certificate, string? Error,
    DateTimeOffset RequestedAt, string RequestedBy, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt)
{
    public static SeedRunBody Of(SeedRunRow run) => new(
        run.Id, run.Subscription, run.State, run.Attempt, run.Rows, run.RowsPerSecond, run.ChunksDone,
        run.Certificate is null ? null : JsonSerializer.Deserialize<SeedCertificate>(run.Certificate, SeedCertificate.Json),
        run.Error, run.RequestedAt, run.RequestedBy, run.StartedAt, run.FinishedAt);
}
