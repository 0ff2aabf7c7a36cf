using System.Globalization;
using System.Text;
using System.Text.Json;
using Pioneer.Domain;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Delivery;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Api.Delivery;

/// <summary>
/// A subscription's results as server-sent events. Every event's id is the reader's place in all partitions, so that a client that sends it back as
/// Last-Event-ID gets exactly what came after.
/// </summary>
internal static class EventsApi
{
    private static readonly Error BadStart = Error.Invalid("StartMalformed", "from", "'from' or Last-Event-ID is not a place in the topic.",
        "Send 'earliest', 'latest' or the id of an event that you received.");

    private const int RetryAfterRefusalMs = 60_000;

    public static void MapEvents(this RouteGroupBuilder api) =>
        api.MapGet("/tenants/{slug}/subscriptions/{name}/events", StreamAsync)
            .Streams("text/event-stream", "Streams results; goes on after the event that Last-Event-ID names.");

    private static async Task<IResult> StreamAsync(
        string slug, string name, string? from, SubscriptionQueries subscriptions, DeliveryReader reader, StreamAccess access, RecordReadings readings, CurrentActor current,
        HttpContext http, CancellationToken ct)
    {
        var found = await subscriptions.GetAsync(current.Actor, slug, name, ct);
        if (found.IsFailure)
        {
            return found.Error.ToProblem();
        }

        var resume = http.Request.Headers["Last-Event-ID"].ToString();
        if (DeliveryStart.Parse(resume.Length > 0 ? resume : from) is not { } start)
        {
            return BadStart.ToProblem();
        }

        var opened = await reader.OpenAsync(TenantSlug.Parse(slug), name, start, ct);
        if (opened.IsFailure)
        {
            return opened.Error.ToProblem();
        }

        var begun = await readings.BeginAsync(current.Actor, slug, name, TenantUseKind.Streams, ct);
        if (begun.IsFailure)
        {
            return begun.Error.ToProblem();
        }

        using var place = begun.Value;
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        // a client that knew the new place before the gap would resume after it and never be told
        await WriteAsync(http, opened.Value.BeginsWithGaps ? "retry: 1000\n\n" : $"retry: 1000\nid: {opened.Value.Start}\n\n", ct);
        var lost = new TaskCompletionSource<Error>();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var watching = WatchAsync(access.LostAsync(ApiAuthentication.TokenOf(http.Request) ?? "", slug, name, ended.Token), lost, ended);
        try
        {
            await foreach (var happened in opened.Value.EventsAsync(ended.Token))
            {
                await WriteAsync(http, Text(happened), ended.Token);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // the client went away, and resumes with the id of the last event it got; or it may read no longer
        }
        catch (Exception failure) when (DeliveryFailures.Explain(failure) is { } reason)
        {
            lost.TrySetResult(reason);
        }
        finally
        {
            await ended.CancelAsync();
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (lost.Task.IsCompletedSuccessfully && !ct.IsCancellationRequested)
        {
            await WriteAsync(http, Refused(await lost.Task), ct);
        }

        return Results.Empty;
    }

    private static async Task WatchAsync(Task<Error> access, TaskCompletionSource<Error> lost, CancellationTokenSource ended)
    {
        try
        {
            lost.TrySetResult(await access);
        }
        finally
        {
            // a right that cannot be looked up counts as none: the client asks again, and is answered by what holds then
            await ended.CancelAsync();
        }
    }

    // The last event. Clients that connect again by themselves are told to take their time: a request with a lost right is refused before it streams.
    private static string Refused(Error error) =>
        $"retry: {RetryAfterRefusalMs}\nevent: refused\ndata: {JsonSerializer.Serialize(new { error.Code, error.Message, error.Hint }, JsonSerializerOptions.Web)}\n\n";

    private static string Text(DeliveryEvent happened)
    {
        var data = new StringBuilder("{");
        data.Append(CultureInfo.InvariantCulture, $"\"partition\":{happened.Partition},\"offset\":{happened.Offset}");
        if (happened.Timestamp is { } at)
        {
            data.Append(CultureInfo.InvariantCulture, $",\"timestamp\":{at.ToUnixTimeMilliseconds()}");
        }

        if (happened.SeedRun is { } run)
        {
            data.Append(",\"seedRun\":").Append(JsonSerializer.Serialize(run));
        }

        if (happened.Batch is { } batch)
        {
            data.Append(",\"batch\":").Append(JsonSerializer.Serialize(batch));
        }

        if (happened.Gap is { } gap)
        {
            data.Append(",\"reason\":").Append(JsonSerializer.Serialize(gap.Name));
        }

        if (happened.Message is { } message)
        {
            data.Append(",\"message\":").Append(JsonSerializer.Serialize(message));
        }

        data.Append(",\"key\":").Append(Json(happened.Key)).Append(",\"value\":").Append(Json(happened.Value)).Append('}');
        return $"id: {happened.Position}\nevent: {happened.Name}\ndata: {data}\n\n";
    }

    /// <summary>Keys and values of our topics are JSON already; anything else travels as a JSON string, so that an event stays one line.</summary>
    private static string Json(string? text)
    {
        if (text is null)
        {
            return "null";
        }

        try
        {
            using var json = JsonDocument.Parse(text);
            return JsonSerializer.Serialize(json.RootElement);
        }
        catch (JsonException)
        {
            return JsonSerializer.Serialize(text);
        }
    }

    private static async Task WriteAsync(HttpContext http, string text, CancellationToken ct)
    {
        await http.Response.WriteAsync(text, ct);
        await http.Response.Body.FlushAsync(ct);
    }
}
