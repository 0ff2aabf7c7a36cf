using System.Text.RegularExpressions;
using static Pioneer.Ksql.Functions.FunctionBuilder;

namespace Pioneer.Ksql.Functions;

/// <summary>Regular expressions. Each evaluation has a time limit: patterns are users' text.</summary>
internal static class RegexFunctions
{
    private const string Family = "REGULAR EXPRESSION";
    private static readonly TimeSpan MaxMatchTime = TimeSpan.FromSeconds(1);

    public static IEnumerable<FunctionInfo> All =>
    [
        Scalar("REGEXP_EXTRACT", Family, "The first match of a pattern in a string, or one group of it; NULL when there is none.")
            .OnBound("(STRING pattern, STRING input) -> STRING", _ => Cached((a, cache) => Extract(cache.Get((string)a[0]!), (string)a[1]!, 0)))
            .OnBound("(STRING pattern, STRING input, INT group) -> STRING", _ => Cached((a, cache) => Extract(cache.Get((string)a[0]!), (string)a[1]!, (int)a[2]!))),
        Scalar("REGEXP_EXTRACT_ALL", Family, "All matches of a pattern in a string, or one group of each.")
            .OnBound("(STRING pattern, STRING input) -> ARRAY<STRING>", _ => Cached((a, cache) => ExtractAll(cache.Get((string)a[0]!), (string)a[1]!, 0)))
            .OnBound("(STRING pattern, STRING input, INT group) -> ARRAY<STRING>", _ => Cached((a, cache) => ExtractAll(cache.Get((string)a[0]!), (string)a[1]!, (int)a[2]!))),
        Scalar("REGEXP_REPLACE", Family, "Replaces every match of a pattern.")
            .OnBound("(STRING str, STRING regexp, STRING newStr) -> STRING", _ => Cached((a, cache) => cache.Get((string)a[1]!).Replace((string)a[0]!, Replacement((string)a[2]!)))),
        Scalar("REGEXP_SPLIT_TO_ARRAY", Family, "Splits a string at the matches of a pattern.")
            .OnBound("(STRING string, STRING regexp) -> ARRAY<STRING>", _ => Cached((a, cache) => Split(cache.Get((string)a[1]!), (string)a[0]!))),
    ];

    private static ScalarBody Cached(Func<object?[], PatternCache, object?> body)
    {
        var cache = new PatternCache();
        return WithoutNulls(a => body(a, cache));
    }

    private static string? Extract(Regex regex, string input, int group)
    {
        var match = regex.Match(input);
        return match.Success && group >= 0 && match.Groups.Count > group && match.Groups[group].Success ? match.Groups[group].Value : null;
    }

    private static object?[]? ExtractAll(Regex regex, string input, int group) =>
        group < 0 || regex.GetGroupNumbers().Max() < group
            ? null
            : [.. regex.Matches(input).Select(m => m.Groups[group].Success ? m.Groups[group].Value : null)];

    private static object?[] Split(Regex regex, string input)
    {
        if (regex.ToString().Length == 0)
        {
            return input.Length == 0 ? [string.Empty] : [.. input.Select(c => c.ToString())];
        }

        var parts = new List<object?>();
        var start = 0;
        foreach (Match match in regex.Matches(input))
        {
            parts.Add(input[start..match.Index]);
            start = match.Index + match.Length;
        }

        parts.Add(input[start..]);
        return [.. parts];
    }

    /// <summary>Java writes a literal dollar as \$; .NET as $$.</summary>
    private static string Replacement(string java) => java.Replace("\\$", "$$", StringComparison.Ordinal);

    /// <summary>Remembers the last pattern: it is nearly always a literal.</summary>
    private sealed class PatternCache
    {
        private string? _text;
        private Regex? _regex;

        public Regex Get(string pattern)
        {
            if (_regex is null || !string.Equals(pattern, _text, StringComparison.Ordinal))
            {
                _regex = new Regex(pattern, RegexOptions.CultureInvariant, MaxMatchTime);
                _text = pattern;
            }

            return _regex;
        }
    }
}
