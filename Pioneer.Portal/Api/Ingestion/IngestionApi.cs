using Pioneer.Domain.Ingestion;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Api.Ingestion;

/// <summary>Sources, feeds and connectors.</summary>
internal static class IngestionApi
{
    public static void MapIngestion(this RouteGroupBuilder api)
    {
        api.MapGet("/sources", async (IngestionQueries ingestion, CurrentActor current, CancellationToken ct) =>
            (await ingestion.SourcesAsync(current.Actor, ct)).ToAnswer());

        api.MapGet("/feeds", async (IngestionQueries ingestion, CurrentActor current, CancellationToken ct) =>
            (await ingestion.FeedsAsync(current.Actor, ct)).ToAnswer());

        api.MapGet("/connectors", async (string? tenant, IngestionQueries ingestion, CurrentActor current, CancellationToken ct) =>
            (await ingestion.ConnectorsAsync(current.Actor, tenant, ct)).ToAnswer());

        api.MapPost("/tenants/{slug}/feeds/{feed}:run-batch", async (string slug, string feed, ControlConnectors control, CurrentActor current, CancellationToken ct) =>
            (await control.RunBatchAsync(current.Actor, slug, feed, ct)).ToAccepted());

        api.MapPost("/tenants/{slug}/feeds/{feed}:pause", async (string slug, string feed, ControlConnectors control, CurrentActor current, CancellationToken ct) =>
            (await control.PauseAsync(current.Actor, slug, feed, ct)).ToAccepted());

        api.MapPost("/tenants/{slug}/feeds/{feed}:resume", async (string slug, string feed, ControlConnectors control, CurrentActor current, CancellationToken ct) =>
            (await control.ResumeAsync(current.Actor, slug, feed, ct)).ToAccepted());

        api.MapPost("/tenants/{slug}/feeds/{feed}:restart", async (string slug, string feed, ControlConnectors control, CurrentActor current, CancellationToken ct) =>
            (await control.RestartAsync(current.Actor, slug, feed, ct)).ToAccepted());
    }
}
