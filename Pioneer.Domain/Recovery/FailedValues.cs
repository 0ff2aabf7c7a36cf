namespace Pioneer.Domain.Recovery;

/// <summary>Values that a query could not compute, and that are NULL in the rows that it delivered.</summary>
/// <param name="LastAt">When the last one failed; null where none has.</param>
/// <param name="LastPlace">Which record it was computed from, such as <c>acme.t.payments, partition 0, offset 12</c>.</param>
/// <param name="LastReason">Why, with its column.</param>
/// <param name="Since">Since when is counted.</param>
public sealed record FailedValues(long Count, DateTimeOffset? LastAt, string? LastPlace, string? LastReason, DateTimeOffset Since)
{
    /// <summary>In words.</summary>
    public string ToText()
    {
        var since = $"since {Since.UtcDateTime:yyyy-MM-dd HH:mm} UTC";
        return Count == 0
            ? $"No value failed {since}"
            : $"{Plural.Of(Count, "value")} failed and {Plural.Noun(Count, "is", "are")} NULL {since}, last: {LastPlace}: {LastReason}";
    }
}
