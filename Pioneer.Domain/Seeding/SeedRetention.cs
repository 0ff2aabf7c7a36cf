using System.Globalization;

namespace Pioneer.Domain.Seeding;

/// <summary>How long a delivery topic keeps what a seed run put there.</summary>
/// <param name="Ms">Retention by time; null for ever.</param>
/// <param name="Bytes">Size of a partition above which the oldest records go whatever their age is; null for any size.</param>
/// <param name="FromWriting">The time counts from when a record was written; false: from the record's own, which a seed row has from its source.</param>
public sealed record SeedRetention(long? Ms, long? Bytes, bool FromWriting)
{
    /// <summary>The earliest time at which one of the delivered rows may go; null where none goes by time.</summary>
    public DateTimeOffset? StandsUntil { get; init; }

    /// <summary>Rows that are older than the retention are deleted as soon as Kafka looks, which is within 5 minutes by default.</summary>
    public bool DeletesByRowTime => Ms is not null && !FromWriting;

    /// <summary>The retention in words, such as <c>7 days</c>.</summary>
    public string Words => Ms is not { } ms ? "ever"
        : TimeSpan.FromMilliseconds(ms) is { TotalDays: >= 2 } days ? string.Create(CultureInfo.InvariantCulture, $"{days.TotalDays:0.#} days")
        : string.Create(CultureInfo.InvariantCulture, $"{TimeSpan.FromMilliseconds(ms).TotalMinutes:0.#} minutes");

    /// <summary>From a topic's settings in effect, those of the brokers included.</summary>
    public static SeedRetention Of(IReadOnlyDictionary<string, string> configs)
    {
        var deletes = configs.GetValueOrDefault("cleanup.policy", "delete").Contains("delete", StringComparison.Ordinal);
        return new SeedRetention(
            deletes ? Limit("retention.ms") : null, deletes ? Limit("retention.bytes") : null, configs.GetValueOrDefault("message.timestamp.type") == "LogAppendTime");

        long? Limit(string key) =>
            long.TryParse(configs.GetValueOrDefault(key), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var limit) && limit >= 0 ? limit : null;
    }

    /// <summary>With what is known once the rows were read.</summary>
    /// <param name="oldestMs">Timestamp of the oldest row delivered; null for none.</param>
    public SeedRetention WithOldest(long? oldestMs) => this with
    {
        // a retention of centuries ends after the calendar
        StandsUntil = Ms is { } kept && oldestMs is { } oldest && kept <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() - Math.Max(oldest, 0)
            ? DateTimeOffset.FromUnixTimeMilliseconds(oldest + kept)
            : null,
    };
}
