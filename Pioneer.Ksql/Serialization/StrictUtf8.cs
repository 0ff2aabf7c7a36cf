using System.Text;

namespace Pioneer.Ksql.Serialization;

/// <summary>UTF-8 that refuses what is no text: U+FFFD in its place would be another value.</summary>
internal static class StrictUtf8
{
    private static readonly UTF8Encoding Encoding = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The text of bytes.</summary>
    /// <exception cref="FormatException">They are no text.</exception>
    public static string Read(byte[] bytes)
    {
        try
        {
            return Encoding.GetString(bytes);
        }
        catch (DecoderFallbackException noText)
        {
            throw new FormatException("The text is not in UTF-8.", noText);
        }
    }

    /// <summary>The bytes of a text.</summary>
    /// <exception cref="FormatException">It has half a surrogate pair, for which UTF-8 has no bytes.</exception>
    public static byte[] Write(string text)
    {
        try
        {
            return Encoding.GetBytes(text);
        }
        catch (EncoderFallbackException half)
        {
            throw new FormatException("The text has half a surrogate pair, which this format cannot carry.", half);
        }
    }
}
