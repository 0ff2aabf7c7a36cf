using System.Globalization;

namespace Pioneer.Domain;

/// <summary>Counted things in words, as in '1 query' and '2,000 records'.</summary>
public static class Plural
{
    /// <summary>The number with its noun. <paramref name="many"/> is needed only where it is not <paramref name="one"/> with an s.</summary>
    public static string Of(long count, string one, string? many = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} {Noun(count, one, many)}");

    /// <summary>The noun alone, for a number that is drawn apart from it.</summary>
    public static string Noun(long count, string one, string? many = null) => count == 1 ? one : many ?? Many(one);

    private static string Many(string one) => one is [.., not ('a' or 'e' or 'i' or 'o' or 'u'), 'y'] ? $"{one[..^1]}ies" : $"{one}s";
}
