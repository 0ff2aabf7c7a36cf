using System.Globalization;

namespace Pioneer.Embedded.Broker.Log;

/// <summary>
/// Replaces a run of segments by one compacted segment, so that a crash at any moment leaves either the old ones or the new one.
/// Files: <c>&lt;base&gt;.cleaned</c> (being written, worthless) -> <c>&lt;base&gt;-&lt;end&gt;.swap</c> (synced, counts) -> <c>&lt;base&gt;.log</c>.
/// </summary>
internal static class SegmentSwap
{
    private const string CleanedSuffix = ".cleaned";
    private const string SwapSuffix = ".swap";

    public static string CleanedPath(string directory, long baseOffset) => LogSegment.PathOf(directory, baseOffset, CleanedSuffix);

    /// <summary>Declares the cleaned file complete: it replaces every segment with a base in [base, end).</summary>
    public static string Commit(string directory, long baseOffset, long endOffset)
    {
        var swap = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{baseOffset:D20}-{endOffset:D20}{SwapSuffix}"));
        File.Move(CleanedPath(directory, baseOffset), swap, overwrite: true);
        DurableFile.SyncDirectory(directory);
        return swap;
    }

    /// <summary>At open: completes swaps that were declared, removes what was only begun or already out of sight.</summary>
    public static void Finish(string directory)
    {
        foreach (var stale in Directory.EnumerateFiles(directory)
            .Where(f => f.EndsWith(CleanedSuffix, StringComparison.Ordinal) || f.EndsWith(".tmp", StringComparison.Ordinal)
                || f.EndsWith(".deleted", StringComparison.Ordinal))
            .ToList())
        {
            File.Delete(stale);
        }

        foreach (var swap in Directory.EnumerateFiles(directory, "*" + SwapSuffix).ToList())
        {
            var bounds = Path.GetFileNameWithoutExtension(swap).Split('-')
                .Select(part => long.Parse(part, NumberStyles.None, CultureInfo.InvariantCulture)).ToArray();
            foreach (var old in LogSegment.Find(directory).Where(b => b >= bounds[0] && b < bounds[1]))
            {
                foreach (var suffix in new[] { ".index", ".timeindex", ".txnindex", ".log" })
                {
                    File.Delete(LogSegment.PathOf(directory, old, suffix));
                }
            }

            File.Move(swap, LogSegment.PathOf(directory, bounds[0], ".log"), overwrite: true);
        }
    }
}
