using System.Text;
using System.Text.Json;
using Pioneer.Ksql.Types;
using Pioneer.Sources;

namespace Pioneer.Jobs.Ingestion;

/// <summary>
/// Brings a key of a table and the key of a record to one text, so that they can be compared whatever wrote the record: escapes and trailing zeros
/// do not count. A key of several columns has the texts of all, in the key's order. Texts, whole and exact numbers and booleans have one; floating
/// point numbers, times and bytes are written in more than one way and have none.
/// </summary>
internal static class KeyText
{
    private const string Nothing = "null";

    /// <summary>Whether keys of that form can be compared.</summary>
    public static bool Knows(ValueForm form) => form is
        ValueForm.Text or ValueForm.Boolean or ValueForm.Whole16 or ValueForm.Whole32 or ValueForm.Whole64 or ValueForm.Exact;

    /// <summary>The text of a key of a table, by the values that <see cref="SourceField.Read"/> gave; null for an empty key of one column.</summary>
    public static string? OfValues(IReadOnlyList<object?> values) =>
        values is not [var single] ? Joined(values.Select(value => value is null ? Nothing : OfValue(value)))
        : single is null ? null
        : OfValue(single);

    /// <summary>The text of one value.</summary>
    public static string OfValue(object value) => value switch
    {
        string text => Quoted(text),
        bool flag => flag ? "true" : "false",
        BigDecimal number => Bare(number),
        _ => Bare(Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture)),
    };

    /// <summary>The text of a record's key as JSON; null for one that is no value, or of several names no object of just these.</summary>
    public static string? OfRecord(byte[] key, IReadOnlyList<string> names)
    {
        try
        {
            var reader = new Utf8JsonReader(key);
            return !reader.Read() ? null : names.Count == 1 ? Scalar(ref reader) : OfObject(ref reader, names);
        }
        catch (Exception odd) when (odd is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string? OfObject(ref Utf8JsonReader reader, IReadOnlyList<string> names)
    {
        if (reader.TokenType is not JsonTokenType.StartObject)
        {
            return null;
        }

        var parts = new string?[names.Count];
        var found = 0;
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            var at = names.TakeWhile(known => known != name).Count();
            if (at == parts.Length || parts[at] is not null || !reader.Read()
                || (parts[at] = reader.TokenType is JsonTokenType.Null ? Nothing : Scalar(ref reader)) is null)
            {
                return null;
            }

            found++;
        }

        return found == parts.Length ? Joined(parts!) : null;
    }

    private static string? Scalar(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => Quoted(reader.GetString()!),
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        JsonTokenType.Number => BigDecimal.TryParse(Encoding.ASCII.GetString(reader.ValueSpan)) is { } number ? Bare(number) : null,
        _ => null,
    };

    /// <summary>With the length before each: a text may hold whatever would stand between them.</summary>
    private static string Joined(IEnumerable<string> parts) => string.Concat(parts.Select(part => $"{part.Length}:{part}"));

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
