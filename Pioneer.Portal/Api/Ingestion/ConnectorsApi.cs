using Pioneer.Domain.Ingestion;
using Pioneer.Jobs.Recovery;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Api.Ingestion;

/// <summary>Connectors: what carries a feed to a tenant.</summary>
internal static class ConnectorsApi
{
    public static void MapConnectors(this RouteGroupBuilder api)
    {
        api.MapGet("/connectors",
            async (string? tenant, [AsParameters] PageQuery page, IngestionQueries ingestion, PlatformPicture picture, CurrentActor current, HttpContext http,
                CancellationToken ct) =>
            {
                var rows = await ingestion.ConnectorsAsync(current.Actor, tenant, page.Window, ct);
                return rows.IsSuccess ? page.Answer(http, rows.Value, row => ConnectorView.Of(row, picture, current.Actor)) : rows.Error.ToProblem();
            })
            .Answers<ConnectorView[]>("Lists wanted connectors by tenant and feed, with how they fare.");

        api.MapPost("/tenants/{slug}/feeds/{feed}:run-batch",
            async (string slug, string feed, bool? deletesMost, ControlConnectors control, CurrentActor current, CancellationToken ct) =>
                (await control.RunBatchAsync(current.Actor, slug, feed, deletesMost ?? false, ct)).ToAccepted())
            .Starts("Reads a batch feed now, and deletes the keys that are gone from its table; most of them only with deletesMost.");

        api.MapPost("/tenants/{slug}/feeds/{feed}:pause", async (string slug, string feed, ControlConnectors control, CurrentActor current, CancellationToken ct) =>
            (await control.PauseAsync(current.Actor, slug, feed, ct)).ToAccepted()).Starts("Pauses a connector.");

        api.MapPost("/tenants/{slug}/feeds/{feed}:resume", async (string slug, string feed, ControlConnectors control, CurrentActor current, CancellationToken ct) =>
            (await control.ResumeAsync(current.Actor, slug, feed, ct)).ToAccepted()).Starts("Resumes a connector.");

        api.MapPost("/tenants/{slug}/feeds/{feed}:restart", async (string slug, string feed, ControlConnectors control, CurrentActor current, CancellationToken ct) =>
            (await control.RestartAsync(current.Actor, slug, feed, ct)).ToAccepted()).Starts("Restarts a connector and its tasks.");
    }
}
