using Confluent.Kafka;
using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.KsqlDb;

namespace Pioneer.Jobs.Provisioning;

/// <summary>
/// Starts, ends, pauses and resumes persistent queries so that no record is skipped: a query's group has its offsets before the query first
/// runs (a query that decides by itself where to begin decides again after a crash before its first commit), and what an old version had
/// committed is carried to the new one before ksqlDB deletes the old one's group.
/// </summary>
public sealed class KsqlQueryApplier(KsqlDbClient ksql, KafkaAdmin kafka, QueryIsolationCheck isolation, QueryStillness stillness)
{
    public async Task<Result> ApplyAsync(KsqlQueryChange change, CancellationToken ct)
    {
        switch (change.Action)
        {
            case QueryAction.Start:
                return await StartAsync(change.Query!, ct);
            case QueryAction.Terminate:
                return await TerminateAsync(change, ct);
            case QueryAction.Pause:
                await ksql.PauseAsync(change.ServiceId, change.QueryId, ct);
                return Result.Success;
            default:
                await ksql.ResumeAsync(change.ServiceId, change.QueryId, ct);
                return Result.Success;
        }
    }

    /// <summary>Whether the query that takes a running one's place would be taken by ksqlDB: asked before the running one is touched.</summary>
    public async Task<Result> ProveAsync(KsqlQuerySpec successor, CancellationToken ct)
    {
        // a source that the plan declares first is not there yet: the start is the proof, and where that is refused the old query comes back
        if (await ksql.DescribeAsync(successor.ServiceId, successor.Source, ct) is null)
        {
            return Result.Success;
        }

        try
        {
            await ksql.ProveAsync(successor.ServiceId, KsqlStatements.SelectOf(successor), ct);
            return Result.Success;
        }
        catch (KsqlDbRequestException refused) when (refused.IsAboutStatement)
        {
            return RefusedVersions.Refusal(refused.ServerMessage);
        }
    }

    private async Task<Result> StartAsync(KsqlQuerySpec query, CancellationToken ct)
    {
        await PositionAsync(query, ct);
        try
        {
            await ksql.ExecuteAsync(query.ServiceId, query.Sql, null, ct);
        }
        catch (KsqlDbRequestException there) when (there.ServerMessage.Contains("already exists", StringComparison.Ordinal)
            && there.ServerMessage.Contains(query.QueryId, StringComparison.OrdinalIgnoreCase))
        {
            // an earlier attempt got this far; the check below looks at what runs
        }
        catch (KsqlDbRequestException refused) when (refused.IsAboutStatement)
        {
            await HandBackAsync(query, ct);
            return RefusedVersions.Refusal(refused.ServerMessage);
        }

        return await isolation.CheckAsync(query.ServiceId, query.QueryId, ct);
    }

    /// <summary>
    /// Where the group has no place yet: the place of the newest version that had one, else the end of the source as it is now, or its start where a version
    /// ran and its place went with the topic that it was in.
    /// </summary>
    private async Task PositionAsync(KsqlQuerySpec query, CancellationToken ct)
    {
        var group = ConsumerGroups.Query(query.ServiceId, query.QueryId);
        if ((await kafka.GroupOffsetsAsync(group, ct)).Count > 0)
        {
            return;
        }

        foreach (var predecessor in query.Predecessors)
        {
            var offsets = await kafka.GroupOffsetsAsync(ConsumerGroups.Query(query.ServiceId, predecessor), ct);
            if (offsets.Count > 0)
            {
                await kafka.SetGroupOffsetsAsync(group, await PlacesNowAsync(offsets, ct), ct);
                return;
            }
        }

        var source = await ksql.DescribeAsync(query.ServiceId, query.Source, ct);
        if (source is null)
        {
            return;
        }

        var ends = await kafka.OffsetsAsync(source.Topic, ct);
        await kafka.SetGroupOffsetsAsync(group, ends.ToDictionary(end => new TopicPartition(source.Topic, end.Key), end => query.HasRun ? end.Value.Start : end.Value.End), ct);
    }

    /// <summary>A place beyond the end of a log is one in a topic that was deleted: the one made anew is read from its start.</summary>
    private async Task<IReadOnlyDictionary<TopicPartition, long>> PlacesNowAsync(IReadOnlyDictionary<TopicPartition, long> places, CancellationToken ct)
    {
        var now = new Dictionary<TopicPartition, long>();
        foreach (var topic in places.GroupBy(place => place.Key.Topic))
        {
            var log = await kafka.OffsetsAsync(topic.Key, ct);
            foreach (var (partition, place) in topic)
            {
                now[partition] = log.TryGetValue(partition.Partition.Value, out var held) && place > held.End ? held.Start : place;
            }
        }

        return now;
    }

    /// <summary>The place that a refused query was given is its predecessor's again: ksqlDB forgot the one of the query that it ended.</summary>
    private async Task HandBackAsync(KsqlQuerySpec refused, CancellationToken ct)
    {
        if (refused.Predecessors is not [var predecessor, ..])
        {
            return;
        }

        var group = ConsumerGroups.Query(refused.ServiceId, predecessor);
        var place = await kafka.GroupOffsetsAsync(ConsumerGroups.Query(refused.ServiceId, refused.QueryId), ct);
        if (place.Count > 0 && (await kafka.GroupOffsetsAsync(group, ct)).Count == 0)
        {
            await kafka.SetGroupOffsetsAsync(group, place, ct);
        }
    }

    private async Task<Result> TerminateAsync(KsqlQueryChange change, CancellationToken ct)
    {
        if (change.HandsOverTo is not { } successor || successor == change.QueryId)
        {
            // one that a query over another source replaces keeps its place too: where that is refused, it goes on from there
            var kept = change.HandsOverTo is null && change.Successor is null ? null : await RestAsync(change, ct);
            await ksql.TerminateAsync(change.ServiceId, change.QueryId, ct);
            if (kept is { Count: > 0 })
            {
                await kafka.SetGroupOffsetsAsync(ConsumerGroups.Query(change.ServiceId, change.QueryId), kept, ct);
            }

            return Result.Success;
        }

        var offsets = await RestAsync(change, ct);
        if (offsets.Count > 0)
        {
            await kafka.SetGroupOffsetsAsync(ConsumerGroups.Query(change.ServiceId, successor), await PlacesNowAsync(offsets, ct), ct);
        }

        await ksql.TerminateAsync(change.ServiceId, change.QueryId, ct);
        return Result.Success;
    }

    /// <summary>Pauses the query and returns its committed offsets once they no longer move.</summary>
    private async Task<IReadOnlyDictionary<TopicPartition, long>> RestAsync(KsqlQueryChange change, CancellationToken ct)
    {
        try
        {
            await ksql.PauseAsync(change.ServiceId, change.QueryId, ct);
        }
        catch (KsqlDbRequestException)
        {
            // gone already: its group, if it is still there, is at rest
        }

        var settings = await ksql.StreamsSettingsAsync(change.ServiceId, ct);
        return await stillness.UntilStillAsync(settings, change.QueryId, ConsumerGroups.Query(change.ServiceId, change.QueryId), ct);
    }
}
