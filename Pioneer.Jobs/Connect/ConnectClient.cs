using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Pioneer.Jobs.Hosting;

namespace Pioneer.Jobs.Connect;

/// <summary>
/// The Kafka Connect REST API. A worker answers 409 while its group rebalances; that is waited out here, for every call. All calls but restart
/// set a state rather than add to one, so transient failures are tried again by the HTTP client's policy.
/// </summary>
public sealed class ConnectClient(IHttpClientFactory http, IOptions<ConnectOptions> options, TimeProvider time)
{
    /// <summary>Names of the HTTP clients this class takes from the factory.</summary>
    internal const string Repeatable = "connect.repeatable", Once = "connect.once";

    private static readonly TimeSpan RebalancePatience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan RebalancePause = TimeSpan.FromMilliseconds(100);
    private static readonly MediaTypeHeaderValue JsonType = new("application/json");

    private bool? _isOurWorker;

    /// <summary>
    /// Every connector with configuration and status, and from our own worker with what it did since the start and left out. Two requests, however many there are:
    /// asked for both at once, a worker leaves out those that have no status yet, and a connector that was just made would seem not to be there.
    /// </summary>
    public async Task<ImmutableArray<Connector>> ListAsync(CancellationToken ct)
    {
        var expand = await TellsMoreAsync(ct) ? "expand=status&expand=skipped&expand=progress" : "expand=status";
        var statuses = await SendAsync("list connectors", Repeatable, HttpMethod.Get, $"connectors?{expand}", null, ct);
        var infos = await SendAsync("list connectors", Repeatable, HttpMethod.Get, "connectors?expand=info", null, ct);
        return infos.EnumerateObject().Select(entry => new Connector(
            entry.Name,
            Config(entry.Value.GetProperty("info").GetProperty("config")),
            statuses.TryGetProperty(entry.Name, out var known) ? Status(known.GetProperty("status")) with { Skipped = WorkerProgress.Skipped(known), Progress = WorkerProgress.Of(known) } : new ConnectorStatus("UNASSIGNED", "", null, [])))
            .ToImmutableArray();
    }

    /// <summary>Makes the connector or gives it a new configuration; the same configuration changes nothing.</summary>
    public Task PutConfigAsync(string name, IReadOnlyDictionary<string, string> config, CancellationToken ct) =>
        SendAsync($"configure connector '{name}'", Repeatable, HttpMethod.Put, $"connectors/{Escape(name)}/config", config, ct);

    /// <summary>State of a connector; null when there is none of that name.</summary>
    public async Task<ConnectorStatus?> StatusAsync(string name, CancellationToken ct)
    {
        try
        {
            return Status(await SendAsync($"read the state of connector '{name}'", Repeatable, HttpMethod.Get,
                $"connectors/{Escape(name)}/status", null, ct));
        }
        catch (ConnectRequestException absent) when (absent.Status == 404)
        {
            return null;
        }
    }

    /// <summary>Removes a connector; one that is gone already is no error.</summary>
    public async Task DeleteAsync(string name, CancellationToken ct)
    {
        try
        {
            await SendAsync($"delete connector '{name}'", Repeatable, HttpMethod.Delete, $"connectors/{Escape(name)}", null, ct);
        }
        catch (ConnectRequestException absent) when (absent.Status == 404)
        {
            return;
        }
    }

    public Task PauseAsync(string name, CancellationToken ct) =>
        SendAsync($"pause connector '{name}'", Repeatable, HttpMethod.Put, $"connectors/{Escape(name)}/pause", null, ct);

    public Task ResumeAsync(string name, CancellationToken ct) =>
        SendAsync($"resume connector '{name}'", Repeatable, HttpMethod.Put, $"connectors/{Escape(name)}/resume", null, ct);

    public Task StopAsync(string name, CancellationToken ct) =>
        SendAsync($"stop connector '{name}'", Repeatable, HttpMethod.Put, $"connectors/{Escape(name)}/stop", null, ct);

    /// <summary>Restarts a connector and its tasks, only the failed ones with <paramref name="onlyFailed"/>. Never repeated by a policy.</summary>
    public Task RestartAsync(string name, bool onlyFailed, CancellationToken ct) =>
        SendAsync($"restart connector '{name}'", Once, HttpMethod.Post,
            $"connectors/{Escape(name)}/restart?includeTasks=true&onlyFailed={(onlyFailed ? "true" : "false")}", null, ct);

    public async Task<ImmutableArray<ConnectorPlugin>> PluginsAsync(CancellationToken ct)
    {
        var answer = await SendAsync("list connector plugins", Repeatable, HttpMethod.Get, "connector-plugins", null, ct);
        return answer.EnumerateArray().Select(plugin => new ConnectorPlugin(Text(plugin, "class"), Text(plugin, "type"), Text(plugin, "version")))
            .ToImmutableArray();
    }

    /// <summary>What the worker finds wrong with a configuration; empty when nothing is.</summary>
    public async Task<ImmutableArray<ConnectorConfigMistake>> ValidateAsync(IReadOnlyDictionary<string, string> config, CancellationToken ct)
    {
        var answer = await SendAsync("validate a connector's configuration", Repeatable, HttpMethod.Put,
            $"connector-plugins/{Escape(config["connector.class"])}/config/validate", config, ct);
        return answer.GetProperty("configs").EnumerateArray()
            .Select(entry => entry.GetProperty("value"))
            .Where(value => value.TryGetProperty("errors", out var errors) && errors.GetArrayLength() > 0)
            .Select(value => new ConnectorConfigMistake(Text(value, "name"),
                value.GetProperty("errors").EnumerateArray().Select(error => error.GetString() ?? "").ToImmutableArray()))
            .ToImmutableArray();
    }

    /// <summary>Source positions of a connector.</summary>
    public async Task<ImmutableArray<ConnectorOffset>> OffsetsAsync(string name, CancellationToken ct)
    {
        var answer = await SendAsync($"read the offsets of connector '{name}'", Repeatable, HttpMethod.Get,
            $"connectors/{Escape(name)}/offsets", null, ct);
        return answer.GetProperty("offsets").EnumerateArray()
            .Select(offset => new ConnectorOffset(offset.GetProperty("partition"), offset.GetProperty("offset")))
            .ToImmutableArray();
    }

    /// <summary>Forgets the positions of a stopped connector, so that it begins anew.</summary>
    public Task ResetOffsetsAsync(string name, CancellationToken ct) =>
        SendAsync($"reset the offsets of connector '{name}'", Repeatable, HttpMethod.Delete, $"connectors/{Escape(name)}/offsets", null, ct);

    private async Task<JsonElement> SendAsync(string action, string client, HttpMethod method, string path, object? body, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(options.Value.Url))
        {
            throw new ConnectUnavailableException(action, "Connect:Url is not set");
        }

        var address = new Uri(new Uri(options.Value.Url.TrimEnd('/') + "/"), path);
        var started = time.GetTimestamp();
        while (true)
        {
            var (status, content) = await SendOnceAsync(action, client, method, address, body, ct);
            if (status == HttpStatusCode.Conflict && time.GetElapsedTime(started) < RebalancePatience)
            {
                await Task.Delay(RebalancePause, time, ct);
                continue;
            }

            return (int)status < 300
                ? string.IsNullOrWhiteSpace(content) ? default : JsonDocument.Parse(content).RootElement
                : throw Failure(action, status, content);
        }
    }

    private async Task<(HttpStatusCode Status, string Content)> SendOnceAsync(string action, string client, HttpMethod method, Uri address,
        object? body, CancellationToken ct)
    {
        try
        {
            using var request = new HttpRequestMessage(method, address);
            if (!string.IsNullOrEmpty(options.Value.Username))
            {
                request.Headers.Authorization = HttpFailures.Basic(options.Value.Username, options.Value.Password);
            }

            if (body is not null)
            {
                request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body)) { Headers = { ContentType = JsonType } };
            }

            using var response = await http.CreateClient(client).SendAsync(request, ct);
            return (response.StatusCode, await HttpFailures.ContentAsync(response, "Connect:Url", ct));
        }
        catch (Exception failure) when (HttpFailures.IsUnreachable(failure, ct))
        {
            throw new ConnectUnavailableException(action, failure.Message, failure);
        }
    }

    private static Exception Failure(string action, HttpStatusCode status, string content)
    {
        var message = content;
        try
        {
            using var error = JsonDocument.Parse(content);
            message = error.RootElement.TryGetProperty("message", out var text) ? text.GetString() ?? content : content;
        }
        catch (JsonException)
        {
            message = content.Length > 500 ? content[..500] : content;
        }

        return status is HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout or HttpStatusCode.BadGateway or HttpStatusCode.Conflict
            ? new ConnectUnavailableException(action, message)
            : new ConnectRequestException(action, (int)status, message);
    }

    private static ConnectorStatus Status(JsonElement status)
    {
        var connector = status.GetProperty("connector");
        var tasks = status.TryGetProperty("tasks", out var list)
            ? list.EnumerateArray().Select(task => new ConnectorTaskStatus(
                task.GetProperty("id").GetInt32(), Text(task, "state"), Text(task, "worker_id"), Trace(task))).ToImmutableArray()
            : [];
        return new ConnectorStatus(Text(connector, "state"), Text(connector, "worker_id"), Trace(connector), tasks);
    }

    /// <summary>Whether it is our own worker. Kafka Connect's would write a line in its log for each connector when asked for what it does not know.</summary>
    private async Task<bool> TellsMoreAsync(CancellationToken ct) => _isOurWorker ??= await IsOurWorkerAsync(ct);

    private async Task<bool> IsOurWorkerAsync(CancellationToken ct)
    {
        try
        {
            var worker = await SendAsync("read the worker's version", Repeatable, HttpMethod.Get, "", null, ct);
            return worker.ValueKind == JsonValueKind.Object && Text(worker, "version").EndsWith("-pioneer", StringComparison.Ordinal);
        }
        catch (Exception error) when (error is ConnectRequestException or JsonException)
        {
            // a gateway before a worker that lets nobody see the root, or shows a page of its own there
            return false;
        }
    }

    private static string? Trace(JsonElement element) => Text(element, "trace") is { Length: > 0 } trace ? trace : null;

    private static ImmutableDictionary<string, string> Config(JsonElement config) =>
        config.EnumerateObject().ToImmutableDictionary(entry => entry.Name, entry => entry.Value.GetString() ?? "");

    private static string Text(JsonElement element, string property) =>
        element.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() ?? "" : "";

    private static string Escape(string segment) => Uri.EscapeDataString(segment);
}
