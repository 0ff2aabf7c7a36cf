using System.Buffers;
using System.Text;
using Pioneer.Streams.Processing;
using Pioneer.Streams.Rows;
using Pioneer.Streams.Stores;

namespace Pioneer.Embedded.Ksql.Queries.Tasks;

/// <summary>
/// Changes of stores, and marks beside them, as records of changelogs. The first byte of a key says which of the two it is, the first byte of a
/// value the version of this layout. One thread at a time.
/// </summary>
internal sealed class ChangelogCodec
{
    private const byte Entry = 0;
    private const byte Mark = 1;
    private const byte Version = 1;
    private readonly ArrayBufferWriter<byte> _buffer = new();

    /// <summary>The key of an entry of a store.</summary>
    public byte[] Key(RowKey key, long atMs, long sequence)
    {
        Begin(Entry);
        CellCodec.WriteAll(_buffer, key.Cells);
        CellCodec.Write(_buffer, key.Window is { } w ? new object?[] { w.StartMs, w.EndMs, w.IsSession } : null);
        CellCodec.WriteLong(_buffer, atMs);
        CellCodec.WriteLong(_buffer, sequence);
        return _buffer.WrittenSpan.ToArray();
    }

    /// <summary>The value of an entry; null where it is gone.</summary>
    public byte[]? Value(StoredRow? row)
    {
        if (row is null)
        {
            return null;
        }

        Begin(Version);
        CellCodec.WriteLong(_buffer, row.TimeMs);
        CellCodec.WriteAll(_buffer, row.Cells);
        return _buffer.WrittenSpan.ToArray();
    }

    /// <summary>Key and value of a mark.</summary>
    public (byte[] Key, byte[] Value) Of(TaskMark mark)
    {
        Begin(Mark);
        _buffer.Write(Encoding.UTF8.GetBytes(mark.Name));
        var key = _buffer.WrittenSpan.ToArray();
        Begin(Version);
        CellCodec.WriteLong(_buffer, mark.Value);
        return (key, _buffer.WrittenSpan.ToArray());
    }

    /// <summary>Makes a change again.</summary>
    /// <exception cref="FormatException">The record is none of ours.</exception>
    public static void Restore(byte[] key, byte[]? value, IStore store, IEnumerable<TaskMark> marks)
    {
        if (key.Length == 0 || key[0] > Mark || (value is not null && (value.Length == 0 || value[0] != Version)))
        {
            throw new FormatException("The changelog holds records that this version cannot read");
        }

        ReadOnlySpan<byte> left = value is null ? [] : value.AsSpan(1);
        if (key[0] == Mark)
        {
            var name = Encoding.UTF8.GetString(key.AsSpan(1));
            if (value is not null && marks.FirstOrDefault(m => m.Store.Name == store.Spec.Name && m.Name == name) is { } mark)
            {
                mark.Value = CellCodec.ReadLong(ref left);
            }

            return;
        }

        StoredRow? row = null;
        if (value is not null)
        {
            var timeMs = CellCodec.ReadLong(ref left);
            row = new StoredRow(CellCodec.ReadAll(ref left), timeMs);
        }

        left = key.AsSpan(1);
        var cells = CellCodec.ReadAll(ref left);
        var rowKey = new RowKey(cells, CellCodec.Read(ref left) is object?[] w ? new WindowBounds((long)w[0]!, (long)w[1]!, (bool)w[2]!) : null);
        var atMs = CellCodec.ReadLong(ref left);
        store.Restore(new StoreChange(rowKey, atMs, CellCodec.ReadLong(ref left), row));
    }

    private void Begin(byte first)
    {
        _buffer.ResetWrittenCount();
        _buffer.GetSpan(1)[0] = first;
        _buffer.Advance(1);
    }
}
