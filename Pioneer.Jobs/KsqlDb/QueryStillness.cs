using Confluent.Kafka;
using Pioneer.Jobs.Kafka;

namespace Pioneer.Jobs.KsqlDb;

/// <summary>
/// Waits until a paused query has committed all that it processed: PAUSE stops the processing, and the commit of the last records comes up to one
/// commit interval later.
/// </summary>
public sealed class QueryStillness(KafkaAdmin kafka, TimeProvider time)
{
    /// <summary>Offsets that stood still for more commit intervals than this are final.</summary>
    private const int Intervals = 2;

    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(100), Patience = TimeSpan.FromSeconds(30);

    /// <summary>The committed offsets of the query's group once they no longer move.</summary>
    /// <param name="settings">Of the query's service.</param>
    /// <exception cref="KafkaUnavailableException">They go on moving.</exception>
    public async Task<IReadOnlyDictionary<TopicPartition, long>> UntilStillAsync(KsqlStreamsSettings settings, string queryId, string group, CancellationToken ct)
    {
        var stillFor = settings.CommitInterval * Intervals;
        var started = time.GetTimestamp();
        var last = await kafka.GroupOffsetsAsync(group, ct);
        var since = time.GetTimestamp();
        while (true)
        {
            await Task.Delay(Between, time, ct);
            var now = await kafka.GroupOffsetsAsync(group, ct);
            if (now.Count != last.Count || !now.All(offset => last.TryGetValue(offset.Key, out var before) && before == offset.Value))
            {
                since = time.GetTimestamp();
                last = now;
            }
            else if (time.GetElapsedTime(since) > stillFor)
            {
                return now;
            }

            if (time.GetElapsedTime(started) > stillFor + Patience)
            {
                throw new KafkaUnavailableException($"bring query '{queryId}' to rest", "its committed offsets go on moving although it is paused");
            }
        }
    }
}
