using Pioneer.Jobs.Seeding;

namespace Pioneer.Jobs.Ingestion;

/// <summary>A key that a topic holds and its table has no more, with every partition that it lies in.</summary>
public sealed record GoneKey(byte[] Key, IReadOnlyCollection<int> Partitions);

internal static class GoneKeys
{
    /// <param name="names">What the key's columns are called in records.</param>
    /// <summary>Keys that cannot be compared are not among them: nothing is deleted that was not looked for.</summary>
    public static IReadOnlyList<GoneKey> Of(FoldedTopic state, IReadOnlyList<string> names, IReadOnlySet<string> table)
    {
        var doubled = state.Doubled.ToDictionary(key => key.Key, key => key.Partitions, ByteArrayComparer.Instance);
        return
        [
            .. state.Rows.Where(row => KeyText.OfRecord(row.Key, names) is { } text && !table.Contains(text))
                .Select(row => new GoneKey(row.Key, doubled.TryGetValue(row.Key, out var partitions) ? partitions : [row.Partition])),
        ];
    }
}
