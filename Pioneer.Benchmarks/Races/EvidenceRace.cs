using System.Diagnostics;
using Pioneer.Domain.Recovery;

namespace Pioneer.Benchmarks.Races;

/// <summary>
/// What it takes to judge a round over many partitions once the brokers have told it: its clocks, findings and horizons of all tenants,
/// and their verdicts.
/// </summary>
internal sealed record EvidenceRace(int Tenants, int Partitions, int Rounds)
{
    private const double Goal = 1;

    public Task<IReadOnlyList<Measurement>> RunAsync(CancellationToken ct)
    {
        var world = new EvidenceWorld(Tenants, Partitions);
        var size = $"{world.Partitions:N0} partitions, {Tenants:N0} tenants";
        return Task.FromResult<IReadOnlyList<Measurement>>(
            [.. Measure(world, size, unseen: 0, ct), .. Measure(world, $"{size}, every third unseen", unseen: 3, ct)]);
    }

    private List<Measurement> Measure(EvidenceWorld world, string size, int unseen, CancellationToken ct)
    {
        List<double> clocks = [], findings = [], verdicts = [], all = [], spent = [];
        var before = Clocked(world.Round(0), null);
        // the first one is for the compiler
        for (var number = 1; number <= Rounds + 1; number++)
        {
            ct.ThrowIfCancellationRequested();
            // what is told is new in each round, as from brokers; no garbage of making it is measured
            var told = world.Round(number, unseen);
            GC.Collect();
            var spentBefore = Environment.CpuUsage.TotalTime;
            var began = Stopwatch.GetTimestamp();
            var round = Clocked(told, before);
            var clocked = Stopwatch.GetTimestamp();
            var found = Findings(world, round);
            var judged = Stopwatch.GetTimestamp();
            var whole = world.Flows.Count(flow => VerdictJudge.Judge(flow, before, round, interrupted: true).Verdict is Verdict.FullLate);
            var ended = Stopwatch.GetTimestamp();
            if (number > 1)
            {
                clocks.Add(Stopwatch.GetElapsedTime(began, clocked).TotalSeconds);
                findings.Add(Stopwatch.GetElapsedTime(clocked, judged).TotalSeconds);
                verdicts.Add(Stopwatch.GetElapsedTime(judged, ended).TotalSeconds);
                spent.Add((Environment.CpuUsage.TotalTime - spentBefore).TotalSeconds);
                all.Add(Stopwatch.GetElapsedTime(began, ended).TotalSeconds);
            }

            Console.Error.WriteLine($"  round {number}: {found:N0} findings and horizons, {whole:N0} verdicts 'full, late'");
            before = round;
        }

        return
        [
            new($"clocks and places to ask about, {size}", "s", null, clocks),
            new($"findings and horizons, {size}", "s", null, findings),
            new($"verdicts of all tenants, {size}", "s", null, verdicts),
            new($"processor time of a round, {size}", "s", null, spent),
            new($"a round in all, {size}", "s", Goal, all),
        ];
    }

    private static EvidenceRound Clocked(EvidenceRound told, EvidenceRound? before)
    {
        var cluster = EvidenceClocks.Carried(told.Cluster!, told.TakenAt, before);
        var dates = UndatedPlaces.Of(cluster, told.TakenAt, before?.TakenAt).ToDictionary(place => place, place => place.Before);
        return told with { Cluster = UndatedPlaces.Dated(cluster, dates, told.TakenAt) };
    }

    private static int Findings(EvidenceWorld world, EvidenceRound round)
    {
        var connectors = round.Connectors!.Value.ToDictionary(connector => connector.Name, StringComparer.Ordinal);
        return world.Flows.Sum(flow => FlowFindings.Of(flow, round, connectors, round.TakenAt).Count())
            + ClusterFindings.Of(world.Flows, round).Count()
            + world.Flows.Count(flow => LossHorizon.Of(flow, round, round.TakenAt).Kind is not LossHorizonKind.NothingUndelivered);
    }
}
