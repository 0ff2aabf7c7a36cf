using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Pioneer.Ksql.Types;

/// <summary>
/// Texts with half of a surrogate pair, such as one that was cut in the middle of an emoji. JSON carries them as escapes; .NET refuses to read them and
/// writes another character in their place.
/// </summary>
internal static class HalfSurrogates
{
    /// <summary>Whether a surrogate stands without its other half.</summary>
    public static bool HasAny(string value)
    {
        var at = value.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF');
        for (var i = Math.Max(at, 0); at >= 0 && i < value.Length; i++)
        {
            if (!char.IsSurrogate(value[i]))
            {
                continue;
            }

            if (!char.IsHighSurrogate(value[i]) || i + 1 == value.Length || !char.IsLowSurrogate(value[i + 1]))
            {
                return true;
            }

            i++;
        }

        return false;
    }

    /// <summary>The text as JSON, surrogates and what JSON reserves escaped.</summary>
    public static string Escape(string value)
    {
        var json = new StringBuilder("\"", value.Length + 16);
        foreach (var c in value)
        {
            if (c is '"' or '\\')
            {
                json.Append('\\').Append(c);
            }
            else if (c < ' ' || char.IsSurrogate(c))
            {
                json.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            }
            else
            {
                json.Append(c);
            }
        }

        return json.Append('"').ToString();
    }

    /// <summary>The text of a JSON string.</summary>
    /// <exception cref="FormatException">It is no text in UTF-8.</exception>
    public static string Read(JsonElement text)
    {
        string raw;
        try
        {
            raw = text.GetRawText();
        }
        catch (InvalidOperationException noText)
        {
            throw new FormatException("The text is not in UTF-8.", noText);
        }

        var value = new StringBuilder(raw.Length);
        for (var i = 1; i < raw.Length - 1; i++)
        {
            value.Append(raw[i] == '\\' ? Unescape(raw, ref i) : raw[i]);
        }

        return value.ToString();
    }

    private static char Unescape(string raw, ref int i)
    {
        switch (raw[++i])
        {
            case 'u':
                i += 4;
                return (char)ushort.Parse(raw.AsSpan(i - 3, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            default:
                return raw[i];
        }
    }
}
