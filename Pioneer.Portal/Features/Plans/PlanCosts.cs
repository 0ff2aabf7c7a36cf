using System.Collections.Immutable;
using System.Globalization;
using Pioneer.Domain;
using Pioneer.Domain.Provisioning;

namespace Pioneer.Portal.Features.Plans;

/// <summary>What a plan costs beside its counts: storage and limits, in words.</summary>
public static class PlanCosts
{
    private const string Unchanged = "as it is";

    /// <summary>What topics that are made may take, all copies counted, as far as their settings bound it.</summary>
    public static string Storage(Plan plan)
    {
        var topics = plan.Changes.OfType<TopicChange>().ToList();
        var made = topics.Where(topic => topic.Kind is ChangeKind.Create).Select(topic => topic.Topic).ToList();
        List<string> words = [];
        if (made.Where(topic => Bytes(topic) is not null).ToList() is { Count: > 0 } bounded)
        {
            words.Add($"{Plural.Of(bounded.Count, "topic")} with {Sizes.Words(bounded.Sum(topic => Bytes(topic)!.Value))} at most");
        }

        words.AddRange(made.Where(topic => Bytes(topic) is null).GroupBy(Kept).OrderBy(same => same.Key, StringComparer.Ordinal)
            .Select(same => $"{Plural.Of(same.Count(), "topic")} without a limit by size, {same.Key}"));
        if (topics.Count(topic => topic.Kind is ChangeKind.Delete) is > 0 and var gone)
        {
            words.Add($"what {Plural.Of(gone, "topic")} {Plural.Noun(gone, "holds", "hold")} goes");
        }

        return words.Count == 0 ? Unchanged : string.Join("; ", words);
    }

    /// <summary>The limits of clients that change, in people's units.</summary>
    public static string Limits(Plan plan)
    {
        var changes = plan.Changes.OfType<QuotaChange>().OrderBy(change => change.User, StringComparer.Ordinal).ToList();
        return changes.Count == 0
            ? "as they are"
            : string.Join("; ", changes.Select(change => $"{change.User}: {string.Join(", ", change.Wanted.Select(Limit))}"));
    }

    private static string Limit(KeyValuePair<string, double?> limit) => (limit.Key, limit.Value) switch
    {
        (QuotaKeys.ProducerByteRate, var rate) => $"writes {Rate(rate)}",
        (QuotaKeys.ConsumerByteRate, var rate) => $"reads {Rate(rate)}",
        (QuotaKeys.RequestPercentage, { } share) => string.Create(CultureInfo.InvariantCulture, $"{share:0.##} % of a broker's request threads"),
        (QuotaKeys.RequestPercentage, null) => "requests without a limit",
        (QuotaKeys.ControllerMutationRate, { } rate) => string.Create(CultureInfo.InvariantCulture, $"{rate:0.##} partitions made or deleted a second"),
        (QuotaKeys.ControllerMutationRate, null) => "partitions made without a limit",
        var (key, value) => $"{key} {value?.ToString(CultureInfo.InvariantCulture) ?? "without a limit"}",
    };

    private static string Rate(double? bytes) => bytes is { } rate ? $"{Sizes.Words((long)Math.Min(rate, long.MaxValue / 2))} a second" : "without a limit";

    // a compacted topic grows with its keys, whatever its retention says
    private static long? Bytes(TopicSpec topic) => !IsCompacted(topic.Configs) && Number(topic.Configs, "retention.bytes") is > 0 and var bytes
        ? bytes * topic.Partitions * topic.ReplicationFactor
        : null;

    /// <summary>A hundred thousand days, in milliseconds: Kafka's largest number is meant as 'for ever' too.</summary>
    private const long Longest = 100_000L * 86_400_000;

    private static string Kept(TopicSpec topic) => IsCompacted(topic.Configs) ? "the latest of every key"
        : Number(topic.Configs, "retention.ms") is { } ms ? ms < 0 || ms > Longest ? "kept for ever" : $"kept {Durations.Words(TimeSpan.FromMilliseconds(ms))}"
        : "kept as the brokers keep it";

    private static bool IsCompacted(ImmutableSortedDictionary<string, string> configs) =>
        configs.GetValueOrDefault("cleanup.policy")?.Contains("compact", StringComparison.Ordinal) is true;

    private static long? Number(ImmutableSortedDictionary<string, string> configs, string key) =>
        long.TryParse(configs.GetValueOrDefault(key), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
