using Confluent.Kafka;
using Pioneer.Streams.Rows;

namespace Pioneer.Embedded.Ksql.Queries.Tasks;

/// <summary>Records of the Kafka client as the engine has them, and back.</summary>
internal static class RecordMapping
{
    /// <summary>The client writes the time of day for a time of 0. Inside a query that would change results, so there a header says it.</summary>
    private const string EpochHeader = "__pioneer_epoch";

    public static SourceRecord ToSource(ConsumeResult<byte[]?, byte[]?> record, bool isInternal)
    {
        var source = new SourceRecord(
            record.Message.Key, record.Message.Value, record.Message.Timestamp.UnixTimestampMs, record.Partition.Value, record.Offset.Value, []);
        if (record.Message.Headers is not { Count: > 0 } headers)
        {
            return source;
        }

        source = source with { Headers = [.. headers.Select(h => new RecordHeader(h.Key, h.GetValueBytes()))] };
        return isInternal && source.Headers[^1].Key == EpochHeader ? source with { TimeMs = 0, Headers = source.Headers[..^1] } : source;
    }

    public static Message<byte[]?, byte[]?> ToMessage(SentRecord sent, bool isInternal)
    {
        var message = new Message<byte[]?, byte[]?> { Key = sent.Key, Value = sent.Value, Timestamp = new Timestamp(sent.TimeMs, TimestampType.CreateTime) };
        var isEpoch = isInternal && sent.TimeMs == 0;
        if (sent.Headers.Length > 0 || isEpoch)
        {
            message.Headers = [];
            foreach (var header in sent.Headers)
            {
                message.Headers.Add(header.Key, header.Value);
            }
        }

        if (isEpoch)
        {
            message.Headers.Add(EpochHeader, null);
        }

        return message;
    }
}
