using Pioneer.Streams.Rows;

namespace Pioneer.Streams.Stores;

/// <summary>Keys in the order of their bytes, which is the order in which Kafka Streams' stores give them.</summary>
internal sealed class KeyOrder(StoreSpec spec) : IComparer<RowKey>
{
    private readonly KeyCodec _codec = new(spec.Formats.Key, spec.KeyColumns, spec.KeyWindow);

    public int Compare(RowKey? x, RowKey? y) => _codec.Write(x).AsSpan().SequenceCompareTo(_codec.Write(y));
}
