using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Recovery;
using Pioneer.Jobs.Hosting;

namespace Pioneer.Jobs.Recovery;

/// <summary>Keeps rounds of evidence in the portal's database: one row a round, all of them for a day, one an hour for a year.</summary>
public sealed class EvidenceStore(IServiceScopeFactory scopes, TimeProvider time)
{
    private const string RoundProbe = "round", Platform = "platform";
    private static readonly TimeSpan FullFor = TimeSpan.FromDays(1), ThinFor = TimeSpan.FromDays(365);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Adds the round.</summary>
    public async Task KeepAsync(EvidenceRound round, CancellationToken ct)
    {
        await using var scope = scopes.OpenPlatform(out var db);
        db.Evidence.Add(new EvidenceSample
        {
            TakenAt = round.TakenAt,
            Probe = RoundProbe,
            Subject = Platform,
            Outcome = round.Cluster is null ? ProbeOutcome.NotObserved : ProbeOutcome.Healthy,
            Data = JsonSerializer.Serialize(round, Json),
        });
        await db.SaveChangesAsync(ct);
    }

    /// <summary>The newest round with the brokers in it that was taken before the moment given; null when there is none.</summary>
    public async Task<EvidenceRound?> LastGoodAsync(DateTimeOffset? before, CancellationToken ct)
    {
        await using var scope = scopes.OpenPlatform(out var db);
        var limit = before ?? time.GetUtcNow();
        var sample = await db.Evidence.AsNoTracking()
            .Where(sample => sample.Probe == RoundProbe && sample.Outcome == ProbeOutcome.Healthy && sample.TakenAt <= limit)
            .OrderByDescending(sample => sample.TakenAt).FirstOrDefaultAsync(ct);
        return sample is null ? null : JsonSerializer.Deserialize<EvidenceRound>(sample.Data, Json);
    }

    /// <summary>Thins out what is older than a day to the first round of each hour, and drops what is older than a year.</summary>
    public async Task ThinAsync(CancellationToken ct)
    {
        await using var scope = scopes.OpenPlatform(out var db);
        var now = time.GetUtcNow();
        await db.Evidence.Where(sample => sample.TakenAt < now - ThinFor).ExecuteDeleteAsync(ct);
        var old = await db.Evidence.AsNoTracking().Where(sample => sample.TakenAt < now - FullFor)
            .OrderBy(sample => sample.TakenAt).Select(sample => new { sample.Id, sample.TakenAt }).ToListAsync(ct);
        var spare = old.GroupBy(sample => new DateTime(sample.TakenAt.Year, sample.TakenAt.Month, sample.TakenAt.Day, sample.TakenAt.Hour, 0, 0, DateTimeKind.Utc))
            .SelectMany(hour => hour.Skip(1)).Select(sample => sample.Id);
        foreach (var chunk in spare.Chunk(500))
        {
            await db.Evidence.Where(sample => chunk.Contains(sample.Id)).ExecuteDeleteAsync(ct);
        }
    }
}
