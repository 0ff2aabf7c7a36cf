using Pioneer.Ksql.Serialization;
using Pioneer.Streams.Rows;

namespace Pioneer.Streams.Processing;

/// <summary>Writes rows to a topic.</summary>
internal sealed class SinkProcessor(
    string topic, KeyCodec keys, RowFormat values, TimestampReader? time, Action<SentRecord> send, IProcessingLog log) : Processor
{
    public override void Process(in RowEvent e)
    {
        if (TimeOf(e) is not { } timeMs)
        {
            return;
        }

        byte[]? key;
        byte[]? value;
        try
        {
            key = keys.Write(e.Key);
            value = e.Row is null ? null : values.Write(e.Row);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            throw new StreamTaskException($"Error encountered sending record to topic {topic}: {failure.Message}", failure);
        }

        send(new SentRecord(topic, key, value, timeMs, e.Headers));
    }

    private long? TimeOf(in RowEvent e)
    {
        if (time is null || e.Row is null)
        {
            return e.TimeMs;
        }

        if (time.TryRead(e.Row, out var timeMs, out var problem))
        {
            return timeMs;
        }

        log.Failed(topic, problem);
        return null;
    }
}
