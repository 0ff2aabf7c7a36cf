using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Recovery;
using Pioneer.Jobs.Hosting;

namespace Pioneer.Jobs.Recovery;

/// <summary>Keeps rounds of evidence in the portal's database: one row a round, all of them for a day, one an hour for a year.</summary>
public sealed class EvidenceStore(IServiceScopeFactory scopes, TimeProvider time)
{
    /// <summary>The most rounds that one thinning deletes: two days' worth, so that a backlog never holds the database for long.</summary>
    public const int MaxThinned = 10_000;

    // short statements let writers of the same database in between
    private const int DeletedAtOnce = 500;
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

    /// <summary>What the incident's verdict compares with: of every topic and group the earliest evidence from before a detection; null when there is none.</summary>
    public async Task<EvidenceRound?> BeforeAsync(Incident incident, CancellationToken ct)
    {
        EvidenceRound? before = null;
        foreach (var moment in incident.EvidenceMoments())
        {
            if (await LastGoodAsync(moment, ct) is { } round)
            {
                before = before?.CompletedBy(round) ?? round;
            }
        }

        return before;
    }

    /// <summary>
    /// Thins out what is older than a day to the first round of each hour and outcome, and drops what is older than a year; at most
    /// <see cref="MaxThinned"/> rounds a call, the oldest first. The rounds that open incidents will be judged by stay. Scheduled hourly; two at
    /// once delete the same rows, which harms nothing.
    /// </summary>
    public async Task ThinAsync(CancellationToken ct)
    {
        await using var scope = scopes.OpenPlatform(out var db);
        var now = time.GetUtcNow();
        var open = db.Incidents.Where(incident => incident.State != IncidentState.Closed);
        var needed = await open.Select(incident => incident.LastGoodAt).Concat(open.SelectMany(incident => incident.Timeline).Select(line => line.LastGoodAt))
            .Where(moment => moment != null).Select(moment => moment!.Value).ToHashSetAsync(ct);
        var hours = new HashSet<(long Hour, ProbeOutcome Outcome)>();
        var spare = new List<long>();
        await foreach (var sample in db.Evidence.AsNoTracking().Where(sample => sample.TakenAt < now - FullFor).OrderBy(sample => sample.TakenAt)
            .Select(sample => new { sample.Id, sample.TakenAt, sample.Outcome }).AsAsyncEnumerable().WithCancellation(ct))
        {
            var first = hours.Add((sample.TakenAt.UtcTicks / TimeSpan.TicksPerHour, sample.Outcome));
            if ((!first || sample.TakenAt < now - ThinFor) && !needed.Contains(sample.TakenAt))
            {
                spare.Add(sample.Id);
            }

            if (spare.Count == MaxThinned)
            {
                break;
            }
        }

        foreach (var chunk in spare.Chunk(DeletedAtOnce))
        {
            await db.Evidence.Where(sample => chunk.Contains(sample.Id)).ExecuteDeleteAsync(ct);
        }
    }
}
