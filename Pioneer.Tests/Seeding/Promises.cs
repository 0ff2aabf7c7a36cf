namespace Pioneer.Tests.Seeding;

/// <summary>The oracle: promises (a) to (c) of design/04-seeding.md, read off what was delivered.</summary>
internal static class Promises
{
    public static bool Hold(SeedWorld world, bool seeded)
    {
        var newest = new Dictionary<int, long>();
        foreach (var (key, version) in world.Delivered)
        {
            if (newest.TryGetValue(key, out var seen) && version < seen)
            {
                return false;
            }

            newest[key] = version;
        }

        if (!seeded)
        {
            return true;
        }

        var wanted = world.Source.Select((key, offset) => (key, version: (long)offset))
            .GroupBy(row => row.key).ToDictionary(group => group.Key, group => group.Last().version);
        return world.Completions > 0
            && wanted.Count == newest.Count
            && wanted.All(row => newest.TryGetValue(row.Key, out var version) && version == row.Value);
    }
}
