using System.Diagnostics.Metrics;

namespace Pioneer.Embedded.Ksql;

/// <summary>
/// Figures of the ksql server; meter <c>Pioneer.Embedded.Ksql</c>. They name no query: anybody may read /metrics, and a query's name begins with its tenant.
/// </summary>
internal static class KsqlMetrics
{
    public const string MeterName = "Pioneer.Embedded.Ksql";

    private static readonly Meter Meter = new(MeterName);

    public static readonly Counter<long> Skipped = Meter.CreateCounter<long>("pioneer.ksql.skipped", "{record}", "Records left out by persistent queries");
    public static readonly Counter<long> FailedValues = Meter.CreateCounter<long>("pioneer.ksql.failed_values", "{value}", "Values written as NULL because their expression failed");
}
