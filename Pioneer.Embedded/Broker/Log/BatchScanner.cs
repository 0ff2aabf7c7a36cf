using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Pioneer.Embedded.Broker.Log;

/// <summary>
/// Walks the batches of a segment file from one position to another, in large sequential reads. Stops before the first batch that is
/// incomplete, malformed or (when asked) fails its CRC.
/// </summary>
internal sealed class BatchScanner(SafeFileHandle file, long start, long end, bool verifyCrc) : IDisposable
{
    private const int ChunkBytes = 1 << 20;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
    private long _bufferStart = start;
    private int _bufferLength;

    /// <summary>File position of the current batch.</summary>
    public long Position { get; private set; } = start;

    /// <summary>File position after the last good batch.</summary>
    public long NextPosition { get; private set; } = start;

    public BatchHeader Header { get; private set; }

    /// <summary>The current batch; valid until the next move.</summary>
    public ReadOnlyMemory<byte> Batch { get; private set; }

    public bool MoveNext()
    {
        Position = NextPosition;
        if (!TryBuffer(BatchHeader.Size) || !BatchHeader.TryRead(_buffer.AsSpan((int)(Position - _bufferStart)), out var header)
            || header.Magic != BatchHeader.SupportedMagic || header.BatchLength < BatchHeader.Size - BatchHeader.Prefix
            || header.TotalBytes < 0 || header.LastOffsetDelta < 0 || !TryBuffer(header.TotalBytes))
        {
            return false;
        }

        Batch = _buffer.AsMemory((int)(Position - _bufferStart), header.TotalBytes);
        if (verifyCrc && !header.CrcMatches(Batch.Span))
        {
            return false;
        }

        Header = header;
        NextPosition = Position + header.TotalBytes;
        return true;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private bool TryBuffer(int count)
    {
        if (Position + count > end)
        {
            return false;
        }

        if (Position + count <= _bufferStart + _bufferLength)
        {
            return true;
        }

        if (count > _buffer.Length)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = ArrayPool<byte>.Shared.Rent(count);
        }

        _bufferStart = Position;
        _bufferLength = 0;
        var wanted = (int)Math.Min(_buffer.Length, end - Position);
        while (_bufferLength < wanted)
        {
            var read = RandomAccess.Read(file, _buffer.AsSpan(_bufferLength, wanted - _bufferLength), _bufferStart + _bufferLength);
            if (read == 0)
            {
                break;
            }

            _bufferLength += read;
        }

        return _bufferLength >= count;
    }
}
