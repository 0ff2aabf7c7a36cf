using Pioneer.Ksql.Serialization;
using Pioneer.Streams.Rows;

namespace Pioneer.Streams.Processing;

/// <summary>Sends rows to an internal topic, by their key. Rows without a key go nowhere, unless a left join waits for them.</summary>
internal sealed class RepartitionWriter(string topic, KeyCodec keys, RowFormat values, bool keepsKeyless, Action<SentRecord> send)
    : Processor
{
    public override void Process(in RowEvent e)
    {
        if (keepsKeyless || e.Key is { IsEmpty: false })
        {
            send(new SentRecord(topic, keys.Write(e.Key), e.Row is null ? null : values.Write(e.Row), e.TimeMs, e.Headers));
        }
    }
}

/// <summary>Reads rows of an internal topic.</summary>
internal sealed class RepartitionReader(string topic, KeyCodec keys, RowFormat values, IProcessingLog log, Processor next) : RecordReader
{
    public override void Read(SourceRecord record)
    {
        RowEvent e;
        try
        {
            e = new RowEvent(keys.Read(record.Key), values.Read(record.Value), record.TimeMs, record.Headers);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            log.Failed(topic, $"Deserialization failed: {failure.Message}");
            return;
        }

        next.Process(e);
    }
}
