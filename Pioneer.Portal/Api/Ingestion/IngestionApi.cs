using Pioneer.Domain.Ingestion;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Api.Ingestion;

/// <summary>Sources, feeds and connectors.</summary>
internal static class IngestionApi
{
    public static void MapIngestion(this RouteGroupBuilder api)
    {
        api.MapGet("/sources", async ([AsParameters] PageQuery page, IngestionQueries ingestion, CurrentActor current, HttpContext http, CancellationToken ct) =>
            page.Answer(http, await ingestion.SourcesAsync(current.Actor, page.Window, ct))).Answers<SourceRow[]>("Lists sources by name.");

        api.MapGet("/feeds", async ([AsParameters] PageQuery page, IngestionQueries ingestion, CurrentActor current, HttpContext http, CancellationToken ct) =>
            page.Answer(http, await ingestion.FeedsAsync(current.Actor, page.Window, ct))).Answers<FeedRow[]>("Lists feeds by name.");

        api.MapGet("/connectors",
            async (string? tenant, [AsParameters] PageQuery page, IngestionQueries ingestion, CurrentActor current, HttpContext http, CancellationToken ct) =>
                page.Answer(http, await ingestion.ConnectorsAsync(current.Actor, tenant, page.Window, ct)))
            .Answers<ConnectorRow[]>("Lists wanted connectors by tenant and feed.");

        api.MapPost("/tenants/{slug}/feeds/{feed}:run-batch", async (string slug, string feed, ControlConnectors control, CurrentActor current, CancellationToken ct) =>
            (await control.RunBatchAsync(current.Actor, slug, feed, ct)).ToAccepted()).Starts("Runs a batch feed now.");

        api.MapPost("/tenants/{slug}/feeds/{feed}:pause", async (string slug, string feed, ControlConnectors control, CurrentActor current, CancellationToken ct) =>
            (await control.PauseAsync(current.Actor, slug, feed, ct)).ToAccepted()).Starts("Pauses a connector.");

        api.MapPost("/tenants/{slug}/feeds/{feed}:resume", async (string slug, string feed, ControlConnectors control, CurrentActor current, CancellationToken ct) =>
            (await control.ResumeAsync(current.Actor, slug, feed, ct)).ToAccepted()).Starts("Resumes a connector.");

        api.MapPost("/tenants/{slug}/feeds/{feed}:restart", async (string slug, string feed, ControlConnectors control, CurrentActor current, CancellationToken ct) =>
            (await control.RestartAsync(current.Actor, slug, feed, ct)).ToAccepted()).Starts("Restarts a connector and its tasks.");
    }
}
