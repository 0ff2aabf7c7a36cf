namespace Pioneer.Embedded.Broker.Log;

/// <summary>One record of a batch. <paramref name="Headers"/> is the encoded header list, count included. A null value is a tombstone.</summary>
public readonly record struct LogRecord(
    long Offset, long TimestampMs, ReadOnlyMemory<byte>? Key, ReadOnlyMemory<byte>? Value, ReadOnlyMemory<byte> Headers);
