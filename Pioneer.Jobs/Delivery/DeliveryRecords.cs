using System.Text;
using Confluent.Kafka;
using Pioneer.Jobs.Ingestion;
using Pioneer.Jobs.Seeding;

namespace Pioneer.Jobs.Delivery;

/// <summary>What records of a delivery topic are to its readers: headers tell results from what a seed run brought.</summary>
internal static class DeliveryRecords
{
    /// <summary>The event of a record, with the place behind it.</summary>
    public static DeliveryEvent ToEvent(ConsumeResult<byte[]?, byte[]?> record, OffsetVector position)
    {
        var complete = Header(record, SeedHeaders.Complete);
        var run = Header(record, SeedHeaders.Run);
        var key = Text(record.Message.Key);
        var kind = complete is not null ? DeliveryEventKind.SeedComplete : run is not null ? DeliveryEventKind.Seed : DeliveryEventKind.Record;
        var timestamp = DateTimeOffset.FromUnixTimeMilliseconds(record.Message.Timestamp.UnixTimestampMs);
        return new DeliveryEvent(kind, position, record.Partition.Value, record.Offset.Value, timestamp, key, Text(record.Message.Value),
            run ?? (complete is { Length: > 0 } ? complete : complete is null ? null : key))
        {
            Batch = Header(record, BatchHeaders.Name),
        };
    }

    private static string? Header(ConsumeResult<byte[]?, byte[]?> record, string name) =>
        record.Message.Headers is { } headers && headers.TryGetLastBytes(name, out var bytes) ? Encoding.UTF8.GetString(bytes ?? []) : null;

    private static string? Text(byte[]? bytes) => bytes is null ? null : Encoding.UTF8.GetString(bytes);
}
