using Pioneer.Jobs.Seeding;

namespace Pioneer.Jobs.Ingestion;

/// <summary>A key that a topic holds and its table has no more, with every partition that it lies in.</summary>
public sealed record GoneKey(byte[] Key, IReadOnlyCollection<int> Partitions);

/// <summary>What a topic's keys are, held against a table's.</summary>
/// <param name="Gone">Those that the table has no more.</param>
/// <param name="AreAllCompared">Whether every key of the topic could be held against the table's.</param>
internal sealed record GoneKeys(IReadOnlyList<GoneKey> Gone, bool AreAllCompared)
{
    /// <summary>Keys that cannot be compared are not among those that are gone: nothing is deleted that was not looked for.</summary>
    /// <param name="names">What the key's columns are called in records.</param>
    public static GoneKeys Of(FoldedTopic state, IReadOnlyList<string> names, IReadOnlySet<string> table)
    {
        var doubled = state.Doubled.ToDictionary(key => key.Key, key => key.Partitions, ByteArrayComparer.Instance);
        var gone = new List<GoneKey>();
        var areAllCompared = true;
        foreach (var row in state.Rows)
        {
            if (KeyText.OfRecord(row.Key, names) is not { } text)
            {
                areAllCompared = false;
            }
            else if (!table.Contains(text))
            {
                gone.Add(new GoneKey(row.Key, doubled.TryGetValue(row.Key, out var partitions) ? partitions : [row.Partition]));
            }
        }

        return new GoneKeys(gone, areAllCompared);
    }
}
