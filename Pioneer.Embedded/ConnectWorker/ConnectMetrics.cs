using System.Diagnostics.Metrics;

namespace Pioneer.Embedded.Connect;

/// <summary>
/// Figures of the worker; meter <c>Pioneer.Embedded.Connect</c>. They name no connector: anybody may read /metrics, and a connector's name begins with its tenant.
/// </summary>
internal static class ConnectMetrics
{
    public const string MeterName = "Pioneer.Embedded.Connect";

    private static readonly Meter Meter = new(MeterName);

    public static readonly Counter<long> Records = Meter.CreateCounter<long>("pioneer.connect.records", "{record}", "Records committed");
    public static readonly Counter<long> Skipped = Meter.CreateCounter<long>("pioneer.connect.skipped", "{record}", "Records skipped by errors.tolerance");
    public static readonly Counter<long> BulkCycles = Meter.CreateCounter<long>("pioneer.connect.bulk_cycles", "{cycle}", "Complete bulk reads committed");
    public static readonly Counter<long> Retries = Meter.CreateCounter<long>("pioneer.connect.retries", "{retry}", "Sessions begun again after an error that passes");
}
