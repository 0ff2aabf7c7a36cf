using System.Text.Json;
using Pioneer.Domain.Recovery;

namespace Pioneer.Jobs.KsqlDb;

/// <summary>
/// What a query could not do as it should: rows that it left out, and values that it could not compute. Our own server tells it with each query; ksqlDB
/// writes it to its processing log, which its REST does not show by query.
/// </summary>
public sealed record KsqlFaults(SkippedRows Skipped, FailedValues FailedValues)
{
    /// <summary>As an entry of SHOW QUERIES has it, or a line of a streamed result; null where it does not.</summary>
    internal static KsqlFaults? Of(JsonElement told) =>
        told.TryGetProperty("skipped", out var skipped) && skipped.ValueKind == JsonValueKind.Object
        && told.TryGetProperty("failedValues", out var failed) && failed.ValueKind == JsonValueKind.Object
            ? new KsqlFaults(
                new SkippedRows(Count(skipped), Time(skipped, "lastAt"), Text(skipped, "lastPlace"), Text(skipped, "lastReason")) { Since = Time(skipped, "since") },
                new FailedValues(Count(failed), Time(failed, "lastAt"), Text(failed, "lastPlace"), Text(failed, "lastReason"), Time(failed, "since") ?? DateTimeOffset.UnixEpoch))
            : null;

    private static long Count(JsonElement faults) => faults.GetProperty("count").GetInt64();

    private static DateTimeOffset? Time(JsonElement faults, string property) =>
        faults.TryGetProperty(property, out var ms) ? DateTimeOffset.FromUnixTimeMilliseconds(ms.GetInt64()) : null;

    private static string? Text(JsonElement faults, string property) => faults.TryGetProperty(property, out var text) ? text.GetString() : null;
}
