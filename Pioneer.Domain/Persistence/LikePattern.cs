namespace Pioneer.Domain.Persistence;

/// <summary>Text that people typed, as a pattern of LIKE that means exactly that text on both databases.</summary>
internal static class LikePattern
{
    public const string EscapeCharacter = "\\";

    public static string Escape(string text) => text
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("%", "\\%", StringComparison.Ordinal)
        .Replace("_", "\\_", StringComparison.Ordinal)
        .Replace("[", "\\[", StringComparison.Ordinal);

    public static string Containing(string text) => $"%{Escape(text.Trim())}%";
}
