using System.Net;
using System.Text;
using static Pioneer.Ksql.Functions.FunctionBuilder;

namespace Pioneer.Ksql.Functions;

/// <summary>Addresses of the web: parts, and percent encoding of parameters as HTML forms do it.</summary>
internal static class UrlFunctions
{
    private const string Family = "URL";

    public static IEnumerable<FunctionInfo> All =>
    [
        Scalar("URL_ENCODE_PARAM", Family, "Percent-encodes a text for use as a query parameter.")
            .On("(STRING input) -> STRING", a => Encode((string)a[0]!)),
        Scalar("URL_DECODE_PARAM", Family, "Decodes a percent-encoded query parameter.")
            .On("(STRING input) -> STRING", a => WebUtility.UrlDecode((string)a[0]!)),
        Part("URL_EXTRACT_PROTOCOL", "The protocol of an address, such as https.", u => u.IsAbsoluteUri ? u.Scheme : null),
        Part("URL_EXTRACT_HOST", "The host of an address.", u => u.IsAbsoluteUri && u.Host.Length > 0 ? u.Host : null),
        Part("URL_EXTRACT_PATH", "The path of an address.", u => Uri.UnescapeDataString(u.IsAbsoluteUri ? HasPath(u) ? u.AbsolutePath : string.Empty : u.OriginalString)),
        Part("URL_EXTRACT_QUERY", "The query of an address without the question mark.", u => Query(u) is { Length: > 0 } q ? Uri.UnescapeDataString(q) : null),
        Part("URL_EXTRACT_FRAGMENT", "The fragment of an address without the number sign.", u => u.IsAbsoluteUri && u.Fragment.Length > 1 ? Uri.UnescapeDataString(u.Fragment[1..]) : null),
        Scalar("URL_EXTRACT_PORT", Family, "The port that an address spells, or NULL.")
            .On("(STRING input) -> INT", a => Port(Parse((string)a[0]!))),
        Scalar("URL_EXTRACT_PARAMETER", Family, "The value of a query parameter, decoded, or NULL.")
            .On("(STRING input, STRING paramToFind) -> STRING", a => Parameter(Query(Parse((string)a[0]!)), (string)a[1]!)),
    ];

    private static FunctionInfo Part(string name, string description, Func<Uri, string?> part) =>
        Scalar(name, Family, description).On("(STRING input) -> STRING", a => Parse((string)a[0]!) is { } uri ? part(uri) : null);

    private static Uri Parse(string text) => Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out var uri)
        ? uri
        : throw new ArgumentException($"url input has invalid syntax: {text}");

    private static bool HasPath(Uri uri)
    {
        var afterScheme = uri.OriginalString.IndexOf("//", StringComparison.Ordinal);
        return afterScheme >= 0 && uri.OriginalString.IndexOf('/', afterScheme + 2) >= 0;
    }

    private static string? Query(Uri uri) => uri.IsAbsoluteUri && uri.Query.Length > 1 ? uri.Query[1..] : null;

    private static int? Port(Uri uri)
    {
        if (!uri.IsAbsoluteUri)
        {
            return null;
        }

        var authority = uri.GetComponents(UriComponents.HostAndPort, UriFormat.UriEscaped);
        return uri.OriginalString.Contains(authority, StringComparison.OrdinalIgnoreCase) && authority.Contains(':', StringComparison.Ordinal) ? uri.Port : null;
    }

    private static string? Parameter(string? query, string name)
    {
        foreach (var pair in query?.Split('&') ?? [])
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            var key = equals < 0 ? pair : pair[..equals];
            if (string.Equals(WebUtility.UrlDecode(key), name, StringComparison.Ordinal))
            {
                return equals < 0 ? string.Empty : WebUtility.UrlDecode(pair[(equals + 1)..]);
            }
        }

        return null;
    }

    /// <summary>Java's URLEncoder: letters, digits and .-*_ stay, space becomes +, the rest %XX of UTF-8.</summary>
    private static string Encode(string text)
    {
        var result = new StringBuilder();
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            var c = (char)b;
            if (char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '*' or '_')
            {
                result.Append(c);
            }
            else if (c == ' ')
            {
                result.Append('+');
            }
            else
            {
                result.Append('%').Append(b.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
            }
        }

        return result.ToString();
    }
}
