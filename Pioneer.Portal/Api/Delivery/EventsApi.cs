using System.Globalization;
using System.Text;
using System.Text.Json;
using Pioneer.Domain;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Delivery;
using Pioneer.Jobs.Kafka;
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

    public static void MapEvents(this RouteGroupBuilder api) =>
        api.MapGet("/tenants/{slug}/subscriptions/{name}/events", StreamAsync)
            .Streams("text/event-stream", "Streams results; goes on after the event that Last-Event-ID names.");

    private static async Task<IResult> StreamAsync(
        string slug, string name, string? from, SubscriptionQueries subscriptions, DeliveryReader reader, CurrentActor current, HttpContext http, CancellationToken ct)
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

        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        await WriteAsync(http, $"retry: 1000\nid: {opened.Value.Start}\n\n", ct);
        try
        {
            await foreach (var happened in opened.Value.EventsAsync(ct))
            {
                await WriteAsync(http, Text(happened), ct);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // the client went away; it resumes with the id of the last event it got
        }
        catch (KafkaSignInRefusedException)
        {
            await WriteAsync(http, "event: refused\ndata: {\"message\":\"The brokers no longer let this tenant read.\"}\n\n", ct);
        }

        return Results.Empty;
    }

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
