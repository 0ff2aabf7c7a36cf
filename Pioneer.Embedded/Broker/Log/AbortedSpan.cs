using System.Buffers.Binary;

namespace Pioneer.Embedded.Broker.Log;

/// <summary>An aborted transaction in one partition: from its first record to its abort marker, both included.</summary>
internal readonly record struct AbortedSpan(long ProducerId, long FirstOffset, long LastOffset)
{
    private const int EntryBytes = 3 * sizeof(long);

    public static void Save(string path, List<AbortedSpan> spans)
    {
        if (spans.Count == 0)
        {
            File.Delete(path);
            return;
        }

        var bytes = new byte[spans.Count * EntryBytes];
        for (var i = 0; i < spans.Count; i++)
        {
            var entry = bytes.AsSpan(i * EntryBytes);
            BinaryPrimitives.WriteInt64BigEndian(entry, spans[i].ProducerId);
            BinaryPrimitives.WriteInt64BigEndian(entry[8..], spans[i].FirstOffset);
            BinaryPrimitives.WriteInt64BigEndian(entry[16..], spans[i].LastOffset);
        }

        File.WriteAllBytes(path, bytes);
    }

    public static List<AbortedSpan> Load(string path)
    {
        var spans = new List<AbortedSpan>();
        var bytes = File.Exists(path) ? File.ReadAllBytes(path) : [];
        for (var at = 0; at + EntryBytes <= bytes.Length; at += EntryBytes)
        {
            var entry = bytes.AsSpan(at);
            spans.Add(new AbortedSpan(
                BinaryPrimitives.ReadInt64BigEndian(entry),
                BinaryPrimitives.ReadInt64BigEndian(entry[8..]),
                BinaryPrimitives.ReadInt64BigEndian(entry[16..])));
        }

        return spans;
    }
}
