namespace Pioneer.Benchmarks.Races;

/// <summary>One thing measured, beside its goal.</summary>
/// <param name="Name">What was measured, as the table says it.</param>
/// <param name="Unit">Unit of samples and goal: <c>s</c>, <c>MB</c> or <c>% of a core</c>.</param>
/// <param name="Goal">The figure to stay under; null for what is only shown.</param>
/// <param name="Samples">Every sample, in the order taken; at least one.</param>
internal sealed record Measurement(string Name, string Unit, double? Goal, IReadOnlyList<double> Samples)
{
    public double Median => Percentile(0.5);

    public double P95 => Percentile(0.95);

    public double Worst => Samples.Max();

    /// <summary>Judged by the 95th percentile, which for a few samples is the worst one.</summary>
    public bool Holds => Goal is null || P95 < Goal;

    /// <summary>Nearest rank: a value that was measured, never one between two.</summary>
    private double Percentile(double share)
    {
        var sorted = Samples.Order().ToArray();
        return sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
    }
}
