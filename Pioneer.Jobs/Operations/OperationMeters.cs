using System.Diagnostics.Metrics;
using Pioneer.Domain.Operations;
using Pioneer.Jobs.Hosting;

namespace Pioneer.Jobs.Operations;

/// <summary>What monitoring sees of operations: how many ended how, and how long they took from the wish. No tenant is named.</summary>
public sealed class OperationMeters
{
    // a tenant takes half a second, a seed run hours
    private static readonly double[] Bounds = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200];

    private readonly Counter<long> _ended;
    private readonly Histogram<double> _seconds;

    public OperationMeters(IMeterFactory meters)
    {
        var meter = meters.Create(Telemetry.MeterOf("Operations"));
        _ended = meter.CreateCounter<long>("pioneer.operations.ended", "{operation}", "Operations that ended, by kind and state");
        _seconds = meter.CreateHistogram(
            "pioneer.operations.duration", "s", "From the request to the end of operations that succeeded, by kind", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Bounds });
    }

    /// <summary>Counts an operation that has reached its last state.</summary>
    public void Ended(Operation operation, OperationState state, DateTimeOffset at)
    {
        var kind = new KeyValuePair<string, object?>("kind", operation.Kind.ToString());
        _ended.Add(1, kind, new KeyValuePair<string, object?>("state", state.ToString()));
        if (state == OperationState.Succeeded)
        {
            _seconds.Record((at - operation.RequestedAt).TotalSeconds, kind);
        }
    }
}
