using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Pioneer.Tests.Stories;

namespace Pioneer.Benchmarks.Races;

/// <summary>Steps of the main job as a client of the API takes them; each answers with the seconds it took.</summary>
internal sealed class MainJobSteps(PortalProcess portal)
{
    private const string Preview = "SELECT * FROM PAYMENTS WHERE AMOUNT > 1000 EMIT CHANGES;";
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20), Between = TimeSpan.FromMilliseconds(370);

    /// <summary>From sending the wish to the end of the operation; then the plan must be empty.</summary>
    public async Task<double> CreateTenantAsync(string slug, CancellationToken ct)
    {
        var watch = Stopwatch.StartNew();
        await DoAsync(HttpMethod.Post, "tenants", new { slug, name = slug, isolation = "Dedicated" }, ct);
        var seconds = watch.Elapsed.TotalSeconds;
        var plan = await portal.Api.GetFromJsonAsync<JsonElement>($"tenants/{slug}/plan", ct);
        return plan.GetProperty("changes").GetArrayLength() == 0 ? seconds : throw new InvalidOperationException($"{slug} is not in sync: {plan}");
    }

    public Task GrantAsync(string slug, string feed, CancellationToken ct) => DoAsync(HttpMethod.Put, $"tenants/{slug}/entitlements/{feed}", new { }, ct);

    public Task DeployAsync(string name, string sql, CancellationToken ct) =>
        DoAsync(HttpMethod.Post, "tenants/acme/subscriptions", new { name, sql }, ct);

    /// <summary>From sending the text to the first row; the preview is then ended by leaving.</summary>
    public async Task<double> PreviewAsync(CancellationToken ct)
    {
        var watch = Stopwatch.StartNew();
        using var request = new HttpRequestMessage(HttpMethod.Post, "tenants/acme/ksql:preview")
        {
            Content = JsonContent.Create(new { sql = Preview, maxRows = 100, maxSeconds = 60 }),
        };
        using var answer = await portal.Api.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        await SucceedAsync(answer, ct);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(ct));
        while (await lines.ReadLineAsync(ct) is { } line)
        {
            if (line.StartsWith("{\"row\"", StringComparison.Ordinal))
            {
                return watch.Elapsed.TotalSeconds;
            }
        }

        throw new InvalidOperationException("The preview ended without a row.");
    }

    /// <summary>Commits rows to the bank one by one while a client listens; one sample a row, from the commit to the event.</summary>
    public async Task<IReadOnlyList<double>> CommitToClientAsync(string subscription, int rows, CancellationToken ct)
    {
        var committed = new Dictionary<long, long>();
        var arrived = new Dictionary<long, long>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var listening = SseReader.ReadUntilAsync(portal.Api, $"tenants/acme/subscriptions/{subscription}/events?from=latest", seen =>
        {
            if (seen is [.., var newest])
            {
                arrived.TryAdd(newest.Data.GetProperty("key").GetInt64(), Stopwatch.GetTimestamp());
            }

            lock (committed)
            {
                return committed.Count == rows && committed.Keys.All(arrived.ContainsKey);
            }
        }, stop.Token);
        await Task.Delay(TimeSpan.FromSeconds(1), ct); // the listener takes its place before the first commit
        for (var row = 0; row < rows; row++)
        {
            var id = await BookAsync(ct);
            lock (committed)
            {
                committed[id] = Stopwatch.GetTimestamp();
            }

            await Task.Delay(Between, ct); // no multiple of the poll, so that the samples fall anywhere between two polls
        }

        await listening;
        return [.. committed.Select(pair => Stopwatch.GetElapsedTime(pair.Value, arrived[pair.Key]).TotalSeconds)];
    }

    /// <summary>Commits one row to the bank; gives its id.</summary>
    public async Task<long> BookAsync(CancellationToken ct)
    {
        await using var bank = new SqliteConnection($"Data Source={Path.Combine(portal.Data, "demo", "bank.db")};Default Timeout=10");
        await bank.OpenAsync(ct);
        await using var book = bank.CreateCommand();
        book.CommandText = """
            INSERT INTO payments (tenant_id, account_id, counterparty, amount, currency, booked_at, updated_at)
            SELECT tenant_id, id, 'Race', 1234.5, currency, $now, $now FROM accounts WHERE tenant_id = 'acme' LIMIT 1
            RETURNING id
            """;
        book.Parameters.AddWithValue("$now", TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        return (long)(await book.ExecuteScalarAsync(ct))!;
    }

    /// <summary>Asks for something and waits until its operation has ended well.</summary>
    public async Task DoAsync(HttpMethod method, string path, object body, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body) };
        using var answer = await portal.Api.SendAsync(request, ct);
        await SucceedAsync(answer, ct);
        var accepted = await answer.Content.ReadFromJsonAsync<JsonElement>(ct);
        while (true)
        {
            var operation = await portal.Api.GetFromJsonAsync<JsonElement>($"operations/{accepted.GetProperty("operationId").GetString()}", ct);
            switch (operation.GetProperty("state").GetString())
            {
                case "Succeeded":
                    return;
                case "Queued" or "Running":
                    await Task.Delay(Poll, ct);
                    break;
                default:
                    throw new InvalidOperationException($"{method} {path}: {operation}");
            }
        }
    }

    public static async Task SucceedAsync(HttpResponseMessage answer, CancellationToken ct)
    {
        if (!answer.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"{answer.RequestMessage!.Method} {answer.RequestMessage.RequestUri}: {await answer.Content.ReadAsStringAsync(ct)}");
        }
    }
}
