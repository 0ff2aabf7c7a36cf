using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Pioneer.Jobs.Hosting;

namespace Pioneer.Jobs.KsqlDb;

/// <summary>
/// The ksqlDB REST API, for any number of services. Statements wait for the last command this process saw of that service
/// (<c>commandSequenceNumber</c>), so that a statement always sees what the one before it did. Questions are tried again on transient errors,
/// commands are not: the server may have done them.
/// </summary>
public sealed partial class KsqlDbClient(
    IHttpClientFactory http, IOptions<KsqlDbOptions> options, KsqlServiceDirectory directory, KsqlCommandSequences sequences)
{
    /// <summary>Names of the HTTP clients this class takes from the factory.</summary>
    internal const string Questions = "ksqldb.questions", Commands = "ksqldb.commands", Streaming = "ksqldb.streaming";

    private const int CatchUpTimeout = 50301, ServerError = 50000;
    private static readonly MediaTypeHeaderValue JsonType = new("application/json");

    /// <summary>Runs statements that change something; the answer has an entity for each that yields one.</summary>
    public Task<ImmutableArray<KsqlEntity>> ExecuteAsync(string serviceId, string statements, IReadOnlyDictionary<string, string>? properties,
        CancellationToken ct) => PostKsqlAsync(Commands, serviceId, statements, properties, ct);

    /// <summary>Runs a statement that only asks.</summary>
    public Task<ImmutableArray<KsqlEntity>> AskAsync(string serviceId, string statement, CancellationToken ct) =>
        PostKsqlAsync(Questions, serviceId, statement, null, ct);

    /// <summary>True when the service answers and says it is running.</summary>
    public async Task<bool> IsReadyAsync(string serviceId, CancellationToken ct)
    {
        try
        {
            var info = await SendAsync(Commands, serviceId, HttpMethod.Get, "info", null, ct);
            return info.TryGetProperty("KsqlServerInfo", out var server)
                && (!server.TryGetProperty("serverStatus", out var status) || status.GetString() == "RUNNING");
        }
        catch (KsqlDbUnavailableException)
        {
            return false;
        }
    }

    private async Task<ImmutableArray<KsqlEntity>> PostKsqlAsync(string client, string serviceId, string statements,
        IReadOnlyDictionary<string, string>? properties, CancellationToken ct)
    {
        JsonElement answer;
        try
        {
            answer = await SendAsync(client, serviceId, HttpMethod.Post, "ksql", Body(sequences.Last(serviceId)), ct);
        }
        catch (KsqlDbRequestException stale) when (stale.Code == CatchUpTimeout)
        {
            // the number came from a command topic that is no longer there (a service made anew): nothing was done yet, so start over
            sequences.Forget(serviceId);
            answer = await SendAsync(client, serviceId, HttpMethod.Post, "ksql", Body(null), ct);
        }

        if (answer.ValueKind is not JsonValueKind.Array)
        {
            throw new KsqlDbUnavailableException(serviceId, "what answered is no ksqlDB: it gave no list of answers");
        }

        var entities = answer.EnumerateArray().Select(entity => new KsqlEntity(Text(entity, "@type"), entity)).ToImmutableArray();
        foreach (var entity in entities)
        {
            if (entity.Body.TryGetProperty("commandSequenceNumber", out var number) && number.TryGetInt64(out var sequence))
            {
                sequences.Saw(serviceId, sequence);
            }

            if (entity.Body.TryGetProperty("commandStatus", out var status) && Text(status, "status") == "ERROR")
            {
                throw new KsqlDbRequestException(serviceId, ServerError, Text(status, "message"), statements) { IsFailedCommand = true };
            }
        }

        return entities;

        Dictionary<string, object> Body(long? sequence)
        {
            var body = new Dictionary<string, object> { ["ksql"] = statements };
            if (properties is { Count: > 0 })
            {
                body["streamsProperties"] = properties;
            }

            if (sequence is { } number)
            {
                body["commandSequenceNumber"] = number;
            }

            return body;
        }
    }

    private async Task<JsonElement> SendAsync(string client, string serviceId, HttpMethod method, string path, object? body, CancellationToken ct)
    {
        var address = directory.Find(serviceId) ?? throw new KsqlServiceNotRegisteredException(serviceId);
        using var request = NewRequest(method, new Uri(address, path), body);
        return await SendAsync(client, serviceId, request, ct);
    }

    private async Task<JsonElement> SendAsync(string client, string serviceId, HttpRequestMessage request, CancellationToken ct)
    {
        try
        {
            using var response = await http.CreateClient(client).SendAsync(request, ct);
            var content = await HttpFailures.ContentAsync(response, "the address of the service", ct);
            if (response.IsSuccessStatusCode)
            {
                return string.IsNullOrWhiteSpace(content) ? default : JsonDocument.Parse(content).RootElement;
            }

            throw Failure(serviceId, response.StatusCode, content);
        }
        catch (JsonException odd)
        {
            // a proxy's page, or an answer that was cut off
            throw new KsqlDbUnavailableException(serviceId, $"what answered is no ksqlDB: {odd.Message}", odd);
        }
        catch (Exception failure) when (HttpFailures.IsUnreachable(failure, ct))
        {
            throw new KsqlDbUnavailableException(serviceId, failure.Message, failure);
        }
    }

    private HttpRequestMessage NewRequest(HttpMethod method, Uri address, object? body)
    {
        var request = new HttpRequestMessage(method, address);
        if (options.Value.CredentialFor(address) is { } credential)
        {
            request.Headers.Authorization = HttpFailures.Basic(credential.Username, credential.Password);
        }

        if (body is not null)
        {
            // a body of known length: real ksqlDB's proxies dislike chunked requests
            request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body)) { Headers = { ContentType = JsonType } };
        }

        return request;
    }

    private static Exception Failure(string serviceId, HttpStatusCode status, string content)
    {
        var (code, message, statement) = ((int)status * 100, content, (string?)null);
        try
        {
            using var error = JsonDocument.Parse(content);
            if (error.RootElement.ValueKind == JsonValueKind.Object)
            {
                code = error.RootElement.TryGetProperty("error_code", out var number) ? number.GetInt32() : code;
                message = error.RootElement.TryGetProperty("message", out var text) ? text.GetString() ?? content : content;
                statement = error.RootElement.TryGetProperty("statementText", out var sql) ? sql.GetString() : null;
            }
        }
        catch (JsonException)
        {
            message = content.Length > 500 ? content[..500] : content;
        }

        // brokers out of reach, a gateway in between, a server that starts: nothing is wrong with the statement, and whether it was taken shows when it is sent again
        if (((int)status >= 500 || code / 100 >= 500) && code != CatchUpTimeout)
        {
            return new KsqlDbUnavailableException(serviceId, message);
        }

        return new KsqlDbRequestException(serviceId, code, message, statement);
    }

    private static string Text(JsonElement element, string property) =>
        element.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() ?? "" : "";

    private static ImmutableArray<string> Texts(JsonElement element, string property) =>
        element.TryGetProperty(property, out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Select(item => item.GetString() ?? "").ToImmutableArray()
            : [];
}
