using System.Buffers.Binary;
using System.Text;
using static Pioneer.Ksql.Functions.FunctionBuilder;

namespace Pioneer.Ksql.Functions;

/// <summary>Bytes and their spellings as text: hex, utf8, ascii, base64.</summary>
internal static class BytesFunctions
{
    private const string Family = "CONVERSIONS";
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static IEnumerable<FunctionInfo> All =>
    [
        Scalar("TO_BYTES", Family, "Reads a text in an encoding (hex, utf8, ascii, base64) as bytes.")
            .On("(STRING value, STRING encoding) -> BYTES", a => ToBytes((string)a[0]!, (string)a[1]!)),
        Scalar("FROM_BYTES", Family, "Writes bytes as text in an encoding (hex, utf8, ascii, base64).")
            .On("(BYTES value, STRING encoding) -> STRING", a => ToText((byte[])a[0]!, (string)a[1]!)),
        Scalar("ENCODE", Family, "Turns a text from one encoding (hex, utf8, ascii, base64) into another.")
            .On("(STRING str, STRING inputEncoding, STRING outputEncoding) -> STRING", a => Encode((string)a[0]!, (string)a[1]!, (string)a[2]!)),
        Scalar("INT_FROM_BYTES", Family, "Reads 4 bytes as an INTEGER; byte order BIG_ENDIAN (default) or LITTLE_ENDIAN.")
            .On("(BYTES value) -> INT", a => BinaryPrimitives.ReadInt32BigEndian(Ordered(a, 4)))
            .On("(BYTES value, STRING byteOrder) -> INT", a => BinaryPrimitives.ReadInt32BigEndian(Ordered(a, 4))),
        Scalar("BIGINT_FROM_BYTES", Family, "Reads 8 bytes as a BIGINT; byte order BIG_ENDIAN (default) or LITTLE_ENDIAN.")
            .On("(BYTES value) -> BIGINT", a => BinaryPrimitives.ReadInt64BigEndian(Ordered(a, 8)))
            .On("(BYTES value, STRING byteOrder) -> BIGINT", a => BinaryPrimitives.ReadInt64BigEndian(Ordered(a, 8))),
        Scalar("DOUBLE_FROM_BYTES", Family, "Reads 8 bytes as a DOUBLE; byte order BIG_ENDIAN (default) or LITTLE_ENDIAN.")
            .On("(BYTES value) -> DOUBLE", a => BinaryPrimitives.ReadDoubleBigEndian(Ordered(a, 8)))
            .On("(BYTES value, STRING byteOrder) -> DOUBLE", a => BinaryPrimitives.ReadDoubleBigEndian(Ordered(a, 8))),
    ];

    private static byte[] ToBytes(string text, string encoding) => encoding.ToLowerInvariant() switch
    {
        "hex" => FromHex(text),
        "utf8" => Encoding.UTF8.GetBytes(text),
        "ascii" => Encoding.ASCII.GetBytes(text),
        "base64" => Convert.FromBase64String(text),
        _ => throw Unknown(encoding),
    };

    private static string ToText(byte[] bytes, string encoding) => encoding.ToLowerInvariant() switch
    {
        "hex" => Convert.ToHexString(bytes),
        "utf8" => Encoding.UTF8.GetString(bytes),
        "ascii" => string.Concat(bytes.Select(b => b < 0x80 ? (char)b : '\uFFFD')),
        "base64" => Convert.ToBase64String(bytes),
        _ => throw Unknown(encoding),
    };

    private static string Encode(string text, string from, string to)
    {
        if (string.Equals(from, to, StringComparison.OrdinalIgnoreCase))
        {
            throw Unknown(to);
        }

        var bytes = from.ToLowerInvariant() switch
        {
            "utf8" => StrictUtf8.GetBytes(text),
            "base64" => FromLenientBase64(text),
            _ => ToBytes(text, from),
        };
        return string.Equals(to, "hex", StringComparison.OrdinalIgnoreCase) ? Convert.ToHexStringLower(bytes) : ToText(bytes, to);
    }

    // As Apache Commons Codec reads it: both alphabets, whatever is in neither left out, padding or not.
    private static byte[] FromLenientBase64(string text)
    {
        var known = string.Concat(text
            .TakeWhile(c => c != '=')
            .Where(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '/' or '-' or '_')
            .Select(c => c switch { '-' => '+', '_' => '/', _ => c }));
        known = known.Length % 4 == 1 ? known[..^1] : known;
        return Convert.FromBase64String(known.PadRight((known.Length + 3) / 4 * 4, '='));
    }

    /// <summary>Hex as ksqlDB takes it: 0x12, x'12', X'12' or bare digits.</summary>
    private static byte[] FromHex(string text)
    {
        var digits = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text[2..]
            : text.Length > 2 && text[0] is 'x' or 'X' && text[1] == '\'' && text[^1] == '\'' ? text[2..^1]
            : text;
        return Convert.FromHexString(digits.Length % 2 == 0 ? digits : "0" + digits);
    }

    private static byte[] Ordered(object?[] arguments, int size)
    {
        var bytes = (byte[])arguments[0]!;
        if (bytes.Length != size)
        {
            throw new ArgumentException($"Number of bytes must be equal to {size}, but found {bytes.Length}");
        }

        var order = arguments.Length > 1 ? ((string)arguments[1]!).ToUpperInvariant() : "BIG_ENDIAN";
        return order switch
        {
            "BIG_ENDIAN" => bytes,
            "LITTLE_ENDIAN" => [.. bytes.Reverse()],
            _ => throw new ArgumentException($"Byte order must be BIG_ENDIAN or LITTLE_ENDIAN, but found {arguments[1]}"),
        };
    }

    private static ArgumentException Unknown(string encoding) =>
        new($"Supported input and output encodings are: hex, utf8, ascii and base64, not '{encoding}'");
}
