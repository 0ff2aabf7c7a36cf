using Pioneer.Domain;
using Pioneer.Jobs.Connect;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Operations;
using Pioneer.Jobs.Provisioning;

namespace Pioneer.Jobs.Ingestion;

/// <summary>How the reading of a batch ended.</summary>
/// <param name="Rows">Rows that came.</param>
/// <param name="Outcome">A failure where not every key of the table came.</param>
public sealed record BatchReading(long Rows, Result Outcome);

/// <summary>Waits until the connector has written every key that its table holds. A source of the JDBC kind says nothing at the end of its reading, so the records themselves tell.</summary>
public sealed class BatchCompletion(KafkaClients clients, TableKeys table, ConnectClient connect, TimeProvider time)
{
    /// <summary>How long no row may come before those that are missing are given up.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The same before the first row: a large table that has to be sorted gives it late.</summary>
    public TimeSpan FirstRowPatience { get; init; } = TimeSpan.FromMinutes(5);

    /// <param name="before">Where the topic ended before the connector was restarted.</param>
    public async Task<BatchReading> WaitAsync(
        BatchFeed feed, IReadOnlyDictionary<int, (long Start, long End)> before, OperationRun run, CancellationToken ct)
    {
        var asked = await table.ReadAsync(feed, ct);
        var waiting = asked.IsSuccess ? asked.Value : null;
        using var watch = new BatchWatch(clients, feed.Topic, before);
        var last = time.GetTimestamp();
        while (waiting is not { Count: 0 })
        {
            await run.CheckAsync(ct);
            if (await watch.ReadAsync(key => Came(waiting, feed, key), ct))
            {
                last = time.GetTimestamp();
            }
            else if (await FailureAsync(feed.Topic, ct) is { } failed)
            {
                return new BatchReading(watch.Rows, failed);
            }
            else if (time.GetElapsedTime(last) > PatienceAfter(watch.Rows))
            {
                return new BatchReading(watch.Rows, await LeftAsync(feed, waiting, PatienceAfter(watch.Rows), ct));
            }
        }

        return new BatchReading(watch.Rows, Result.Success);
    }

    private TimeSpan PatienceAfter(long rows) => rows == 0 ? FirstRowPatience : Patience;

    private static void Came(HashSet<string>? waiting, BatchFeed feed, byte[] key)
    {
        if (waiting is not null && KeyText.OfRecord(key, feed.KeyNames) is { } text)
        {
            waiting.Remove(text);
        }
    }

    private async Task<Error?> FailureAsync(string connector, CancellationToken ct) =>
        (await connect.StatusAsync(connector, ct))?.FailureTrace is { } trace ? ConnectorRestart.Failed(connector, trace) : null;

    /// <summary>A row that was deleted after it was asked for is not missing. Without the table's keys, silence is all there is to go by.</summary>
    private async Task<Result> LeftAsync(BatchFeed feed, HashSet<string>? waiting, TimeSpan patience, CancellationToken ct)
    {
        if (waiting is null)
        {
            return Result.Success;
        }

        var now = await table.ReadAsync(feed, ct);
        var missing = now.IsSuccess ? waiting.Count(now.Value.Contains) : waiting.Count;
        return missing == 0
            ? Result.Success
            : new Error("BatchIncomplete", $"{Plural.Of(missing, "key")} of '{feed.Feed.Table}' did not come: no row has come for {patience.TotalSeconds:0} s.",
                $"Look at the connector '{feed.Topic}': rows that cannot be records are left out and counted there. Mend them in the table, then run the batch again.");
    }
}
