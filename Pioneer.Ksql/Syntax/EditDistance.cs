namespace Pioneer.Ksql.Syntax;

/// <summary>How far words are apart, for 'did you mean'.</summary>
public static class EditDistance
{
    private const int MaxLength = 64;
    private const int MaxSlips = 3;

    /// <summary>Whether one is plausibly a slip of the other: a third of the letters, at most three, may differ.</summary>
    public static bool IsClose(string left, string right) => left != right && Math.Abs(left.Length - right.Length) <= MaxSlips
        && Between(left, right) <= Math.Clamp(Math.Max(left.Length, right.Length) / 3, 1, MaxSlips);

    /// <summary>The candidate nearest to the word, or null when none is close. The first of equals wins.</summary>
    public static string? Nearest(string word, IEnumerable<string> candidates) =>
        candidates.Where(c => IsClose(word, c)).OrderBy(c => Between(word, c)).FirstOrDefault();

    /// <summary>Insertions, deletions, replacements and swaps of neighbours that turn one into the other.</summary>
    public static int Between(string left, string right)
    {
        if (left.Length > MaxLength || right.Length > MaxLength)
        {
            return int.MaxValue;
        }

        var rows = new int[left.Length + 1, right.Length + 1];
        for (var i = 0; i <= left.Length; i++)
        {
            rows[i, 0] = i;
        }

        for (var j = 0; j <= right.Length; j++)
        {
            rows[0, j] = j;
        }

        for (var i = 1; i <= left.Length; i++)
        {
            for (var j = 1; j <= right.Length; j++)
            {
                var replace = rows[i - 1, j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
                rows[i, j] = Math.Min(replace, Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                {
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
                }
            }
        }

        return rows[left.Length, right.Length];
    }
}
