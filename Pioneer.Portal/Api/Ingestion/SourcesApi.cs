using Pioneer.Domain;
using Pioneer.Domain.Ingestion;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Api.Ingestion;

/// <summary>Sources: what data comes from. Their passwords go in and never come out.</summary>
internal static class SourcesApi
{
    private const string One = "/sources/{name}";

    public static void MapSources(this RouteGroupBuilder api)
    {
        api.MapGet("/sources", async ([AsParameters] PageQuery page, IngestionQueries ingestion, CurrentActor current, HttpContext http, CancellationToken ct) =>
            page.Answer(http, await ingestion.SourcesAsync(current.Actor, page.Window, ct))).Answers<SourceRow[]>("Lists sources by name.");

        api.MapGet(One, async (string name, IngestionQueries ingestion, CurrentActor current, HttpContext http, CancellationToken ct) =>
            (await ingestion.SourceAsync(current.Actor, name, ct)).ToAnswer(http, source => source.Revision)).Answers<SourceRow>("Shows a source; its ETag is for changes.");

        api.MapPost("/sources", async (SourceBody body, ManageSources sources, CurrentActor current, CancellationToken ct) =>
            (await sources.AddAsync(current.Actor, body.ToRequest(body.Name), ct)).ToAnswer(id =>
                Results.Created($"{ApiEndpoints.Root}/sources/{body.Name}", new SourceCreated(id)))).Creates<SourceCreated>("Registers a source.");

        api.MapPost("/sources:test", async (SourceBody body, ManageSources sources, CurrentActor current, CancellationToken ct) =>
            (await sources.TestAsync(current.Actor, body.ToRequest(body.Name), ct)).ToAnswer())
            .Does("Signs in to a source as described, saved or not; without a password the kept one is tried, at its own address only.");

        api.MapPut(One, async (string name, SourceBody body, ExpectedRevision expected, ManageSources sources, CurrentActor current, CancellationToken ct) =>
            (await sources.UpdateAsync(current.Actor, body.ToRequest(name), expected.Value, ct)).ToAnswer(expected))
            .Does("Changes a source; without a password the kept one stays, an empty one removes it.");

        api.MapDelete(One, async (string name, ManageSources sources, CurrentActor current, CancellationToken ct) =>
            (await sources.RemoveAsync(current.Actor, name, ct)).ToAnswer()).Does("Removes a source that no feed uses.");
    }
}

/// <summary>Body of <c>POST</c> and <c>PUT /sources</c>; the name counts only in POST.</summary>
/// <param name="ConnectionUrl">In JDBC form, such as <c>jdbc:postgresql://host:5432/bank</c>.</param>
internal sealed record SourceBody(string? Name, SourceKind Kind, string? ConnectionUrl, string? Username, string? Password, string? Description, string? TimeZone)
{
    public SourceRequest ToRequest(string? name) => new(name, Kind, ConnectionUrl, Username, Password, Description, TimeZone);

    /// <summary>Never prints the password.</summary>
    public override string ToString() => $"source {Name} at {ConnectionUrl}";
}

/// <summary>A source was registered.</summary>
internal sealed record SourceCreated(SourceId Id);
