using System.Buffers.Binary;
using Pioneer.Embedded.Broker.Log;
using Xunit;

namespace Pioneer.Tests.Embedded.BrokerClients;

/// <summary>Puts a leader into the history of a partition's log, whose broker is stopped: in its list of epochs, and in the batches that it wrote.</summary>
internal static class LaterLeader
{
    private const int LeaderEpochPosition = 12;

    public static void Put(string partition, int epoch, long from)
    {
        var known = PartitionCheckpoint.Load(partition)!;
        (known with { Epochs = [.. known.Epochs.TakeWhile(earlier => earlier.StartOffset < from), (epoch, from)] }).Save(partition);
        foreach (var segment in Directory.EnumerateFiles(partition, "*.log"))
        {
            var bytes = File.ReadAllBytes(segment);
            // the checksum covers what comes behind the epoch
            for (var at = 0; at < bytes.Length; at += BatchHeader.Prefix + BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at + 8)))
            {
                var first = BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(at));
                var last = first + BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at + 23));
                Assert.True(last < from || first >= from, $"A batch has the records {first} to {last}: no leader begins at {from} within it.");
                if (first >= from)
                {
                    BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(at + LeaderEpochPosition), epoch);
                }
            }

            File.WriteAllBytes(segment, bytes);
        }
    }
}
