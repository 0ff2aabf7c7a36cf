namespace Pioneer.Sources;

/// <summary>Where a path really leads, links followed: a rule about folders is worth nothing against a link into one of them.</summary>
internal static class RealPath
{
    private const int MaxLinks = 40;

    /// <summary>Whether the path goes by '.' or '..': behind a link these lead elsewhere than their text says, and who opens the path follows the link.</summary>
    public static bool HasDots(string path) =>
        path.Split(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar).Any(part => part is "." or "..");

    /// <summary>The path without links and dots; null where links go round in a circle. What is not there is taken as written.</summary>
    public static string? Of(string path)
    {
        var whole = Path.GetFullPath(path);
        for (var links = 0; links < MaxLinks; links++)
        {
            if (FirstLink(whole) is not { } link)
            {
                return whole;
            }

            var target = new FileInfo(link).LinkTarget!;
            whole = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(link)!, target) + whole[link.Length..]);
        }

        return null;
    }

    private static string? FirstLink(string whole)
    {
        for (var at = whole.IndexOf(Path.DirectorySeparatorChar, 1); ; at = whole.IndexOf(Path.DirectorySeparatorChar, at + 1))
        {
            var part = at < 0 ? whole : whole[..at];
            if (new FileInfo(part).LinkTarget is not null)
            {
                return part;
            }

            if (at < 0)
            {
                return null;
            }
        }
    }
}
