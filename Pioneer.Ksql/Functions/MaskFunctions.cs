using System.Text;
using static Pioneer.Ksql.Functions.FunctionBuilder;

namespace Pioneer.Ksql.Functions;

/// <summary>Masking of characters: upper case X, lower case x, digits n, others -, or characters of the caller's choice (NULL keeps).</summary>
internal static class MaskFunctions
{
    private const string Family = "STRING";
    private const string Own = "STRING upper, STRING lower, STRING digit, STRING other";

    public static IEnumerable<FunctionInfo> All =>
    [
        Scalar("MASK", Family, "Masks every character of a string.")
            .OnNulls("(STRING input) -> STRING", a => Apply(a, 0, -1, (_, _, _) => true))
            .OnNulls($"(STRING input, {Own}) -> STRING", a => Apply(a, 1, -1, (_, _, _) => true)),
        Part("MASK_LEFT", "Masks the first n characters of a string.", (i, n, _) => i < n),
        Part("MASK_RIGHT", "Masks the last n characters of a string.", (i, n, length) => i >= length - n),
        Part("MASK_KEEP_LEFT", "Masks all but the first n characters of a string.", (i, n, _) => i >= n),
        Part("MASK_KEEP_RIGHT", "Masks all but the last n characters of a string.", (i, n, length) => i < length - n),
    ];

    private static FunctionInfo Part(string name, string description, Func<int, int, int, bool> masked) =>
        Scalar(name, Family, description)
            .OnNulls("(STRING input, INT numChars) -> STRING", a => Apply(a, 0, 1, masked))
            .OnNulls($"(STRING input, INT numChars, {Own}) -> STRING", a => Apply(a, 2, 1, masked));

    /// <param name="arguments">The call's arguments.</param>
    /// <param name="masksAt">Where the caller's own mask characters start; 0 for the default ones.</param>
    /// <param name="countAt">Where the count is; -1 for none.</param>
    /// <param name="masked">Whether the character at an index is masked, given the count and the length.</param>
    private static string? Apply(object?[] arguments, int masksAt, int countAt, Func<int, int, int, bool> masked)
    {
        if (arguments[0] is not string text)
        {
            return null;
        }

        var count = 0;
        if (countAt >= 0)
        {
            count = arguments[countAt] as int? ?? -1;
            if (count < 0)
            {
                throw new ArgumentException("function requires a non-negative number of characters to mask or skip");
            }
        }

        var masks = masksAt == 0 ? ['X', 'x', 'n', '-'] : Enumerable.Range(masksAt, 4).Select(i => MaskOf(arguments[i])).ToArray();
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            result.Append(masked(i, count, text.Length) ? masks[Category(text[i])] ?? text[i] : text[i]);
        }

        return result.ToString();
    }

    private static char? MaskOf(object? argument) => argument is string { Length: > 0 } text ? text[0] : null;

    private static int Category(char c) => char.IsUpper(c) ? 0 : char.IsLower(c) ? 1 : char.IsDigit(c) ? 2 : 3;
}
