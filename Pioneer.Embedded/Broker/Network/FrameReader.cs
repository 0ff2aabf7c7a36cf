using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using Pioneer.Kafka.Protocol;

namespace Pioneer.Embedded.Broker.Network;

/// <summary>
/// Cuts a connection's bytes into frames (int32 size, then that many bytes). Receives straight into one pooled buffer that frames are slices
/// of, so that a batch of records is never copied between socket and log; System.IO.Pipelines would hand large frames out in pieces and cost
/// that copy. The buffer grows with the bytes that arrive, not with the size a frame claims. Not thread safe.
/// </summary>
internal sealed class FrameReader(Socket socket) : IDisposable
{
    private const int InitialBytes = 64 * 1024;
    private const int KeptBytes = 4 << 20;
    private const int SizeBytes = sizeof(int);

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(InitialBytes);
    private int _start;
    private int _end;

    /// <summary>
    /// The next frame without its size; null when the client closed between two frames. Valid until the next call.
    /// </summary>
    /// <exception cref="ProtocolException">The size is not positive or above the limit, or the connection ended inside a frame.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(int maxBytes, CancellationToken cancellationToken)
    {
        if (_start == _end)
        {
            _start = _end = 0;
            Shrink();
        }

        if (!await FillAsync(SizeBytes, cancellationToken))
        {
            return null;
        }

        var size = BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(_start));
        if (size <= 0 || size > maxBytes)
        {
            throw new ProtocolException($"a frame of {size} bytes, where 1 to {maxBytes} are allowed");
        }

        await FillAsync(SizeBytes + size, cancellationToken);
        var frame = _buffer.AsMemory(_start + SizeBytes, size);
        _start += SizeBytes + size;
        return frame;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _start = _end = 0;
    }

    /// <summary>Receives until so many bytes are there; false when the connection ended before the first of them.</summary>
    private async ValueTask<bool> FillAsync(int wanted, CancellationToken cancellationToken)
    {
        while (_end - _start < wanted)
        {
            MakeRoom(wanted);
            var received = await socket.ReceiveAsync(_buffer.AsMemory(_end), SocketFlags.None, cancellationToken);
            if (received == 0)
            {
                return _end == _start
                    ? false
                    : throw new ProtocolException($"the connection ended inside a frame: {_end - _start} of {wanted} bytes had come");
            }

            _end += received;
        }

        return true;
    }

    private void MakeRoom(int wanted)
    {
        if (_end < _buffer.Length && (_start == 0 || _start + wanted <= _buffer.Length))
        {
            return;
        }

        var held = _end - _start;
        var target = _buffer;
        if (_start == 0)
        {
            target = ArrayPool<byte>.Shared.Rent((int)Math.Min(wanted, _buffer.Length * 2L));
        }

        _buffer.AsSpan(_start, held).CopyTo(target);
        if (target != _buffer)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = target;
        }

        _start = 0;
        _end = held;
    }

    private void Shrink()
    {
        if (_buffer.Length > KeptBytes)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = ArrayPool<byte>.Shared.Rent(InitialBytes);
        }
    }
}
