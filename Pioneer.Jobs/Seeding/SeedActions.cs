using System.Collections.Immutable;
using Confluent.Kafka;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Seeding;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.KsqlDb;

namespace Pioneer.Jobs.Seeding;

/// <summary>
/// Carries the machine's actions out against the cluster. Each is idempotent and confirms its effect before it answers; unreachable components
/// surface as exceptions of the adapters and are tried again by the runner.
/// </summary>
public sealed partial class SeedActions(KafkaAdmin admin, KafkaClients clients, KsqlDbClient ksql, QueryStillness stillness, SeedStateCopier copier, TimeProvider time,
    ILogger<SeedActions> logger)
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(150), Obedience = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Pauses the live query and waits until its committed offsets stand still: a commit that was under way may still land after PAUSE. Refuses where
    /// the committed offsets do not say exactly what was delivered, and where old rows would not stay.
    /// </summary>
    public async Task<SeedEvent> PauseLiveAsync(SeedTarget target, CancellationToken ct)
    {
        if (await ksql.ExplainAsync(target.ServiceId, target.LiveQueryId, ct) is null)
        {
            return new SeedEvent.Broken($"Query {target.LiveQueryId} does not run. Deploy the subscription first, then run the seed job again.");
        }

        var settings = await ksql.StreamsSettingsAsync(target.ServiceId, ct);
        if (!settings.IsExactlyOnce)
        {
            return new SeedEvent.Broken($"The ksqlDB service '{target.ServiceId}' runs its queries with processing.guarantee={settings.Guarantee}: their committed offsets "
                + $"trail what they delivered, so a seed could put older values after newer ones. Set ksql.streams.processing.guarantee={KsqlStreamsSettings.ExactlyOnce} "
                + "on the server, restart it, and run the seed job again.");
        }

        if (await admin.DescribeTopicsAsync(name => name == target.DeliveryTopic, ct) is [var topic] && SeedRetention.Of(topic.Configs) is { DeletesByRowTime: true } retention)
        {
            return new SeedEvent.Broken($"Topic {target.DeliveryTopic} deletes records by their own time after {retention.Words}, and rows of a seed are as old as their last change: "
                + "old ones would be gone within minutes. Apply the tenant's plan, which lets the topic count from the writing, then run the seed job again.");
        }

        await ksql.PauseAsync(target.ServiceId, target.LiveQueryId, ct);
        await UntilAsync(target, target.LiveQueryId, "pause", state => state == KsqlQueryState.Paused, ct);
        await stillness.UntilStillAsync(settings, target.LiveQueryId, target.LiveGroup, ct);
        return new SeedEvent.Succeeded(SeedPhase.Pausing);
    }

    /// <summary>Reads the cut. Every partition must have a committed offset: a position that is only in the query's memory is lost when it restarts.</summary>
    public async Task<SeedEvent> TakeCutAsync(SeedTarget target, CancellationToken ct)
    {
        var partitions = await admin.PartitionCountsAsync([target.SourceTopic, target.DeliveryTopic], ct);
        if (!partitions.TryGetValue(target.SourceTopic, out var sources) || !partitions.TryGetValue(target.DeliveryTopic, out var deliveries))
        {
            return new SeedEvent.Broken($"Topic {target.SourceTopic} or {target.DeliveryTopic} is missing. Apply the tenant's plan, then run the seed job again.");
        }

        var committed = await admin.GroupOffsetsAsync(target.LiveGroup, ct);
        var cut = ImmutableArray.CreateBuilder<long>(sources);
        for (var partition = 0; partition < sources; partition++)
        {
            if (!committed.TryGetValue(new TopicPartition(target.SourceTopic, partition), out var offset))
            {
                return new SeedEvent.Broken($"The live query has no committed offset for {target.SourceTopic}-{partition}, so no cut can be taken. "
                    + "Pause and resume the subscription to set it, then run the seed job again.");
            }

            cut.Add(offset);
        }

        var ends = await EndsAsync(target.DeliveryTopic, deliveries, ct);
        return new SeedEvent.CutTaken(new SeedCut(cut.MoveToImmutable(), ends));
    }

    /// <summary>Removes what lower attempts may have left.</summary>
    public async Task RemoveEarlierAsync(SeedTarget target, int attempt, CancellationToken ct)
    {
        for (var earlier = attempt - 1; earlier >= 1; earlier--)
        {
            await RemoveAsync(target, earlier, ct);
        }
    }

    /// <summary>Folds the source topic and fills the seed topic.</summary>
    public async Task<SeedEvent> CopyStateAsync(SeedTarget target, SeedAction.CopyState copy, Func<SeedCopyProgress, Task> report, CancellationToken ct) =>
        new SeedEvent.StateCopied(await copier.CopyAsync(target, copy.Attempt, copy.Cut, report, ct));

    /// <summary>Starts the seed query at offset 0 of every partition of the seed topic.</summary>
    public async Task<SeedEvent> StartSeedQueryAsync(SeedTarget target, int attempt, CancellationToken ct)
    {
        var queryId = target.SeedQueryId(attempt);
        if (await ksql.ExplainAsync(target.ServiceId, queryId, ct) is null)
        {
            var topic = target.SeedTopic(attempt);
            var partitions = (await admin.PartitionCountsAsync([topic], ct))[topic];
            await admin.SetGroupOffsetsAsync(target.SeedGroup(attempt),
                Enumerable.Range(0, partitions).ToDictionary(partition => new TopicPartition(topic, partition), _ => 0L), ct);
            var stream = new KsqlStreamSpec(target.ServiceId, target.SeedObject(attempt), topic, target.SourceColumns);
            await ksql.ExecuteAsync(target.ServiceId, KsqlStatements.CreateStream(stream), null, ct);
            await ksql.ExecuteAsync(target.ServiceId, KsqlStatements.InsertInto(target.SinkObject, queryId, SeedQueryText.SelectFrom(target.Select, stream.Name)),
                new Dictionary<string, string> { ["auto.offset.reset"] = "earliest" }, ct);
        }

        return new SeedEvent.Succeeded(SeedPhase.Querying);
    }

    /// <summary>Null while rows are still to be processed. Exactly-once: an offset is committed together with the output it led to.</summary>
    public async Task<SeedEvent?> AwaitDrainedAsync(SeedTarget target, int attempt, DrainWatch watch, CancellationToken ct)
    {
        var topic = target.SeedTopic(attempt);
        var partitions = (await admin.PartitionCountsAsync([topic], ct))[topic];
        var ends = await EndsAsync(topic, partitions, ct);
        var committed = await admin.GroupOffsetsAsync(target.SeedGroup(attempt), ct);
        if (Enumerable.Range(0, partitions).All(partition =>
            ends[partition] == 0 || (committed.TryGetValue(new TopicPartition(topic, partition), out var offset) && offset >= ends[partition])))
        {
            return new SeedEvent.Succeeded(SeedPhase.Draining);
        }

        var query = await ksql.ExplainAsync(target.ServiceId, target.SeedQueryId(attempt), ct);
        if (query is { State: KsqlQueryState.Error })
        {
            return new SeedEvent.Broken($"The seed query ended with an error: {string.Join(" ", query.Errors)}");
        }

        var processed = Enumerable.Range(0, partitions).Sum(partition => committed.GetValueOrDefault(new TopicPartition(topic, partition)));
        if (watch.StandsStill(processed))
        {
            return new SeedEvent.Broken($"The seed query {target.SeedQueryId(attempt)} ({query?.State ?? "gone"}) processed {processed} of {ends.Sum()} rows and has not got on "
                + $"for {watch.Patience.TotalMinutes:0} minutes. Look at it in ksqlDB's log, then run the seed job again.");
        }

        await Task.Delay(Between, time, ct);
        return null;
    }

    /// <summary>Terminates this attempt's query and removes its stream and topic.</summary>
    public async Task<SeedEvent> StopSeedQueryAsync(SeedTarget target, int attempt, CancellationToken ct)
    {
        await RemoveAsync(target, attempt, ct);
        return new SeedEvent.Succeeded(SeedPhase.Stopping);
    }

    /// <summary>Writes the completion record to every partition of the delivery topic, so that every reader of it meets one.</summary>
    public async Task<SeedEvent> WriteCompletionAsync(SeedTarget target, CancellationToken ct)
    {
        var partitions = (await admin.PartitionCountsAsync([target.DeliveryTopic], ct))[target.DeliveryTopic];
        using var producer = clients.Producer(target.Seeder);
        var key = System.Text.Encoding.UTF8.GetBytes($"\"{target.Run.Value:n}\"");
        await Task.WhenAll(Enumerable.Range(0, partitions).Select(partition => producer.ProduceAsync(
            new TopicPartition(target.DeliveryTopic, partition),
            new Message<byte[]?, byte[]?> { Key = key, Value = null, Headers = SeedHeaders.Completion(target.Run) }, ct)));
        return new SeedEvent.Succeeded(SeedPhase.Completing);
    }

    /// <summary>Lets the live query go on, whatever state it seems to be in, and confirms that it does; a query that is gone needs nothing.</summary>
    public async Task<SeedEvent> ResumeLiveAsync(SeedTarget target, CancellationToken ct)
    {
        if (await ksql.ExplainAsync(target.ServiceId, target.LiveQueryId, ct) is not null)
        {
            await ksql.ResumeAsync(target.ServiceId, target.LiveQueryId, ct);
            await UntilAsync(target, target.LiveQueryId, "resume", state => state != KsqlQueryState.Paused, ct);
        }

        return new SeedEvent.Succeeded(SeedPhase.Resuming);
    }

    /// <summary>Waits until the hosts of a query have done what the command topic told them, or the query is gone.</summary>
    private async Task UntilAsync(SeedTarget target, string queryId, string what, Func<string, bool> reached, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        while (await ksql.ExplainAsync(target.ServiceId, queryId, ct) is { } query && !reached(query.State))
        {
            if (time.GetElapsedTime(started) > Obedience)
            {
                throw new KsqlDbUnavailableException(target.ServiceId, $"it was told to {what} query {queryId} and says {query.State} after {Obedience.TotalSeconds:0} s");
            }

            await Task.Delay(Between, time, ct);
        }
    }

    private async Task RemoveAsync(SeedTarget target, int attempt, CancellationToken ct)
    {
        var queryId = target.SeedQueryId(attempt);
        await ksql.TerminateAsync(target.ServiceId, queryId, ct);
        await UntilAsync(target, queryId, "terminate", _ => false, ct);
        await RemoveLeftoversAsync(target, attempt, ct);
    }

    /// <summary>Stream and topic of a query that is gone harm nobody: where they may not be removed, the live query does not wait for it.</summary>
    private async Task RemoveLeftoversAsync(SeedTarget target, int attempt, CancellationToken ct)
    {
        try
        {
            await ksql.ExecuteAsync(target.ServiceId, $"DROP STREAM IF EXISTS {target.SeedObject(attempt)};", null, ct);
        }
        catch (KsqlDbRequestException refused)
        {
            Log.Left(logger, "stream", target.SeedObject(attempt), refused.Message);
        }

        var gone = await admin.DeleteTopicsAsync([target.SeedTopic(attempt)], ct);
        if (gone is [var error, ..] && error.Code is not (ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic))
        {
            Log.Left(logger, "topic", target.SeedTopic(attempt), $"{error.Reason} ({error.Code})");
        }
    }

    private async Task<ImmutableArray<long>> EndsAsync(string topic, int partitions, CancellationToken ct)
    {
        var ends = await admin.EndOffsetsAsync([.. Enumerable.Range(0, partitions).Select(partition => new TopicPartition(topic, partition))], ct);
        return [.. Enumerable.Range(0, partitions).Select(partition => ends[new TopicPartition(topic, partition)])];
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 5010, Level = LogLevel.Warning, Message = "The seed {Kind} {Name} could not be removed and stays: {Reason}. Remove it by hand")]
        public static partial void Left(ILogger logger, string kind, string name, string reason);
    }
}
