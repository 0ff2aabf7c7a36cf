using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Pioneer.Tests.Stories;

namespace Pioneer.Benchmarks.Races;

/// <summary>
/// What it costs to look after many tenants and connectors while nothing happens: this build and another run at the same time, set up by the same calls of
/// the API, and their processor time over the same minutes is compared. Feeds are asked once an hour, so that what is measured is the watching.
/// </summary>
/// <param name="Beside">The path of the other build's <c>Pioneer.Portal.dll</c>.</param>
/// <param name="Tenants">How many tenants each has.</param>
/// <param name="Feeds">How many feeds each tenant has: one connector a tenant and feed.</param>
/// <param name="Minutes">How long both are left alone, after a minute to settle.</param>
internal sealed record WatchRace(string Beside, int Tenants, int Feeds, int Minutes)
{
    private const int HourMs = 3_600_000;

    // as much as 'no more' can mean where the same build beside itself differs by so much
    private const double Goal = 1.1;

    private static readonly TimeSpan Settle = TimeSpan.FromMinutes(1), Turn = TimeSpan.FromSeconds(20);

    private static readonly string[] Settings = [.. PortalProcess.Unattended, "--Jobs:ReconcileCron=0 0 29 2 *"];

    public async Task<IReadOnlyList<Measurement>> RunAsync(CancellationToken ct)
    {
        await using var other = await PortalProcess.StartBuildAsync(Beside, ct, Settings);
        await SetUpAsync(other, "the other build", ct);
        await using var mine = await PortalProcess.StartAsync(ct, Settings);
        await SetUpAsync(mine, "this build", ct);
        await Task.Delay(Settle, ct);
        var (others, mines) = (new List<double>(), new List<double>());
        var began = Stopwatch.StartNew();
        var (otherBefore, mineBefore) = (Spent(other), Spent(mine));
        while (began.Elapsed < TimeSpan.FromMinutes(Minutes))
        {
            var turn = Stopwatch.StartNew();
            await Task.Delay(Turn, ct);
            var (otherNow, mineNow) = (Spent(other), Spent(mine));
            others.Add((otherNow - otherBefore) / turn.Elapsed * 100);
            mines.Add((mineNow - mineBefore) / turn.Elapsed * 100);
            (otherBefore, mineBefore) = (otherNow, mineNow);
        }

        var size = $"{Tenants} tenants, {Tenants * Feeds} connectors";
        return
        [
            new($"the other build, {size}", "% of a core", null, others),
            new($"this build, {size}", "% of a core", null, mines),
            new("this build, as a multiple of the other", "x", Goal, [mines.Sum() / others.Sum()]),
        ];
    }

    private async Task SetUpAsync(PortalProcess portal, string which, CancellationToken ct)
    {
        var watch = Stopwatch.StartNew();
        var payments = await portal.Api.GetFromJsonAsync<JsonElement>("feeds/payments", ct);
        var feeds = Enumerable.Range(1, Feeds).Select(number => $"feed-{number}").ToList();
        foreach (var feed in feeds)
        {
            using var answer = await portal.Api.PostAsJsonAsync("feeds", new
            {
                name = feed,
                source = payments.GetProperty("source"),
                table = payments.GetProperty("table"),
                kind = "Event",
                columns = payments.GetProperty("columns").EnumerateArray().Select(column => new
                {
                    name = column.GetProperty("name"),
                    sourceType = column.GetProperty("sourceType"),
                    type = column.GetProperty("type"),
                    nullable = column.GetProperty("nullable"),
                }),
                keyColumns = payments.GetProperty("keyColumns"),
                timestampColumn = payments.GetProperty("timestampColumn"),
                incrementingColumn = payments.GetProperty("incrementingColumn"),
                tenantColumn = payments.GetProperty("tenantColumn"),
                pollIntervalMs = HourMs,
                partitions = 1,
            }, ct);
            await MainJobSteps.SucceedAsync(answer, ct);
        }

        var steps = new MainJobSteps(portal);
        for (var number = 0; number < Tenants; number++)
        {
            var slug = $"client-{number:000}";
            await steps.CreateTenantAsync(slug, ct);
            foreach (var feed in feeds)
            {
                await steps.GrantAsync(slug, feed, ct);
            }
        }

        await Console.Error.WriteLineAsync($"  {which} is set up in {watch.Elapsed.TotalSeconds:0} s");
    }

    private static TimeSpan Spent(PortalProcess portal)
    {
        using var process = Process.GetProcessById(portal.ProcessId);
        return process.TotalProcessorTime;
    }
}
