using System.Diagnostics;
using Pioneer.Tests.Stories;

namespace Pioneer.Benchmarks.Races;

/// <summary>
/// Measures the goals of the main job on the real portal with the embedded platform and the demo bank, as processes of their own, through the
/// API that clients use.
/// </summary>
/// <param name="Tenants">Tenants created, each one sample.</param>
/// <param name="Rows">Rows committed to the bank, each one sample of the way to the client; a quarter as many previews.</param>
/// <param name="Rounds">First and second starts, each on a new data folder, and clones.</param>
/// <param name="FromClone">Whether to measure from a clone of the repository to the ready line too.</param>
internal sealed record MainJobRace(int Tenants, int Rows, int Rounds, bool FromClone)
{
    private static readonly TimeSpan Settle = TimeSpan.FromMinutes(1), Idle = TimeSpan.FromSeconds(30);

    public async Task<IReadOnlyList<Measurement>> RunAsync(CancellationToken ct)
    {
        var measured = new List<Measurement>();
        if (FromClone)
        {
            measured.Add(new("from a clone (restored) to ready", "s", 30, await CloneToReady.MeasureAsync(Rounds, ct)));
        }

        measured.AddRange(await StartsAsync(ct));
        await using var portal = await PortalProcess.StartAsync(ct, PortalProcess.Unattended);
        measured.AddRange(await IdleAsync(portal, "idle with the demo", ct));
        var story = new MainJobSteps(portal);
        await story.CreateTenantAsync("acme", ct); // the first one also warms the code; it is not counted
        await story.GrantAsync("acme", "payments", ct);
        await story.PreviewAsync(ct);
        await story.DeployAsync("all-payments", "SELECT * FROM PAYMENTS EMIT CHANGES;", ct);
        measured.Add(new("preview, to the first row", "s", 1, await RepeatAsync(Math.Max(1, Rows / 4), _ => story.PreviewAsync(ct))));
        measured.Add(new("row committed in the bank to SSE client", "s", 1.5, await story.CommitToClientAsync("all-payments", Rows, ct)));
        measured.AddRange(await IdleAsync(portal, "idle with a tenant, a feed and a subscription", ct));
        measured.Add(new("tenant, from the click to in sync", "s", 2, await RepeatAsync(Tenants, number => story.CreateTenantAsync($"client-{number:000}", ct))));
        return measured;
    }

    private async Task<IReadOnlyList<Measurement>> StartsAsync(CancellationToken ct)
    {
        var (first, second) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            var watch = Stopwatch.StartNew();
            await using var portal = await PortalProcess.StartAsync(ct, PortalProcess.Unattended);
            first.Add(watch.Elapsed.TotalSeconds);
            await portal.KillAsync();
            watch.Restart();
            await portal.StartAgainAsync(ct);
            second.Add(watch.Elapsed.TotalSeconds);
        }

        return [new("first start, to ready", "s", 30, first), new("second start, to ready", "s", 3, second)];
    }

    private static async Task<IReadOnlyList<Measurement>> IdleAsync(PortalProcess portal, string state, CancellationToken ct)
    {
        await Task.Delay(Settle, ct);
        using var process = Process.GetProcessById(portal.ProcessId);
        var (before, watch) = (process.TotalProcessorTime, Stopwatch.StartNew());
        await Task.Delay(Idle, ct);
        process.Refresh();
        var share = (process.TotalProcessorTime - before) / watch.Elapsed * 100;
        return [new($"{state}: memory", "MB", 400, [process.WorkingSet64 / 1e6]), new($"{state}: processor", "% of a core", 5, [share])];
    }

    private static async Task<IReadOnlyList<double>> RepeatAsync(int times, Func<int, Task<double>> step)
    {
        var samples = new List<double>(times);
        for (var number = 0; number < times; number++)
        {
            samples.Add(await step(number));
        }

        return samples;
    }
}
