using Confluent.Kafka;
using Pioneer.Domain;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Operations;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Operations;
using Pioneer.Jobs.Provisioning;
using Pioneer.Jobs.Seeding;
using Error = Pioneer.Domain.Error;

namespace Pioneer.Jobs.Ingestion;

/// <summary>
/// A batch run: the connector reads the table again, whole; once every key of the table has come, keys that the topic still holds and the table has no
/// more (deleted rows, rows that are another tenant's now) are deleted in the topic. The table is asked after the topic, so that a row which comes meanwhile is not taken
/// for one that is gone. Done again after an interruption it finds out anew.
/// </summary>
public sealed class BatchHandler(
    BatchFeeds feeds, TableKeys table, ConnectorRestart restart, BatchCompletion completion, KafkaAdmin admin, TopicFold fold, BatchDeletion deletion, TimeProvider time)
    : IOperationHandler
{
    private const int MostRounds = 3;

    /// <summary>From so many keys on, deleting more than half of a topic's keys is taken for a table that is being filled.</summary>
    private const int ManyKeys = 10;

    public IReadOnlyCollection<OperationKind> Kinds { get; } = [OperationKind.RunBatch];

    public async Task<Result> RunAsync(OperationRun run, CancellationToken ct)
    {
        var target = BatchTarget.Parse(run.Target ?? run.Subject);
        try
        {
            var feed = await feeds.FindAsync(target.Connector, ct);
            return feed.IsFailure ? Result.Fail(feed.Error) : await RunAsync(feed.Value, target, run, ct);
        }
        catch (KafkaException failure)
        {
            return PlatformErrors.From(KafkaAdmin.Failure($"run the batch of '{target.Connector}'", failure.Error.Code, failure.Error.Reason));
        }
        catch (Exception failure) when (PlatformErrors.Covers(failure))
        {
            return PlatformErrors.From(failure);
        }
    }

    private async Task<Result> RunAsync(BatchFeed feed, BatchTarget target, OperationRun run, CancellationToken ct)
    {
        for (var round = 1; ; round++)
        {
            var before = await admin.OffsetsAsync(feed.Topic, ct);
            var started = await restart.RunAsync(feed.Topic, run, ct);
            if (started.IsFailure)
            {
                return started;
            }

            var read = await completion.WaitAsync(feed, before, run, ct);
            var ends = await admin.OffsetsAsync(feed.Topic, ct);
            var state = await fold.FoldKeysAsync(null, feed.Topic, [.. ends.OrderBy(end => end.Key).Select(end => end.Value.End)], ct);
            var keys = await table.ReadAsync(feed, ct);
            var askedAt = time.GetUtcNow();
            if (keys.IsFailure)
            {
                await JournalAsync(run, new BatchChange(feed.Topic, read.Rows, state.Rows.Count, BatchChange.NotCompared(keys.Error)), null, ct);
                return read.Outcome;
            }

            var (gone, areAllCompared) = GoneKeys.Of(state, feed.KeyNames, keys.Value);
            if (!target.DeletesMost && state.Rows.Count > ManyKeys && gone.Count > state.Rows.Count / 2)
            {
                var refused = IngestionErrors.BatchWouldDeleteMost(feed.Feed.Table, gone.Count, state.Rows.Count);
                await JournalAsync(run, new BatchChange(feed.Topic, read.Rows, state.Rows.Count, BatchChange.NotCompared(refused)), refused, ct);
                return refused;
            }

            await run.CheckAsync(ct);
            if (await deletion.DeleteAsync(feed.Topic, gone, ends, ct))
            {
                var found = BatchChange.Compared(feed.Feed.Table, keys.Value.Count, gone.Count, askedAt);
                var whole = read.Outcome.IsSuccess && areAllCompared ? feed.Feed.Table : null;
                await JournalAsync(run, new BatchChange(feed.Topic, read.Rows, state.Rows.Count, found, whole), null, ct);
                return read.Outcome;
            }

            if (round == MostRounds)
            {
                return new Error("BatchOvertaken", $"The connector '{feed.Topic}' wrote rows again, each time while those that were gone were being deleted.",
                    "Look whether somebody else restarts the connector, then run the batch again.");
            }
        }
    }

    private static async Task JournalAsync(OperationRun run, BatchChange change, Error? error, CancellationToken ct)
    {
        var steps = await run.JournalAsync([change], run.TenantId, ct);
        await run.StartedAsync(steps, ct);
        await run.FinishedAsync([(steps[0], error is null ? OperationStepState.Succeeded : OperationStepState.Failed, error?.ToText())], ct);
    }
}
