namespace Pioneer.Domain.Recovery;

/// <summary>Rows that a connector left out since its tasks started, or a query since its ksqlDB began it, because they cannot be records.</summary>
/// <param name="LastAt">When the last one was left out; null where there is none.</param>
/// <param name="LastPlace">Which row that was, such as <c>row with ID=2</c> or <c>acme.t.payments, partition 0, offset 12</c>.</param>
/// <param name="LastReason">Why, with its column and value.</param>
public sealed record SkippedRows(long Count, DateTimeOffset? LastAt, string? LastPlace, string? LastReason)
{
    /// <summary>Since when is counted; null where that is not told.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Those of all tasks together; null where no task tells.</summary>
    public static SkippedRows? Sum(IReadOnlyCollection<SkippedRows> tasks) => tasks.Count == 0
        ? null
        : tasks.MaxBy(task => task.LastAt ?? DateTimeOffset.MinValue)! with { Count = tasks.Sum(task => task.Count) };

    /// <summary>In words.</summary>
    public string ToText() => Count == 0
        ? $"No row left out {Begin}"
        : $"{Plural.Of(Count, "row")} left out {Begin}, last: {LastPlace}: {LastReason}";

    private string Begin => Since is { } since ? $"since {since.UtcDateTime:yyyy-MM-dd HH:mm} UTC" : "since the start";
}
