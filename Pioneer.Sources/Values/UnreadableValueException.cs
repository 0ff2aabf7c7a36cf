namespace Pioneer.Sources;

/// <summary>A cell holds what its column's type cannot say: one row is lost to its feed, and the next ones are read.</summary>
public sealed class UnreadableValueException(string column, string value, string reason)
    : Exception($"'{Shortened(value)}' in column {column} {reason}")
{
    private const int MaxShown = 100;

    /// <summary>The column's name in the result.</summary>
    public string Column { get; } = column;

    /// <summary>The value as the database shows it.</summary>
    public string Value { get; } = value;

    private static string Shortened(string value) => value.Length <= MaxShown ? value : value[..MaxShown] + "…";
}
