using Confluent.Kafka;
using Pioneer.Domain.Seeding;
using Pioneer.Jobs.Kafka;

namespace Pioneer.Jobs.Seeding;

/// <summary>Reported after each chunk: rows written so far, and partitions finished.</summary>
public sealed record SeedCopyProgress(long Rows, int Chunks, int PartitionsDone, int Partitions);

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
        using var producer = clients.Producer(target.Seeder);
        var start = time.GetTimestamp();
        long rows = 0;
        var chunks = 0;
        for (var partition = 0; partition < cut.Offsets.Length; partition++)
        {
            var state = await fold.FoldAsync(target.Seeder, new TopicPartition(target.SourceTopic, partition), 0, cut.Offsets[partition], ct);
            foreach (var chunk in state.Chunk(ChunkRows))
            {
                await WriteAsync(producer, new TopicPartition(topic, partition), target, chunk, chunks++, ct);
                rows += chunk.Length;
                await report(new SeedCopyProgress(rows, chunks, partition, cut.Offsets.Length));
                await HoldRateAsync(target, rows, start, ct);
            }
        }

        await report(new SeedCopyProgress(rows, chunks, cut.Offsets.Length, cut.Offsets.Length));
        return rows;
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

    private static async Task WriteAsync(IProducer<byte[]?, byte[]?> producer, TopicPartition partition, SeedTarget target, FoldedRow[] rows, int chunk,
        CancellationToken ct)
    {
        var acknowledged = rows.Select(row => producer.ProduceAsync(partition, new Message<byte[]?, byte[]?>
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
