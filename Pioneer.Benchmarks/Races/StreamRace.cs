using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Pioneer.Tests.Stories;

namespace Pioneer.Benchmarks.Races;

/// <summary>
/// Measures what many clients of one subscription's event stream cost, of which half never read: how much later than the first an event reaches the others,
/// threads and memory of the portal beside those with one client, and calls of the API meanwhile.
/// </summary>
/// <param name="Clients">Streams at the same time.</param>
/// <param name="Seconds">How long is measured.</param>
/// <param name="Beside">Another build's Pioneer.Portal.dll, which is measured after this one; null for none.</param>
internal sealed record StreamRace(int Clients, int Seconds, string? Beside)
{
    private const string Events = "tenants/acme/subscriptions/large/events?from=latest";
    private const int RowsPerSecond = 15;
    private const double MostLater = 0.1, MostThreads = 60, MostMemory = 150, SlowestCall = 0.1;

    private static readonly TimeSpan BetweenCalls = TimeSpan.FromMilliseconds(200);

    public async Task<IReadOnlyList<Measurement>> RunAsync(CancellationToken ct)
    {
        IReadOnlyList<Measurement> measured;
        await using (var portal = await PortalProcess.StartAsync(ct, Settings))
        {
            measured = await MeasureAsync(portal, "", isGoal: true, ct);
        }

        if (Beside is null)
        {
            return measured;
        }

        await using var other = await PortalProcess.StartBuildAsync(Beside, ct, Settings);
        return [.. measured, .. await MeasureAsync(other, "the other build: ", isGoal: false, ct)];
    }

    private static string[] Settings =>
        [.. PortalProcess.Unattended, "--Api:Streams=100000", "--Api:Burst=100000", "--Tenants:Limits:Streams=0"];

    private async Task<IReadOnlyList<Measurement>> MeasureAsync(PortalProcess portal, string name, bool isGoal, CancellationToken ct)
    {
        var steps = new MainJobSteps(portal);
        await steps.CreateTenantAsync("acme", ct);
        await steps.GrantAsync("acme", "payments", ct);
        await steps.DeployAsync("large", "SELECT ID, AMOUNT FROM PAYMENTS EMIT CHANGES;", ct);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = int.MaxValue })
        {
            BaseAddress = portal.Api.BaseAddress, Timeout = Timeout.InfiniteTimeSpan,
        };
        http.DefaultRequestHeaders.Authorization = portal.Api.DefaultRequestHeaders.Authorization;
        var arrivals = new ConcurrentDictionary<string, ConcurrentBag<long>>(StringComparer.Ordinal);
        var booking = BookAsync(steps, stop.Token);
        var readers = new List<Task> { ReadAsync(http, arrivals, stop.Token) };
        await Task.Delay(TimeSpan.FromSeconds(5), ct);
        var (threads, memory) = Use(portal);

        var refused = 0;
        var silent = new List<HttpResponseMessage>();
        for (var client = 1; client < Clients; client++)
        {
            if (client % 2 == 0)
            {
                readers.Add(ReadAsync(http, arrivals, stop.Token));
                continue;
            }

            // asked for and never read
            var answer = await http.GetAsync(Events, HttpCompletionOption.ResponseHeadersRead, ct);
            refused += answer.IsSuccessStatusCode ? 0 : 1;
            silent.Add(answer);
        }

        await Task.Delay(TimeSpan.FromSeconds(5), ct);
        arrivals.Clear();
        var calls = await CallAsync(portal, ct);
        var (threadsOfAll, memoryOfAll) = Use(portal);
        await stop.CancelAsync();
        silent.ForEach(answer => answer.Dispose());
        await Task.WhenAll([booking, .. readers.Select(async reader => await reader.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing))]);
        refused += readers.Count(reader => reader.IsFaulted);
        var later = arrivals.Values.SelectMany(at => at.Select(ticks => Stopwatch.GetElapsedTime(at.Min(), ticks).TotalSeconds)).ToList();
        return
        [
            new($"{name}an event at one of {readers.Count} clients that read, after the first of them", "s", null, later),
            new($"{name}the same, 99th percentile", "s", isGoal ? MostLater : null, [later.Order().ElementAt((int)(later.Count * 0.99))]),
            new($"{name}streams of {Clients} that were refused or broke", "", isGoal ? 1 : null, [refused]),
            new($"{name}threads more than with one client", "", isGoal ? MostThreads : null, [threadsOfAll - threads]),
            new($"{name}memory more than with one client", "MB", isGoal ? MostMemory : null, [memoryOfAll - memory]),
            new($"{name}a list of subscriptions meanwhile", "s", isGoal ? SlowestCall : null, calls),
        ];
    }

    private static async Task BookAsync(MainJobSteps steps, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1) / RowsPerSecond);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                await steps.BookAsync(stop);
            }
        }
        catch (OperationCanceledException)
        {
            // measured
        }
    }

    private static async Task ReadAsync(HttpClient http, ConcurrentDictionary<string, ConcurrentBag<long>> arrivals, CancellationToken stop)
    {
        using var answer = await http.GetAsync(Events, HttpCompletionOption.ResponseHeadersRead, stop);
        answer.EnsureSuccessStatusCode();
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(stop));
        while (await lines.ReadLineAsync(stop) is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal) && line.Contains("\"value\":{", StringComparison.Ordinal))
            {
                arrivals.GetOrAdd(line, _ => []).Add(Stopwatch.GetTimestamp());
            }
        }

        if (!stop.IsCancellationRequested)
        {
            throw new InvalidOperationException("A stream ended.");
        }
    }

    private async Task<List<double>> CallAsync(PortalProcess portal, CancellationToken ct)
    {
        var (calls, watch) = (new List<double>(), Stopwatch.StartNew());
        while (watch.Elapsed.TotalSeconds < Seconds)
        {
            var call = Stopwatch.StartNew();
            await portal.Api.GetStringAsync("tenants/acme/subscriptions", ct);
            calls.Add(call.Elapsed.TotalSeconds);
            await Task.Delay(BetweenCalls, ct);
        }

        return calls;
    }

    private static (double Threads, double Megabytes) Use(PortalProcess portal)
    {
        var status = File.ReadLines($"/proc/{portal.ProcessId}/status").Select(line => line.Split(':', 2)).ToDictionary(pair => pair[0], pair => pair[1].Trim());
        return (Number(status["Threads"]), Number(status["VmRSS"].Split(' ')[0]) / 1024);
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
