using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Pioneer.Tests.Jobs.Connect;

/// <summary>
/// Asks a worker a list of questions and writes down each answer: status, fields, words. What differs from worker to worker by its nature (class,
/// addresses, versions, traces) is masked, so that transcripts of two workers can be compared line by line.
/// </summary>
internal sealed partial class ConnectTranscript(ConnectUnderTest connect, CancellationToken ct)
{
    private const string Json = "application/json";
    private static readonly TimeSpan RebalancePatience = TimeSpan.FromSeconds(120), RebalancePause = TimeSpan.FromMilliseconds(100);
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly HashSet<string> Masked = ["trace", "worker_id", "version", "commit", "kafka_cluster_id", "partition", "offset"];

    private readonly StringBuilder _lines = new();

    public override string ToString() => _lines.ToString();

    public Task AskAsync(HttpMethod method, string path, object? body = null) =>
        AskAsync(method, path, body is null ? null : body as string ?? JsonSerializer.Serialize(body), Json);

    public async Task AskAsync(HttpMethod method, string path, string? body, string type)
    {
        using var http = new HttpClient(new SocketsHttpHandler());
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            using var request = new HttpRequestMessage(method, connect.Url + path);
            request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, type);
            using var answer = await http.SendAsync(request, ct);
            var text = await answer.Content.ReadAsStringAsync(ct);
            if ((int)answer.StatusCode == 409 && Rebalance().IsMatch(text) && TimeProvider.System.GetElapsedTime(started) < RebalancePatience)
            {
                await Task.Delay(RebalancePause, ct);
                continue;
            }

            _lines.Append(method).Append(' ').Append(Mask(path));
            if (body is not null)
            {
                _lines.Append("  ").Append(Mask(Shown(body)));
            }

            _lines.Append('\n').Append("    ").Append((int)answer.StatusCode).Append(' ').Append(Mask(Shown(text, created: method == HttpMethod.Post && path == "/connectors"))).Append('\n');
            if (answer.Headers.Location is { } location)
            {
                _lines.Append("    Location: ").Append(location.IsAbsoluteUri ? location.AbsolutePath : location.ToString()).Append('\n');
            }

            return;
        }
    }

    /// <summary>Waits until a connector and its tasks are in a state; a stopped one has no tasks.</summary>
    public async Task UntilAsync(string name, string state)
    {
        using var http = new HttpClient(new SocketsHttpHandler());
        await Wait.UntilAsync(async () =>
        {
            using var answer = await http.GetAsync(new Uri($"{connect.Url}/connectors/{name}/status"), ct);
            if (!answer.IsSuccessStatusCode)
            {
                return false;
            }

            var status = JsonNode.Parse(await answer.Content.ReadAsStringAsync(ct))!;
            var tasks = status["tasks"]!.AsArray();
            return status["connector"]!["state"]!.ToString() == state && (tasks.Count == 0) == (state == "STOPPED")
                && tasks.All(task => task!["state"]!.ToString() == state);
        });
    }

    private JsonNode? Masking(JsonNode? node) => node switch
    {
        JsonObject map when map.ContainsKey("connector.class") || map.ContainsKey(connect.RequiredKey) => JsonValue.Create(Difference(map)),
        JsonObject map => new JsonObject(map.Select(pair => KeyValuePair.Create(
            pair.Key, Masked.Contains(pair.Key) ? JsonValue.Create($"<{pair.Key}>") : Masking(pair.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Masking)]),
        _ => node?.DeepClone(),
    };

    /// <summary>A connector's configuration by how it differs from the source's own.</summary>
    private string Difference(JsonObject config)
    {
        var missing = connect.Source.Keys.Where(key => !config.ContainsKey(key)).Select(key => key == connect.RequiredKey ? " -<required>" : $" -{key}");
        var changed = config.Where(pair => connect.Source.GetValueOrDefault(pair.Key) != pair.Value?.ToString())
            .Select(pair => pair.Key == "task.class" ? " task.class=<its own>" : $" {pair.Key}={pair.Value}");
        return $"<config{string.Concat(missing.Concat(changed).Order(StringComparer.Ordinal))}>";
    }

    private string Shown(string text, bool created = false)
    {
        try
        {
            var shown = Masking(JsonNode.Parse(text));
            if (created && shown is JsonObject info && info.ContainsKey("tasks"))
            {
                info["tasks"] = "<made soon>";
            }

            return shown?.ToJsonString(Relaxed) ?? "null";
        }
        catch (JsonException)
        {
            return text;
        }
    }

    private string Mask(string text)
    {
        var masked = text
            .Replace(connect.ConnectorClass, "<class>", StringComparison.Ordinal)
            .Replace($"\\\"{connect.RequiredKey}\\\"", "<required>", StringComparison.Ordinal)
            .Replace("org.apache.kafka.connect.errors.ConnectException: ", "", StringComparison.Ordinal);
        masked = AvailableClasses().Replace(masked, "available connectors are: <classes>$1");
        return OffsetsReset().Replace(ConfigurationInWords().Replace(masked, "Connector config <config> contains"), "<offsets reset>");
    }

    [GeneratedRegex("rebalance|stale configuration")]
    private static partial Regex Rebalance();

    [GeneratedRegex("Connector config {.*?} contains")]
    private static partial Regex ConfigurationInWords();

    // A connector class may look after offsets of its own, and says so.
    [GeneratedRegex("The offsets for this connector have been reset successfully|The Connect framework-managed offsets .* uses\\.")]
    private static partial Regex OffsetsReset();

    [GeneratedRegex("available connectors are: .*?(\"}|$)")]
    private static partial Regex AvailableClasses();
}
