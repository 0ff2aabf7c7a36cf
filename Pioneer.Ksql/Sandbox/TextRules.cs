using System.Globalization;
using Pioneer.Ksql.Syntax;

namespace Pioneer.Ksql.Sandbox;

// What is refused before anything is parsed, wherever it stands: in names, strings and comments too.
internal static class TextRules
{
    public static void Check(string text, DiagnosticBag diagnostics)
    {
        for (var i = 0; i < text.Length && !diagnostics.IsFull; i++)
        {
            var c = text[i];
            if (c == '$' && i + 1 < text.Length && text[i + 1] == '{')
            {
                // ksqlDB substitutes variables over the raw text, comments included.
                diagnostics.Error("VariableRefused", new TextSpan(i, 2), "'${' is not allowed, not even in a string or a comment.", "Write the value itself.");
            }
            else if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(c) || IsRefused(c))
            {
                diagnostics.Error(
                    "CharacterRefused",
                    new TextSpan(i, 1),
                    $"The character U+{((int)c).ToString("X4", CultureInfo.InvariantCulture)} is not allowed: it can't be seen, or makes text look like other text.");
            }
        }
    }

    // Controls (but for tab and line ends), marks that turn the direction of text, line ends that only some readers know, a BOM inside.
    private static bool IsRefused(char c) => c switch
    {
        '\t' or '\r' or '\n' => false,
        < ' ' or (>= '\u007f' and <= '\u009f') => true,
        '\u061c' or '\u200e' or '\u200f' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069') => true,
        '\u2028' or '\u2029' or '\ufeff' => true,
        _ => false,
    };
}
