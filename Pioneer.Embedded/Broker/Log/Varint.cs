using System.Buffers;

namespace Pioneer.Embedded.Broker.Log;

/// <summary>Zigzag variable-length integers of records.</summary>
internal static class Varint
{
    public static int ReadInt(ReadOnlySpan<byte> bytes, ref int position)
    {
        var value = ReadLong(bytes, ref position);
        return value is >= int.MinValue and <= int.MaxValue ? (int)value : throw new InvalidDataException("varint out of range");
    }

    public static long ReadLong(ReadOnlySpan<byte> bytes, ref int position)
    {
        ulong raw = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            if ((uint)position >= (uint)bytes.Length)
            {
                throw new InvalidDataException("varint reaches beyond its batch");
            }

            var next = bytes[position++];
            raw |= (ulong)(next & 0x7F) << shift;
            if ((next & 0x80) == 0)
            {
                return (long)(raw >> 1) ^ -(long)(raw & 1);
            }
        }

        throw new InvalidDataException("varint is longer than ten bytes");
    }

    public static void Write(IBufferWriter<byte> target, long value)
    {
        var raw = (ulong)((value << 1) ^ (value >> 63));
        var span = target.GetSpan(10);
        var count = 0;
        while (raw >= 0x80)
        {
            span[count++] = (byte)(raw | 0x80);
            raw >>= 7;
        }

        span[count++] = (byte)raw;
        target.Advance(count);
    }
}
