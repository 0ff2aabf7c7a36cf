using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text.Json;

namespace Pioneer.Embedded.Broker.Cluster;

/// <summary>
/// The metadata's file: frames of <c>int32 length, uint32 CRC-32C, JSON record</c> (big-endian), appended and synced before a change is
/// answered. A torn tail is cut off at open; anything else that does not read is an error, never silently dropped. When the file is
/// mostly history it is rewritten beside and renamed over. Not thread safe: <see cref="MetadataStore"/> serialises.
/// </summary>
internal sealed class MetadataLog : IDisposable
{
    private const int FrameHeaderBytes = 8;
    private const int MaxRecordBytes = 16 << 20;

    /// <summary>Below this many records the history is not worth rewriting.</summary>
    private const int CompactAbove = 1000;

    private readonly string _path;
    private FileStream _file;
    private int _records;

    private MetadataLog(string path, FileStream file)
    {
        _path = path;
        _file = file;
    }

    /// <summary>Opens or creates the file and answers the state it holds.</summary>
    /// <exception cref="InvalidDataException">A record in the middle is damaged; the message names file and position.</exception>
    public static (MetadataLog Log, ClusterState State) Open(string path)
    {
        File.Delete(path + Replacement);
        var existed = File.Exists(path);
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        try
        {
            var log = new MetadataLog(path, file);
            var state = log.Replay();
            if (!existed)
            {
                Log.DurableFile.SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            }

            log.CompactIfMostlyHistory(state);
            return (log, state);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private const string Replacement = ".new";

    /// <summary>Appends records and makes them durable, all or (after a crash) a prefix of them.</summary>
    public void Append(IReadOnlyList<MetadataRecord> records)
    {
        var start = _file.Position;
        try
        {
            _file.Write(Encode(records));
            _file.Flush(flushToDisk: true);
            _records += records.Count;
        }
        catch (IOException)
        {
            _file.SetLength(start);
            throw;
        }
    }

    public void Dispose() => _file.Dispose();

    private static ReadOnlySpan<byte> Encode(IEnumerable<MetadataRecord> records)
    {
        var buffer = new ArrayBufferWriter<byte>();
        foreach (var record in records)
        {
            var json = JsonSerializer.SerializeToUtf8Bytes(record, MetadataJson.Default.MetadataRecord);
            var frame = buffer.GetSpan(FrameHeaderBytes + json.Length);
            BinaryPrimitives.WriteInt32BigEndian(frame, json.Length);
            BinaryPrimitives.WriteUInt32BigEndian(frame[4..], Checksum(json));
            json.CopyTo(frame[FrameHeaderBytes..]);
            buffer.Advance(FrameHeaderBytes + json.Length);
        }

        return buffer.WrittenSpan;
    }

    private static uint Checksum(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var b in data)
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        return ~crc;
    }

    private ClusterState Replay()
    {
        var bytes = new byte[_file.Length];
        _file.ReadExactly(bytes);
        var state = ClusterState.Empty;
        var position = 0;
        while (TryReadFrame(bytes, position, out var json))
        {
            var record = JsonSerializer.Deserialize(json, MetadataJson.Default.MetadataRecord)
                ?? throw new InvalidDataException($"{_path}: an empty record at byte {position}");
            state = state.Apply(record);
            position += FrameHeaderBytes + json.Length;
            _records++;
        }

        if (position < bytes.Length)
        {
            _file.SetLength(position);
            _file.Flush(flushToDisk: true);
        }

        _file.Position = position;
        return state;
    }

    /// <summary>
    /// False at the end and at a torn tail. A frame that is complete, wrong and followed by more cannot come from a crash: an error.
    /// </summary>
    private bool TryReadFrame(byte[] bytes, int position, out ReadOnlySpan<byte> json)
    {
        json = default;
        if (bytes.Length - position < FrameHeaderBytes)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(position));
        var end = position + FrameHeaderBytes + (long)length;
        if (length is <= 0 or > MaxRecordBytes || end > bytes.Length)
        {
            return false;
        }

        var expected = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(position + 4));
        json = bytes.AsSpan(position + FrameHeaderBytes, length);
        if (Checksum(json) == expected)
        {
            return true;
        }

        return end == bytes.Length
            ? false
            : throw new InvalidDataException($"{_path}: the record at byte {position} is damaged; restore the file from a copy");
    }

    private void CompactIfMostlyHistory(ClusterState state)
    {
        var live = state.ToRecords().ToList();
        if (_records < CompactAbove || _records < live.Count * 2)
        {
            return;
        }

        var replacement = new FileStream(
            _path + Replacement, FileMode.Create, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, bufferSize: 0);
        replacement.Write(Encode(live));
        replacement.Flush(flushToDisk: true);
        _file.Dispose();
        File.Move(_path + Replacement, _path, overwrite: true);
        Log.DurableFile.SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(_path))!);
        _file = replacement;
        _records = live.Count;
    }
}
