namespace Pioneer.Ksql.Evaluation;

/// <summary>LIKE: % stands for any text, _ for one character; the escape character takes the next one literally.</summary>
internal static class LikePattern
{
    /// <summary>Whether the whole text follows the pattern; time at most text times pattern, no recursion.</summary>
    public static bool Matches(ReadOnlySpan<char> text, ReadOnlySpan<char> pattern, char? escape)
    {
        int t = 0, p = 0, retryText = -1, retryPattern = -1;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '%' && !IsEscape(pattern, p, escape))
            {
                (retryPattern, retryText) = (++p, t);
            }
            else if (p < pattern.Length && MatchesOne(text[t], pattern, p, escape, out var width))
            {
                (t, p) = (t + 1, p + width);
            }
            else if (retryPattern >= 0)
            {
                (p, t) = (retryPattern, ++retryText);
            }
            else
            {
                return false;
            }
        }

        while (p < pattern.Length && pattern[p] == '%')
        {
            p++;
        }

        return p == pattern.Length;
    }

    private static bool IsEscape(ReadOnlySpan<char> pattern, int at, char? escape) => escape is { } e && pattern[at] == e && at + 1 < pattern.Length;

    private static bool MatchesOne(char c, ReadOnlySpan<char> pattern, int at, char? escape, out int width)
    {
        if (IsEscape(pattern, at, escape))
        {
            width = 2;
            return pattern[at + 1] == c;
        }

        width = 1;
        return pattern[at] == '_' || pattern[at] == c;
    }
}
