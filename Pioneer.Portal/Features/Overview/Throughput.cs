using System.Collections.Immutable;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Recovery;
using Pioneer.Jobs.Recovery;

namespace Pioneer.Portal.Features.Overview;

/// <summary>Records a second through one layer over the last rounds of evidence, oldest first.</summary>
public sealed record LayerRate(double? PerSecond, ImmutableArray<double> Samples)
{
    public static LayerRate NotObserved { get; } = new(null, []);
}

/// <summary>Works out rates from the topics' end offsets of consecutive evidence rounds. Nothing is estimated: fewer than two rounds give no rate.</summary>
public sealed class Throughput(PlatformPicture picture) : IHostedService
{
    private const int Kept = 60;

    private readonly Lock _gate = new();
    private readonly Dictionary<TopicKind, ImmutableArray<double>> _samples = [];
    private ImmutableArray<double> _processed = [];
    private EvidenceRound? _last;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        picture.Changed += Take;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        picture.Changed -= Take;
        return Task.CompletedTask;
    }

    public LayerRate Of(TopicKind kind)
    {
        lock (_gate)
        {
            return _samples.TryGetValue(kind, out var samples) && samples.Length > 0 ? new LayerRate(samples[^1], samples) : LayerRate.NotObserved;
        }
    }

    /// <summary>What the queries have read and committed.</summary>
    public LayerRate Processed()
    {
        lock (_gate)
        {
            return _processed.IsEmpty ? LayerRate.NotObserved : new LayerRate(_processed[^1], _processed);
        }
    }

    private void Take()
    {
        if (picture.Round is not { Cluster: { } cluster } round)
        {
            return;
        }

        lock (_gate)
        {
            if (_last is { Cluster: { } before } last && round.TakenAt > last.TakenAt)
            {
                Add(before, cluster, (round.TakenAt - last.TakenAt).TotalSeconds);
            }

            _last = round;
        }
    }

    private void Add(ClusterEvidence before, ClusterEvidence after, double seconds)
    {
        var ends = before.Topics.ToDictionary(t => t.Name, t => t.Partitions.Sum(p => p.End), StringComparer.Ordinal);
        var written = after.Topics
            .Where(t => ends.ContainsKey(t.Name))
            .GroupBy(t => TopicNames.Parse(t.Name)?.Kind)
            .Where(g => g.Key is not null)
            .ToDictionary(g => g.Key!.Value, g => g.Sum(t => Math.Max(0, t.Partitions.Sum(p => p.End) - ends[t.Name])));
        foreach (var (kind, records) in written)
        {
            _samples[kind] = Push(_samples.GetValueOrDefault(kind, []), records / seconds);
        }

        var committed = before.Groups.ToDictionary(g => g.Name, g => g.Committed.Sum(c => c.Offset), StringComparer.Ordinal);
        if (committed.Count > 0)
        {
            var read = after.Groups.Where(g => committed.ContainsKey(g.Name)).Sum(g => Math.Max(0, g.Committed.Sum(c => c.Offset) - committed[g.Name]));
            _processed = Push(_processed, read / seconds);
        }
    }

    private static ImmutableArray<double> Push(ImmutableArray<double> samples, double value)
    {
        var longer = samples.Add(value);
        return longer.Length > Kept ? longer.RemoveAt(0) : longer;
    }
}
