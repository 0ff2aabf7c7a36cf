using System.Text;
using System.Text.Json;
using Pioneer.Ksql.Types;
using Pioneer.Sources;

namespace Pioneer.Jobs.Ingestion;

/// <summary>
/// Brings a key of a table and the key of a record to one text, so that they can be compared whatever wrote the record: escapes and trailing zeros
/// do not count. Texts, whole and exact numbers and booleans have one; floating point numbers, times and bytes are written in more than one way and have none.
/// </summary>
internal static class KeyText
{
    /// <summary>Whether keys of that form can be compared.</summary>
    public static bool Knows(ValueForm form) => form is
        ValueForm.Text or ValueForm.Boolean or ValueForm.Whole16 or ValueForm.Whole32 or ValueForm.Whole64 or ValueForm.Exact;

    /// <summary>The text of a value that <see cref="SourceField.Read"/> gave.</summary>
    public static string OfValue(object value) => value switch
    {
        string text => Quoted(text),
        bool flag => flag ? "true" : "false",
        BigDecimal number => Bare(number),
        _ => Bare(Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture)),
    };

    /// <summary>The text of a record's key as JSON; null for one that is no such value.</summary>
    public static string? OfRecord(byte[] key)
    {
        try
        {
            var reader = new Utf8JsonReader(key);
            return !reader.Read()
                ? null
                : reader.TokenType switch
                {
                    JsonTokenType.String => Quoted(reader.GetString()!),
                    JsonTokenType.True => "true",
                    JsonTokenType.False => "false",
                    JsonTokenType.Number => BigDecimal.TryParse(Encoding.ASCII.GetString(reader.ValueSpan)) is { } number ? Bare(number) : null,
                    _ => null,
                };
        }
        catch (Exception odd) when (odd is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string Quoted(string text) => $"\"{text}\"";

    private static string Bare(BigDecimal number)
    {
        var plain = number.SetScale(Math.Max(number.Scale, 0));
        var (unscaled, scale) = (plain.Unscaled, plain.Scale);
        while (scale > 0 && unscaled % 10 == 0)
        {
            (unscaled, scale) = (unscaled / 10, scale - 1);
        }

        return new BigDecimal(unscaled, scale).ToString();
    }
}
