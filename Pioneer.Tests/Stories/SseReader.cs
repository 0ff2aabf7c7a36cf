using System.Text.Json;

namespace Pioneer.Tests.Stories;

/// <summary>One server-sent event of a delivery topic.</summary>
internal sealed record SseEvent(string Id, string Name, JsonElement Data)
{
    public (int Partition, long Offset) Place => (Data.GetProperty("partition").GetInt32(), Data.GetProperty("offset").GetInt64());
}

/// <summary>Reads server-sent events as a client of any language would.</summary>
internal static class SseReader
{
    public static async Task<IReadOnlyList<SseEvent>> ReadAsync(HttpClient api, string path, string? lastEventId, int count, CancellationToken ct) =>
        await ReadAsync(api, path, lastEventId, seen => seen.Count >= count, ct);

    public static Task<IReadOnlyList<SseEvent>> ReadUntilAsync(HttpClient api, string path, Func<IReadOnlyList<SseEvent>, bool> enough, CancellationToken ct) =>
        ReadAsync(api, path, null, enough, ct);

    private static async Task<IReadOnlyList<SseEvent>> ReadAsync(
        HttpClient api, string path, string? lastEventId, Func<IReadOnlyList<SseEvent>, bool> enough, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience.Usual);
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        var seen = new List<SseEvent>();
        try
        {
            using var answer = await api.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            answer.EnsureSuccessStatusCode();
            using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(limit.Token));
            var (id, name, data) = ("", "", "");
            while (!enough(seen) && await reader.ReadLineAsync(limit.Token) is { } line)
            {
                if (line.Length == 0 && data.Length > 0)
                {
                    if (name != "heartbeat")
                    {
                        seen.Add(new SseEvent(id, name, JsonSerializer.Deserialize<JsonElement>(data)));
                    }

                    (name, data) = ("", "");
                }

                id = Field(line, "id: ") ?? id;
                name = Field(line, "event: ") ?? name;
                data = Field(line, "data: ") ?? data;
            }

            return seen;
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new TimeoutException($"Not enough events of {path} in {Patience.Usual.TotalSeconds:0} s, {seen.Count} seen: {string.Join('\n', seen.TakeLast(5))}", e);
        }
    }

    private static string? Field(string line, string prefix) => line.StartsWith(prefix, StringComparison.Ordinal) ? line[prefix.Length..] : null;
}
