using System.Collections.Immutable;
using System.Globalization;

namespace Pioneer.Sources;

/// <summary>
/// A form in which text holds times, so that comparing texts compares times: every value has the same width. Named by Java's pattern, as the
/// Xerial driver takes it.
/// </summary>
public sealed class SqliteTimeFormat
{
    private readonly string _net;

    private SqliteTimeFormat(string pattern, string net, string glob, bool isUtc)
    {
        Pattern = pattern;
        _net = net;
        Glob = glob;
        IsUtc = isUtc;
    }

    /// <summary>The driver's own: <c>2026-01-31 09:30:00.000</c>.</summary>
    public static SqliteTimeFormat Default { get; } = Make("yyyy-MM-dd HH:mm:ss.SSS", isUtc: false);

    /// <summary>Every form that can be polled.</summary>
    public static ImmutableArray<SqliteTimeFormat> All { get; } =
    [
        Default,
        Make("yyyy-MM-dd HH:mm:ss", isUtc: false),
        Make("yyyy-MM-dd'T'HH:mm:ss", isUtc: false),
        Make("yyyy-MM-dd'T'HH:mm:ss.SSS", isUtc: false),
        Make("yyyy-MM-dd'T'HH:mm:ss'Z'", isUtc: true),
        Make("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", isUtc: true),
    ];

    /// <summary>In Java's letters.</summary>
    public string Pattern { get; }

    /// <summary>Which texts have this form, for SQLite's GLOB.</summary>
    public string Glob { get; }

    /// <summary>Whether the text itself says that it is UTC; otherwise it is in the source's zone.</summary>
    public bool IsUtc { get; }

    /// <summary>The form of that pattern, null where there is none.</summary>
    public static SqliteTimeFormat? Find(string pattern) => All.FirstOrDefault(format => format.Pattern == pattern);

    /// <summary>A wall clock time as text; what is finer than the form is cut off.</summary>
    public string Text(DateTime local) => local.ToString(_net, CultureInfo.InvariantCulture);

    private static SqliteTimeFormat Make(string pattern, bool isUtc)
    {
        var net = pattern.Replace("SSS", "fff", StringComparison.Ordinal);
        var glob = pattern.Replace("'", "", StringComparison.Ordinal);
        glob = string.Concat(glob.Select(letter => letter is 'y' or 'M' or 'd' or 'H' or 'm' or 's' or 'S' ? "[0-9]" : letter.ToString()));
        return new SqliteTimeFormat(pattern, net, glob, isUtc);
    }
}
