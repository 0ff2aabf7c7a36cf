using System.Buffers.Binary;

namespace Pioneer.Embedded.Broker.Log;

/// <summary>
/// Ascending (key, value) pairs of one segment: relative offset to file position, or timestamp to relative offset. Kept in memory,
/// saved when a segment is sealed or a checkpoint taken; only a cache of what a scan of the segment finds.
/// </summary>
internal sealed class SparseIndex
{
    private const int ValueBytes = sizeof(int);
    private readonly int _keyBytes;
    private long[] _keys = new long[8];
    private int[] _values = new int[8];

    private SparseIndex(int keyBytes) => _keyBytes = keyBytes;

    public int Count { get; private set; }
    public long LastKey => Count == 0 ? -1 : _keys[Count - 1];
    public int LastValue => Count == 0 ? 0 : _values[Count - 1];

    /// <summary>Relative offset (int32 on disk) to position.</summary>
    public static SparseIndex OfOffsets() => new(sizeof(int));

    /// <summary>Timestamp (int64 on disk) to relative offset.</summary>
    public static SparseIndex OfTimes() => new(sizeof(long));

    public void Add(long key, int value)
    {
        if (Count == _keys.Length)
        {
            Array.Resize(ref _keys, Count * 2);
            Array.Resize(ref _values, Count * 2);
        }

        _keys[Count] = key;
        _values[Count++] = value;
    }

    /// <summary>The value of the last entry whose key is at most <paramref name="key"/>, or <paramref name="fallback"/>.</summary>
    public int Floor(long key, int fallback)
    {
        var index = Array.BinarySearch(_keys, 0, Count, key);
        index = index >= 0 ? index : ~index - 1;
        return index < 0 ? fallback : _values[index];
    }

    /// <summary>Drops entries from the first one that fails the test on (key, value).</summary>
    public void KeepWhile(Func<long, int, bool> test)
    {
        for (var i = 0; i < Count; i++)
        {
            if (!test(_keys[i], _values[i]))
            {
                Count = i;
                return;
            }
        }
    }

    public void Save(string path)
    {
        var size = _keyBytes + ValueBytes;
        var bytes = new byte[Count * size];
        for (var i = 0; i < Count; i++)
        {
            var entry = bytes.AsSpan(i * size);
            if (_keyBytes == sizeof(int))
            {
                BinaryPrimitives.WriteInt32BigEndian(entry, (int)_keys[i]);
            }
            else
            {
                BinaryPrimitives.WriteInt64BigEndian(entry, _keys[i]);
            }

            BinaryPrimitives.WriteInt32BigEndian(entry[_keyBytes..], _values[i]);
        }

        File.WriteAllBytes(path, bytes);
    }

    /// <summary>Reads a saved index; false when it is missing or not ascending (then the segment is scanned).</summary>
    public bool TryLoad(string path)
    {
        Count = 0;
        var size = _keyBytes + ValueBytes;
        if (!File.Exists(path))
        {
            return false;
        }

        var bytes = File.ReadAllBytes(path);
        for (var at = 0; at + size <= bytes.Length; at += size)
        {
            var entry = bytes.AsSpan(at);
            var key = _keyBytes == sizeof(int) ? BinaryPrimitives.ReadInt32BigEndian(entry) : BinaryPrimitives.ReadInt64BigEndian(entry);
            var value = BinaryPrimitives.ReadInt32BigEndian(entry[_keyBytes..]);
            if (Count > 0 && (key <= LastKey || value < LastValue))
            {
                Count = 0;
                return false;
            }

            Add(key, value);
        }

        return true;
    }
}
