using Confluent.Kafka;
using Pioneer.Domain.Seeding;
using Pioneer.Jobs.Kafka;

namespace Pioneer.Jobs.Seeding;

/// <summary>Reported before the first chunk and after each: rows written so far, and how many the state has.</summary>
public sealed record SeedCopyProgress(long Rows, long Of, int Chunks, int ChunksOf);

/// <summary>
/// Writes the state below the cut to the private seed topic of an attempt: same partition, key, value and timestamp as the row has in the source topic.
/// The topic is new for every attempt, so writing needs no transaction, and a dead attempt's rows are never read by this one's query.
/// </summary>
public sealed class SeedStateCopier(KafkaAdmin admin, KafkaClients clients, TopicFold fold, TimeProvider time)
{
    private const int ChunkRows = 1000;

    /// <summary>However long the run takes, and however old the rows are: it removes the topic itself.</summary>
    private const string ForEver = "-1";

    /// <summary>Copies and returns the number of rows, all acknowledged.</summary>
    /// <exception cref="KafkaUnavailableException">No broker answered; nothing is lost, the attempt can be given up and begun anew.</exception>
    public async Task<long> CopyAsync(SeedTarget target, int attempt, SeedCut cut, Func<SeedCopyProgress, Task> report, CancellationToken ct)
    {
        var topic = target.SeedTopic(attempt);
        await CreateTopicAsync(target, topic, cut.Offsets.Length, ct);
        var state = await fold.FoldAsync(target.Seeder, target.SourceTopic, cut.Offsets, ct);
        using var producer = clients.Producer(target.Seeder);
        var start = time.GetTimestamp();
        var chunkRows = Math.Clamp(target.MaxRowsPerSecond ?? ChunkRows, 1, ChunkRows);
        var progress = new SeedCopyProgress(0, state.Rows.Count, 0, (state.Rows.Count + chunkRows - 1) / chunkRows);
        await report(progress);
        foreach (var chunk in state.Rows.Chunk(chunkRows))
        {
            await WriteAsync(producer, topic, target, chunk, progress.Chunks, ct);
            progress = progress with { Rows = progress.Rows + chunk.Length, Chunks = progress.Chunks + 1 };
            await report(progress);
            await HoldRateAsync(target, progress.Rows, start, ct);
        }

        return progress.Rows;
    }

    private async Task CreateTopicAsync(SeedTarget target, string topic, int partitions, CancellationToken ct)
    {
        var source = (await admin.DescribeTopicsAsync(name => name == target.SourceTopic, ct))[0];
        var config = new Dictionary<string, string> { ["cleanup.policy"] = "delete", ["retention.ms"] = ForEver, ["retention.bytes"] = ForEver };
        var errors = await admin.CreateTopicsAsync([new NewTopic(topic, partitions, source.ReplicationFactor, config)], ct);
        if (errors is [var error, ..] && error.Code != ErrorCode.TopicAlreadyExists)
        {
            throw new KafkaRequestException($"create topic '{topic}'", error.Code, error.Reason);
        }
    }

    private static async Task WriteAsync(IProducer<byte[]?, byte[]?> producer, string topic, SeedTarget target, FoldedRow[] rows, int chunk,
        CancellationToken ct)
    {
        var acknowledged = rows.Select(row => producer.ProduceAsync(new TopicPartition(topic, row.Partition), new Message<byte[]?, byte[]?>
        {
            Key = row.Key,
            Value = row.Value,
            Timestamp = row.Timestamp,
            Headers = SeedHeaders.Row(target.Run, chunk, row.Offset),
        }, ct));
        await Task.WhenAll(acknowledged);
    }

    /// <summary>Keeps the average at or below the limit by waiting out what was written too early.</summary>
    private async Task HoldRateAsync(SeedTarget target, long rows, long start, CancellationToken ct)
    {
        if (target.MaxRowsPerSecond is { } limit)
        {
            var early = TimeSpan.FromSeconds((double)rows / limit) - time.GetElapsedTime(start);
            if (early > TimeSpan.Zero)
            {
                await Task.Delay(early, time, ct);
            }
        }
    }
}
