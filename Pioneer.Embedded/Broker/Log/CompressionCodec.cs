using System.Buffers.Binary;
using System.IO.Compression;
using K4os.Compression.LZ4.Streams;
using Snappier;

namespace Pioneer.Embedded.Broker.Log;

/// <summary>Codecs of record batches, numbered as in the attributes.</summary>
public enum CompressionCodec : byte
{
    None = 0,
    Gzip = 1,
    Snappy = 2,
    Lz4 = 3,
    Zstd = 4,
}

/// <summary>
/// Unpacks and packs the records of a batch. The broker stores batches as sent; it unpacks only to look at keys and timestamps.
/// </summary>
internal static class Compression
{
    /// <summary>A batch that unpacks to more is refused: a small message must not take the broker's memory.</summary>
    public const int MaxUncompressedBytes = 256 * 1024 * 1024;

    // snappy-java's stream framing: magic, version, compatible version, then length-prefixed blocks. librdkafka also sends one raw block.
    private static ReadOnlySpan<byte> XerialMagic => [0x82, (byte)'S', (byte)'N', (byte)'A', (byte)'P', (byte)'P', (byte)'Y', 0];

    private const int XerialHeader = 16;

    // Kafka's own LZ4 reader (Lz4BlockInputStream) refuses blocks that refer to the block before.
    private static readonly LZ4EncoderSettings IndependentBlocks = new() { ChainBlocks = false };

    /// <summary>The uncompressed records.</summary>
    /// <exception cref="InvalidDataException">The data is not of that codec, or too large.</exception>
    public static ReadOnlyMemory<byte> Decompress(CompressionCodec codec, ReadOnlyMemory<byte> data)
    {
        try
        {
            switch (codec)
            {
                case CompressionCodec.None:
                    return data;
                case CompressionCodec.Snappy:
                    return Unsnappy(data.Span);
                case CompressionCodec.Gzip:
                case CompressionCodec.Lz4:
                case CompressionCodec.Zstd:
                    using (var source = new MemoryStream(data.ToArray(), writable: false))
                    using (var unpacked = Unpacking(codec, source))
                    {
                        return Drain(unpacked);
                    }

                default:
                    throw new InvalidDataException($"unknown compression codec {(int)codec}");
            }
        }
        catch (Exception e) when (e is not InvalidDataException and not OutOfMemoryException)
        {
            throw new InvalidDataException($"{codec} data cannot be read: {e.Message}", e);
        }
    }

    public static byte[] Compress(CompressionCodec codec, ReadOnlySpan<byte> data)
    {
        if (codec == CompressionCodec.None)
        {
            return data.ToArray();
        }

        using var target = new MemoryStream();
        if (codec == CompressionCodec.Snappy)
        {
            target.Write(XerialMagic);
            target.Write([0, 0, 0, 1, 0, 0, 0, 1]);
            var block = Snappy.CompressToArray(data);
            Span<byte> length = stackalloc byte[4];
            BinaryPrimitives.WriteInt32BigEndian(length, block.Length);
            target.Write(length);
            target.Write(block);
            return target.ToArray();
        }

        using (var packing = Packing(codec, target))
        {
            packing.Write(data);
        }

        return target.ToArray();
    }

    private static Stream Unpacking(CompressionCodec codec, Stream source) => codec switch
    {
        CompressionCodec.Gzip => new GZipStream(source, CompressionMode.Decompress),
        CompressionCodec.Lz4 => LZ4Stream.Decode(source),
        _ => new ZstdSharp.DecompressionStream(source),
    };

    private static Stream Packing(CompressionCodec codec, Stream target) => codec switch
    {
        CompressionCodec.Gzip => new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true),
        CompressionCodec.Lz4 => LZ4Stream.Encode(target, IndependentBlocks, leaveOpen: true),
        _ => new ZstdSharp.CompressionStream(target, leaveOpen: true),
    };

    private static byte[] Drain(Stream unpacked)
    {
        using var target = new MemoryStream();
        var buffer = new byte[81920];
        int read;
        while ((read = unpacked.Read(buffer)) > 0)
        {
            target.Write(buffer, 0, read);
            Bound(target.Length);
        }

        return target.ToArray();
    }

    private static byte[] Unsnappy(ReadOnlySpan<byte> data)
    {
        if (!data.StartsWith(XerialMagic))
        {
            Bound(Snappy.GetUncompressedLength(data));
            return Snappy.DecompressToArray(data);
        }

        using var target = new MemoryStream();
        var rest = data[XerialHeader..];
        while (rest.Length > 0)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(rest);
            var block = rest.Slice(sizeof(int), length);
            Bound(target.Length + Snappy.GetUncompressedLength(block));
            target.Write(Snappy.DecompressToArray(block));
            rest = rest[(sizeof(int) + length)..];
        }

        return target.ToArray();
    }

    private static void Bound(long length)
    {
        if (length > MaxUncompressedBytes)
        {
            throw new InvalidDataException($"batch unpacks to more than {MaxUncompressedBytes} bytes");
        }
    }
}
