using Pioneer.Domain;
using Pioneer.Domain.Ingestion;
using Pioneer.Jobs.Recovery;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Api.Ingestion;

/// <summary>Feeds: the kinds of record that tenants can be given.</summary>
internal static class FeedsApi
{
    private const string One = "/feeds/{name}";

    public static void MapFeeds(this RouteGroupBuilder api)
    {
        api.MapGet("/feeds", async ([AsParameters] PageQuery page, IngestionQueries ingestion, CurrentActor current, HttpContext http, CancellationToken ct) =>
            page.Answer(http, await ingestion.FeedsAsync(current.Actor, page.Window, ct))).Answers<FeedRow[]>("Lists feeds by name.");

        api.MapGet(One, async (string name, IngestionQueries ingestion, CurrentActor current, HttpContext http, CancellationToken ct) =>
            (await ingestion.FeedAsync(current.Actor, name, ct)).ToAnswer(http, feed => feed.Revision)).Answers<FeedRow>("Shows a feed; its ETag is for changes.");

        api.MapGet($"{One}/stray-rows", async (string name, IngestionQueries ingestion, PlatformPicture picture, CurrentActor current, CancellationToken ct) =>
            (await ingestion.FeedAsync(current.Actor, name, ct)).ToAnswer(feed => StrayRowsOf(feed.Name, picture).ToAnswer()))
            .Answers<StrayRows>("Counts the rows that came since the first look and reach nobody, by the value that they name.");

        api.MapPost("/feeds", async (FeedBody body, ManageFeeds feeds, CurrentActor current, CancellationToken ct) =>
            (await feeds.DefineAsync(current.Actor, body.ToRequest(body.Name), ct)).ToAnswer(id =>
                Results.Created($"{ApiEndpoints.Root}/feeds/{body.Name}", new FeedCreated(id)))).Creates<FeedCreated>("Defines a feed.");

        api.MapPut(One, async (string name, FeedBody body, ExpectedRevision expected, ManageFeeds feeds, CurrentActor current, CancellationToken ct) =>
            await feeds.UpdateAsync(current.Actor, body.ToRequest(name), expected.Value, ct) switch
            {
                { IsFailure: true } refused => expected.Problem(refused.Error),
                { Value: { } operation } => ApiProblems.Accepted(operation, new OperationStarted(operation)),
                _ => Results.NoContent(),
            }).Starts("Changes a feed; 204 when no tenant has it. Once granted, columns may only be added at the end.").Produces(StatusCodes.Status204NoContent);

        api.MapDelete(One, async (string name, ManageFeeds feeds, CurrentActor current, CancellationToken ct) =>
            (await feeds.RemoveAsync(current.Actor, name, ct)).ToAnswer()).Does("Removes a feed that no tenant has.");
    }

    private static Result<StrayRows> StrayRowsOf(string feed, PlatformPicture picture) =>
        picture.StrayRowsOf(feed) is { } found
            ? found
            : new Error("FeedNotObserved", $"The table of feed '{feed}' was not looked at, so nobody has counted its rows.",
                "Wait a minute. A table is looked at while a connector reads it; that of a State feed, whose rows have no order, is not.") { Kind = ErrorKind.NotFound };
}

/// <summary>Body of <c>POST</c> and <c>PUT /feeds</c>; the name counts only in POST.</summary>
internal sealed record FeedBody(
    string? Name, string? Source, string? Table, FeedKind Kind, IReadOnlyList<FeedColumnBody?>? Columns, IReadOnlyList<string?>? KeyColumns, string? TimestampColumn,
    string? IncrementingColumn, string? TenantColumn, int? PollIntervalMs, long? RetentionMs, int? Partitions, string? Description, int? CommitDelayMs,
    int? QueryLimitMs = null)
{
    // what is missing inside of a list becomes an empty text, which the domain refuses by its place
    public FeedRequest ToRequest(string? name) => new(
        name, Source, Table, Kind,
        [
            .. (Columns ?? []).Select(column => new FeedColumn(
                column?.Name ?? "", column?.SourceType ?? "", column?.Type ?? "", column?.Nullable ?? true,
                string.IsNullOrEmpty(column?.As) ? null : column.As)),
        ],
        [.. (KeyColumns ?? []).Select(column => column ?? "")],
        TimestampColumn, IncrementingColumn, TenantColumn, PollIntervalMs, RetentionMs, Partitions, Description, CommitDelayMs, QueryLimitMs);
}

/// <summary>A column of a feed, by its name in the source, its type there, its ksql type and its name in records where that is another.</summary>
internal sealed record FeedColumnBody(string? Name, string? SourceType, string? Type, bool? Nullable, string? As = null);

/// <summary>A feed was defined.</summary>
internal sealed record FeedCreated(FeedId Id);
