using System.Buffers.Binary;

namespace Pioneer.Embedded.Broker.Log;

/// <summary>The control record that ends a producer's transaction in a partition; it takes one offset.</summary>
internal static class TransactionMarker
{
    /// <summary>Key: version 0, type 0 abort / 1 commit. Value: version 0, coordinator epoch.</summary>
    public static byte[] Build(long producerId, short producerEpoch, bool commit, int coordinatorEpoch, long timestampMs)
    {
        var key = new byte[4];
        key[3] = commit ? (byte)1 : (byte)0;
        var value = new byte[6];
        BinaryPrimitives.WriteInt32BigEndian(value.AsSpan(2), coordinatorEpoch);
        return new RecordBatchBuilder
        {
            Transactional = true,
            Control = true,
            ProducerId = producerId,
            ProducerEpoch = producerEpoch,
        }.Add(timestampMs, key, value).Build();
    }

    /// <summary>True for a commit, false for an abort, null when the control record is of another type.</summary>
    public static bool? ReadOutcome(ReadOnlyMemory<byte> controlBatch)
    {
        var records = RecordReader.Read(controlBatch);
        if (records is not [{ Key: { Length: >= 4 } key }, ..])
        {
            return null;
        }

        return BinaryPrimitives.ReadInt16BigEndian(key.Span[2..]) switch
        {
            0 => false,
            1 => true,
            _ => null,
        };
    }
}
