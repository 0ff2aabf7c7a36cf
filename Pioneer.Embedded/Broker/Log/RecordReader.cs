namespace Pioneer.Embedded.Broker.Log;

/// <summary>Reads the records of one batch, unpacking it when needed. Keys and values point into the unpacked bytes.</summary>
public static class RecordReader
{
    /// <summary>The records in order.</summary>
    /// <exception cref="InvalidDataException">The batch is malformed.</exception>
    public static List<LogRecord> Read(ReadOnlyMemory<byte> batch)
    {
        if (!BatchHeader.TryRead(batch.Span, out var header) || header.TotalBytes > batch.Length || header.TotalBytes < BatchHeader.Size)
        {
            throw new InvalidDataException("truncated record batch");
        }

        var data = Compression.Decompress(header.Codec, batch[BatchHeader.Size..header.TotalBytes]);
        var records = new List<LogRecord>(Math.Clamp(header.RecordCount, 0, data.Length));
        var position = 0;
        for (var i = 0; i < header.RecordCount; i++)
        {
            records.Add(ReadOne(data, ref position, header));
        }

        return position == data.Length ? records : throw new InvalidDataException("bytes after the last record");
    }

    private static LogRecord ReadOne(ReadOnlyMemory<byte> data, ref int position, in BatchHeader header)
    {
        var span = data.Span;
        var length = Varint.ReadInt(span, ref position);
        var end = position + length;
        if (length < 0 || end > span.Length || end < position)
        {
            throw new InvalidDataException("record reaches beyond its batch");
        }

        position++; // attributes, unused
        var timestampDelta = Varint.ReadLong(span, ref position);
        var offsetDelta = Varint.ReadInt(span, ref position);
        var key = ReadBytes(data, ref position, end);
        var value = ReadBytes(data, ref position, end);
        if (position > end)
        {
            throw new InvalidDataException("record is longer than it says");
        }

        var headers = data[position..end];
        position = end;
        var timestamp = header.IsStampedOnAppend ? header.MaxTimestampMs : header.BaseTimestampMs + timestampDelta;
        return new LogRecord(header.BaseOffset + offsetDelta, timestamp, key, value, headers);
    }

    private static ReadOnlyMemory<byte>? ReadBytes(ReadOnlyMemory<byte> data, ref int position, int end)
    {
        var length = Varint.ReadInt(data.Span, ref position);
        if (length < 0)
        {
            return null;
        }

        if (length > end - position)
        {
            throw new InvalidDataException("key or value reaches beyond its record");
        }

        var bytes = data.Slice(position, length);
        position += length;
        return bytes;
    }
}
