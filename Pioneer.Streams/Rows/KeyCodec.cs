using System.Buffers.Binary;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Serialization;
using Pioneer.Ksql.Types;

namespace Pioneer.Streams.Rows;

/// <summary>
/// Reads and writes keys. Windows follow the key as in Kafka Streams: of time the start, of sessions the end and the start, 8 bytes each.
/// One thread at a time.
/// </summary>
/// <param name="format">How the cells are written.</param>
/// <param name="columns">The key columns.</param>
/// <param name="window">The windows in keys; null without.</param>
public sealed class KeyCodec(FormatSpec format, IReadOnlyList<Column> columns, WindowInfo? window)
{
    private readonly RowFormat _format = RowFormat.For(format, columns);
    private readonly int _suffix = window is null ? 0 : window.Kind == WindowKind.Session ? 16 : 8;

    /// <summary>The key; null where there is none.</summary>
    /// <exception cref="FormatException">The bytes are no such key.</exception>
    public RowKey? Read(byte[]? bytes)
    {
        if (bytes is null || columns.Count == 0)
        {
            return null;
        }

        if (bytes.Length < _suffix)
        {
            throw new FormatException($"{bytes.Length} bytes are no key with a window");
        }

        var cells = _format.Read(_suffix == 0 ? bytes : bytes[..^_suffix]);
        return cells is null ? null : new RowKey(cells, Bounds(bytes.AsSpan(bytes.Length - _suffix)));
    }

    /// <summary>The bytes of a key; null for none.</summary>
    public byte[]? Write(RowKey? key)
    {
        if (key is null || columns.Count == 0)
        {
            return null;
        }

        var bytes = _format.Write(key.Cells);
        if (_suffix == 0 || key.Window is not { } bounds)
        {
            return bytes;
        }

        var whole = new byte[(bytes?.Length ?? 0) + _suffix];
        bytes?.CopyTo(whole, 0);
        var at = whole.AsSpan(whole.Length - _suffix);
        if (bounds.IsSession)
        {
            BinaryPrimitives.WriteInt64BigEndian(at, bounds.EndMs);
            at = at[8..];
        }

        BinaryPrimitives.WriteInt64BigEndian(at, bounds.StartMs);
        return whole;
    }

    private WindowBounds? Bounds(ReadOnlySpan<byte> suffix)
    {
        if (window is null)
        {
            return null;
        }

        var first = BinaryPrimitives.ReadInt64BigEndian(suffix);
        return window.Kind == WindowKind.Session
            ? new WindowBounds(BinaryPrimitives.ReadInt64BigEndian(suffix[8..]), first, IsSession: true)
            : new WindowBounds(first, first + (window.SizeMs ?? 0), IsSession: false);
    }
}
