using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Pioneer.Ksql.Syntax;

/// <summary>Looks words up. Case does not matter; only ASCII letters are letters.</summary>
public static class Keywords
{
    private static readonly FrozenDictionary<string, Keyword> ByText = Enum.GetValues<Keyword>()
        .Where(k => k != Keyword.None)
        .ToFrozenDictionary(k => Text(k), StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, Keyword>.AlternateLookup<ReadOnlySpan<char>> Lookup =
        ByText.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>All keywords as they are printed, sorted.</summary>
    public static ImmutableArray<string> All { get; } = [.. ByText.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The keyword that the word is, or <see cref="Keyword.None"/>.</summary>
    public static Keyword Find(ReadOnlySpan<char> word) => Lookup.TryGetValue(word, out var keyword) ? keyword : Keyword.None;

    /// <summary>Whether the keyword can't be a name without quotes.</summary>
    public static bool IsReserved(Keyword keyword) => keyword is not Keyword.None and < Keyword.Add;

    /// <summary>The keyword as it is printed: in capitals.</summary>
    public static string Text(Keyword keyword) => keyword.ToString().ToUpperInvariant();
}
