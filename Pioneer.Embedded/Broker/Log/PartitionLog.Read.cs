using System.Buffers;
using System.Collections.Immutable;

namespace Pioneer.Embedded.Broker.Log;

/// <content>Reading: a look under the lock, then the file read beside appends.</content>
public sealed partial class PartitionLog
{
    // room to find the asked batch behind the index entry before it
    private const int SeekMarginBytes = 8192;

    /// <summary>Reads whole batches from <paramref name="offset"/>; at least one batch when there is any, even above <paramref name="maxBytes"/>.</summary>
    public ReadResult Read(long offset, int maxBytes, IsolationLevel isolation = IsolationLevel.ReadUncommitted)
    {
        LogOffsets offsets;
        ImmutableArray<LogSegment> segments;
        int first;
        (long Start, long End) range;
        lock (_gate)
        {
            offsets = OffsetsNow();
            if (_closed)
            {
                return Nothing(ErrorCode.UnknownTopicOrPartition, offsets, offset);
            }

            if (offset < offsets.LogStartOffset || offset > offsets.HighWatermark)
            {
                return Nothing(ErrorCode.OffsetOutOfRange, offsets, offset);
            }

            var limit = Limit(offsets, isolation);
            if (offset >= limit)
            {
                return Nothing(ErrorCode.None, offsets, offset, isolation);
            }

            segments = _segments;
            first = SegmentIndexOf(offset);
            range = (segments[first].PositionBefore(offset), segments[first].Size);
        }

        try
        {
            return ReadSegments(segments, first, range, offset, maxBytes, isolation, offsets);
        }
        catch (ObjectDisposedException)
        {
            return Nothing(ErrorCode.UnknownTopicOrPartition, offsets, offset);
        }
        catch (IOException e)
        {
            PartitionLogLog.ReadFailed(_logger, Name, offset, e);
            return Nothing(ErrorCode.KafkaStorageError, offsets, offset);
        }
    }

    private ReadResult ReadSegments(
        ImmutableArray<LogSegment> segments, int first, (long Start, long End) range, long offset, int maxBytes, IsolationLevel isolation,
        LogOffsets offsets)
    {
        var limit = Limit(offsets, isolation);
        for (var i = first; i < segments.Length; i++)
        {
            var (start, end) = i == first ? range : (0, SizeOf(segments[i]));
            var found = ReadOne(segments[i], start, end, offset, limit, maxBytes);
            if (found is { } slice)
            {
                return new ReadResult(ErrorCode.None, offsets, slice.Buffer, slice.Start, slice.Length)
                {
                    NextOffset = slice.NextOffset,
                    AtEnd = slice.NextOffset >= limit,
                    AbortedTransactions = isolation == IsolationLevel.ReadCommitted ? Aborted(offset, slice.NextOffset) : null,
                };
            }
        }

        return Nothing(ErrorCode.None, offsets, offset, isolation);
    }

    // Null when the segment holds no batch in [offset, limit): its tail was compacted away.
    private static (byte[] Buffer, int Start, int Length, long NextOffset)? ReadOne(
        LogSegment segment, long position, long end, long offset, long limit, int maxBytes)
    {
        var wanted = (int)Math.Min(Math.Max(maxBytes, BatchHeader.Size) + SeekMarginBytes, end - position);
        if (wanted < BatchHeader.Size)
        {
            return null;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(wanted);
        var keep = false;
        try
        {
            var filled = Fill(segment, buffer.AsSpan(0, wanted), position);
            var at = 0;
            while (BatchHeader.TryRead(buffer.AsSpan(at, filled - at), out var header))
            {
                if (header.TotalBytes < BatchHeader.Size)
                {
                    throw new IOException($"damaged batch in segment {segment.BaseOffset} at byte {position + at}");
                }

                if (header.BaseOffset >= limit)
                {
                    return null;
                }

                if (header.LastOffset >= offset)
                {
                    if (at + header.TotalBytes > filled)
                    {
                        // the first batch does not fit: read exactly it, whatever maxBytes says
                        ArrayPool<byte>.Shared.Return(buffer);
                        buffer = ArrayPool<byte>.Shared.Rent(header.TotalBytes);
                        filled = Fill(segment, buffer.AsSpan(0, header.TotalBytes), position + at);
                        keep = filled == header.TotalBytes;
                        return keep ? (buffer, 0, filled, header.NextOffset) : null;
                    }

                    keep = true;
                    return Slice(buffer, at, filled, limit, maxBytes);
                }

                at += header.TotalBytes;
                if (at > filled - BatchHeader.Size)
                {
                    // the batch before was larger than the margin: go on behind it
                    position += at;
                    wanted = (int)Math.Min(buffer.Length, end - position);
                    filled = wanted < BatchHeader.Size ? 0 : Fill(segment, buffer.AsSpan(0, wanted), position);
                    at = 0;
                }
            }

            return null;
        }
        finally
        {
            if (!keep)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    private static (byte[] Buffer, int Start, int Length, long NextOffset) Slice(byte[] buffer, int start, int filled, long limit, int maxBytes)
    {
        var at = start;
        var next = 0L;
        while (BatchHeader.TryRead(buffer.AsSpan(at, filled - at), out var header) && header.BaseOffset < limit
            && header.TotalBytes >= BatchHeader.Size && header.TotalBytes <= filled - at && (at == start || at + header.TotalBytes - start <= maxBytes))
        {
            at += header.TotalBytes;
            next = header.NextOffset;
        }

        return (buffer, start, at - start, next);
    }

    private static int Fill(LogSegment segment, Span<byte> target, long position)
    {
        var filled = 0;
        while (filled < target.Length)
        {
            var read = RandomAccess.Read(segment.File, target[filled..], position + filled);
            if (read == 0)
            {
                break;
            }

            filled += read;
        }

        return filled;
    }

    private List<AbortedTransaction> Aborted(long from, long to)
    {
        lock (_gate)
        {
            return
            [
                .. _segments.Skip(SegmentIndexOf(from)).SelectMany(s => s.Aborted)
                    .Where(a => a.LastOffset >= from && a.FirstOffset < to)
                    .OrderBy(a => a.FirstOffset)
                    .Select(a => new AbortedTransaction(a.ProducerId, a.FirstOffset)),
            ];
        }
    }

    private static long Limit(in LogOffsets offsets, IsolationLevel isolation) =>
        isolation == IsolationLevel.ReadCommitted ? offsets.LastStableOffset : offsets.HighWatermark;

    private static ReadResult Nothing(
        ErrorCode error, in LogOffsets offsets, long offset, IsolationLevel isolation = IsolationLevel.ReadUncommitted) =>
        new(error, offsets, null, 0, 0)
        {
            NextOffset = offset,
            AtEnd = true,
            AbortedTransactions = isolation == IsolationLevel.ReadCommitted ? [] : null,
        };

    private long SizeOf(LogSegment segment)
    {
        lock (_gate)
        {
            return segment.Size;
        }
    }

    private int SegmentIndexOf(long offset)
    {
        var (low, high) = (0, _segments.Length - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (_segments[middle].BaseOffset <= offset)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return low;
    }
}
