using System.Security.Cryptography;
using System.Text;
using static Pioneer.Ksql.Functions.FunctionBuilder;

namespace Pioneer.Ksql.Functions;

/// <summary>Text: searching, cutting, joining, padding.</summary>
internal static class StringFunctions
{
    private const string Family = "STRING";

    /// <summary>Longest text that padding makes; ksqlDB has no such limit, a computed length could then exhaust memory.</summary>
    private const int MaxPaddedLength = 10_000_000;

    /// <summary>What String.trim of Java takes off: everything up to the space.</summary>
    private static readonly char[] JavaBlanks = [.. Enumerable.Range(0, 33).Select(i => (char)i)];

    public static IEnumerable<FunctionInfo> All =>
    [
        .. Cutting, .. Joining, .. Searching,
        Scalar("UCASE", Family, "Converts a string to upper case.").On("(STRING input) -> STRING", a => Text(a[0]).ToUpperInvariant()),
        Scalar("LCASE", Family, "Converts a string to lower case.").On("(STRING input) -> STRING", a => Text(a[0]).ToLowerInvariant()),
        Scalar("INITCAP", Family, "Capitalises the first letter of each word and lower-cases the rest; words are split at white space.")
            .On("(STRING str) -> STRING", a => InitCap(Text(a[0]))),
        Scalar("LEN", Family, "The number of characters of a string, or of bytes.")
            .On("(STRING input) -> INT", a => Text(a[0]).Length)
            .On("(BYTES input) -> INT", a => ((byte[])a[0]!).Length),
        Scalar("CHR", Family, "The character of a code point, given as a number or as a UTF-16 escape such as '\\u004b'.")
            .On("(INT decimalCode) -> STRING", a => Character((int)a[0]!))
            .On("(STRING utf16Code) -> STRING", a => Unescape(Text(a[0]))),
        Scalar("MD5", Family, "The MD5 digest of a string, as lower-case hexadecimal digits.")
            .On("(STRING s) -> STRING", a => Digest(Text(a[0]))),
        Scalar("UUID", Family, "A random UUID, or the UUID that sixteen bytes stand for.").NotDeterministic()
            .OnBound("() -> STRING", b => _ => RandomUuid(b.Services.Random))
            .On("(BYTES bytes) -> STRING", a => a[0] is byte[] { Length: 16 } bytes ? new Guid(bytes, bigEndian: true).ToString() : null),
    ];

    private static IEnumerable<FunctionInfo> Cutting =>
    [
        Scalar("SUBSTRING", Family, "A part of a string or of bytes; positions start at 1, negative ones count from the end.")
            .On("(STRING str, INT pos) -> STRING", a => Substring(Text(a[0]), (int)a[1]!, int.MaxValue))
            .On("(STRING str, INT pos, INT length) -> STRING", a => Substring(Text(a[0]), (int)a[1]!, (int)a[2]!))
            .On("(BYTES bytes, INT pos) -> BYTES", a => Substring((byte[])a[0]!, (int)a[1]!, int.MaxValue))
            .On("(BYTES bytes, INT pos, INT length) -> BYTES", a => Substring((byte[])a[0]!, (int)a[1]!, (int)a[2]!)),
        Scalar("TRIM", Family, "Removes white space at both ends.").On("(STRING input) -> STRING", a => Text(a[0]).Trim(JavaBlanks)),
        Scalar("REPLACE", Family, "Replaces every occurrence of a text with another.")
            .On("(STRING str, STRING oldStr, STRING newStr) -> STRING", a => Replace(Text(a[0]), Text(a[1]), Text(a[2]))),
        Scalar("SPLIT", Family, "Splits at a delimiter into an array; an empty delimiter splits into single characters.")
            .On("(STRING string, STRING delimiter) -> ARRAY<STRING>", a => Split(Text(a[0]), Text(a[1])))
            .On("(BYTES bytes, BYTES delimiter) -> ARRAY<BYTES>", a => Split((byte[])a[0]!, (byte[])a[1]!)),
        Scalar("SPLIT_TO_MAP", Family, "Splits into entries and those into keys and values; of equal keys the last one stays.")
            .On("(STRING input, STRING entryDelimiter, STRING kvDelimiter) -> MAP<STRING, STRING>", a => SplitToMap(Text(a[0]), Text(a[1]), Text(a[2]))),
        Scalar("LPAD", Family, "Pads on the left with a text, repeated as needed, or cuts, to a length.")
            .On("(STRING input, INT targetLen, STRING padding) -> STRING", a => Pad(Text(a[0]), (int)a[1]!, Text(a[2]), left: true))
            .On("(BYTES input, INT targetLen, BYTES padding) -> BYTES", a => Pad((byte[])a[0]!, (int)a[1]!, (byte[])a[2]!, left: true)),
        Scalar("RPAD", Family, "Pads on the right with a text, repeated as needed, or cuts, to a length.")
            .On("(STRING input, INT targetLen, STRING padding) -> STRING", a => Pad(Text(a[0]), (int)a[1]!, Text(a[2]), left: false))
            .On("(BYTES input, INT targetLen, BYTES padding) -> BYTES", a => Pad((byte[])a[0]!, (int)a[1]!, (byte[])a[2]!, left: false)),
    ];

    private static IEnumerable<FunctionInfo> Joining =>
    [
        Scalar("CONCAT", Family, "Concatenates texts, or bytes; NULL arguments are left out.")
            .OnNulls("(STRING... inputs) -> STRING", string.Concat)
            .OnNulls("(BYTES... inputs) -> BYTES", a => Concat(a)),
        Scalar("CONCAT_WS", Family, "Concatenates with the first argument between the others; NULL ones are left out, a NULL separator gives NULL.")
            .OnNulls("(STRING separator, STRING... inputs) -> STRING", a => a[0] is string s ? string.Join(s, a.Skip(1).Where(x => x is not null)) : null)
            .OnNulls("(BYTES separator, BYTES... inputs) -> BYTES", a => a[0] is byte[] separator ? Concat(Interleave(separator, a)) : null),
        Scalar("ELT", Family, "The n-th of the following arguments, counted from 1, or NULL.")
            .OnNulls("(INT n, STRING... args) -> STRING", a => a[0] is int n && n >= 1 && n < a.Length ? a[n] : null),
    ];

    private static IEnumerable<FunctionInfo> Searching =>
    [
        Scalar("INSTR", Family, "The position of a text in another, counted from 1, or 0; a negative start searches from the end.")
            .On("(STRING str, STRING substring) -> INT", a => Instr(Text(a[0]), Text(a[1]), 1, 1))
            .On("(STRING str, STRING substring, INT position) -> INT", a => Instr(Text(a[0]), Text(a[1]), (int)a[2]!, 1))
            .On("(STRING str, STRING substring, INT position, INT occurrence) -> INT", a => Instr(Text(a[0]), Text(a[1]), (int)a[2]!, (int)a[3]!)),
        Scalar("FIELD", Family, "The position of a text among the following arguments, counted from 1, or 0.")
            .OnNulls("(STRING str, STRING... args) -> INT", a => a[0] is string s ? Array.FindIndex(a, 1, x => s.Equals(x)) is var i and > 0 ? i : 0 : 0),
    ];

    private static string Text(object? value) => (string)value!;

    private static string InitCap(string text)
    {
        var result = new StringBuilder(text.Length);
        var start = true;
        foreach (var c in text)
        {
            result.Append(start ? char.ToUpperInvariant(c) : char.ToLowerInvariant(c));
            start = char.IsWhiteSpace(c);
        }

        return result.ToString();
    }

    private static string? Character(int code) => Rune.TryCreate(code, out var rune) ? rune.ToString() : null;

    private static string? Unescape(string text)
    {
        if (!text.StartsWith("\\u", StringComparison.Ordinal))
        {
            return null;
        }

        var result = new StringBuilder();
        foreach (var part in text.Split("\\u", StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.Length != 4 || !ushort.TryParse(part, System.Globalization.NumberStyles.HexNumber, null, out var unit))
            {
                return null;
            }

            result.Append((char)unit);
        }

        return result.ToString();
    }

    private static string Digest(string text)
    {
#pragma warning disable CA5351 // The function is called MD5: it is a checksum that ksqlDB promises, not a protection.
        return Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5351
    }

    private static string RandomUuid(Random random)
    {
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString();
    }

    /// <summary>Start (0-based) and length inside a text of <paramref name="size"/>, as ksqlDB cuts.</summary>
    private static (int Start, int Length) Range(int size, int position, int length)
    {
        var start = position == 0 ? 0 : position > 0 ? Math.Min(position - 1, size) : Math.Max(size + position, 0);
        return (start, (int)Math.Clamp((long)length, 0, size - start));
    }

    private static string Substring(string text, int position, int length)
    {
        var (start, count) = Range(text.Length, position, length);
        return text.Substring(start, count);
    }

    private static byte[] Substring(byte[] bytes, int position, int length)
    {
        var (start, count) = Range(bytes.Length, position, length);
        return bytes[start..(start + count)];
    }

    private static string Replace(string text, string what, string with)
    {
        if (what.Length > 0)
        {
            return text.Replace(what, with, StringComparison.Ordinal);
        }

        var result = new StringBuilder(with);
        foreach (var c in text)
        {
            result.Append(c).Append(with);
        }

        return result.ToString();
    }

    private static object?[] Split(string text, string delimiter) => delimiter.Length > 0
        ? [.. text.Split(delimiter)]
        : text.Length == 0 ? [string.Empty] : [.. text.Select(c => c.ToString())];

    private static object?[] Split(byte[] bytes, byte[] delimiter)
    {
        if (delimiter.Length == 0)
        {
            return bytes.Length == 0 ? [Array.Empty<byte>()] : [.. bytes.Select(b => new[] { b })];
        }

        var parts = new List<object?>();
        var rest = bytes.AsSpan();
        for (var at = rest.IndexOf(delimiter); at >= 0; at = rest.IndexOf(delimiter))
        {
            parts.Add(rest[..at].ToArray());
            rest = rest[(at + delimiter.Length)..];
        }

        parts.Add(rest.ToArray());
        return [.. parts];
    }

    private static Dictionary<object, object?>? SplitToMap(string text, string entryDelimiter, string keyDelimiter)
    {
        if (entryDelimiter.Length == 0 || keyDelimiter.Length == 0 || entryDelimiter == keyDelimiter)
        {
            return null;
        }

        var map = new Dictionary<object, object?>();
        foreach (var entry in text.Split(entryDelimiter, StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = entry.Split(keyDelimiter, StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length >= 2)
            {
                map[parts[0]] = parts[1];
            }
        }

        return map;
    }

    private static string? Pad(string text, int length, string padding, bool left)
    {
        if (length < 0 || padding.Length == 0 || length > MaxPaddedLength)
        {
            return null;
        }

        if (text.Length >= length)
        {
            return text[..length];
        }

        var fill = new StringBuilder(length);
        while (fill.Length < length - text.Length)
        {
            fill.Append(padding);
        }

        fill.Length = length - text.Length;
        return left ? fill + text : text + fill;
    }

    private static byte[]? Pad(byte[] bytes, int length, byte[] padding, bool left)
    {
        if (length < 0 || padding.Length == 0 || length > MaxPaddedLength)
        {
            return null;
        }

        var result = new byte[length];
        var fill = Math.Max(0, length - bytes.Length);
        bytes.AsSpan(0, Math.Min(bytes.Length, length)).CopyTo(result.AsSpan(left ? fill : 0));
        for (var i = 0; i < fill; i++)
        {
            result[left ? i : bytes.Length + i] = padding[i % padding.Length];
        }

        return result;
    }

    private static byte[] Concat(IEnumerable<object?> parts) => [.. parts.OfType<byte[]>().SelectMany(p => p)];

    private static IEnumerable<object?> Interleave(byte[] separator, object?[] arguments)
    {
        var first = true;
        foreach (var part in arguments.Skip(1).OfType<byte[]>())
        {
            if (!first)
            {
                yield return separator;
            }

            first = false;
            yield return part;
        }
    }

    private static int Instr(string text, string what, int position, int occurrence)
    {
        if (position == 0 || occurrence < 1)
        {
            return 0;
        }

        var forward = position > 0;
        var at = forward ? position - 1 : text.Length + position;
        for (; occurrence > 0 && at >= 0 && at <= text.Length; occurrence--)
        {
            at = forward
                ? text.IndexOf(what, at, StringComparison.Ordinal)
                : LastStartAtOrBefore(text, what, at);
            if (at < 0)
            {
                return 0;
            }

            if (occurrence == 1)
            {
                return at + 1;
            }

            at += forward ? 1 : -1;
        }

        return 0;
    }

    private static int LastStartAtOrBefore(string text, string what, int start)
    {
        for (var i = Math.Min(start, text.Length - what.Length); i >= 0; i--)
        {
            if (string.CompareOrdinal(text, i, what, 0, what.Length) == 0)
            {
                return i;
            }
        }

        return -1;
    }
}
