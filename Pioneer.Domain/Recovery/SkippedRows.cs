namespace Pioneer.Domain.Recovery;

/// <summary>Rows that a connector left out since its tasks started, because they cannot be records.</summary>
/// <param name="LastAt">When the last one was left out; null where there is none.</param>
/// <param name="LastPlace">Which row that was, such as <c>row with ID=2</c>.</param>
/// <param name="LastReason">Why, with its column and value.</param>
public sealed record SkippedRows(long Count, DateTimeOffset? LastAt, string? LastPlace, string? LastReason)
{
    /// <summary>Those of all tasks together; null where no task tells.</summary>
    public static SkippedRows? Sum(IReadOnlyCollection<SkippedRows> tasks) => tasks.Count == 0
        ? null
        : tasks.MaxBy(task => task.LastAt ?? DateTimeOffset.MinValue)! with { Count = tasks.Sum(task => task.Count) };

    /// <summary>In words.</summary>
    public string ToText() => Count == 0
        ? "No row left out since the start"
        : $"{Plural.Of(Count, "row")} left out since the start, last: {LastPlace}: {LastReason}";
}
