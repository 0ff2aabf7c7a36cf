using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Persistence;
using Pioneer.Jobs.Provisioning;

namespace Pioneer.Benchmarks.Races;

/// <summary>
/// What a house full of tenants costs while nothing differs: drift scans over a third of the tenants, then over all of them, on the embedded platform. What a
/// tenant costs must not grow with the number of its neighbours.
/// </summary>
/// <param name="Tenants">How many tenants there are in the end, each with <see cref="HouseStage.Feeds"/> topics.</param>
/// <param name="Rounds">Scans of each size, each one sample, after one that is not counted.</param>
internal sealed record HouseRace(int Tenants, int Rounds)
{
    // 10,000 tenants in 40 times the time of 300
    private const double MostGrowth = 40 * 300 / 10_000d;

    public async Task<IReadOnlyList<Measurement>> RunAsync(CancellationToken ct)
    {
        await using var stage = await HouseStage.StartAsync(ct);
        var (few, many) = (await ScanAsync(stage, Tenants / 3, ct), await ScanAsync(stage, Tenants, ct));
        return
        [
            few,
            many,
            new("time a tenant among all of them, as a multiple of among a third", "x", MostGrowth, [many.Median / Tenants / (few.Median / (Tenants / 3))]),
            new("memory of the process, platform included", "MB", null, [Process.GetCurrentProcess().WorkingSet64 / 1048576d]),
        ];
    }

    private async Task<Measurement> ScanAsync(HouseStage stage, int tenants, CancellationToken ct)
    {
        var filling = Stopwatch.StartNew();
        await stage.FillAsync(tenants, ct);
        await Console.Error.WriteLineAsync($"  {tenants} tenants are there after {filling.Elapsed.TotalSeconds:0} s");
        var samples = new List<double>();
        for (var round = 0; round <= Rounds; round++)
        {
            var began = TimeProvider.System.GetUtcNow();
            var watch = Stopwatch.StartNew();
            await stage.InScopeAsync<DriftScan>(scan => scan.RunAsync(ct));
            var took = watch.Elapsed.TotalSeconds;
            await stage.InScopeAsync<PioneerDbContext>(async db =>
            {
                var compared = await db.Tenants.CountAsync(row => row.DriftCount == 0 && row.DriftCheckedAt >= began, ct);
                if (compared != tenants)
                {
                    throw new InvalidOperationException($"{compared} of {tenants} tenants were compared and found as wanted.");
                }
            });
            if (round > 0)
            {
                samples.Add(took);
            }
        }

        return new($"drift scan over {tenants} tenants with {HouseStage.Feeds} topics each", "s", null, samples);
    }
}
