using System.Text.Json;
using Confluent.Kafka;
using Npgsql;
using Pioneer.Tests.Jobs;
using Pioneer.Tests.Sources;

namespace Pioneer.Benchmarks.Races;

/// <summary>
/// Faults of the world outside of the portal; each gives the seconds until the status says it, and is mended where others follow it.
/// </summary>
internal sealed class TruthFaults(TruthStage stage, PostgresServer postgres, KafkaNodes? nodes)
{
    private const int Crashed = 3;

    public async Task<double> SourceGoneAsync(StagedTenant tenant, CancellationToken ct)
    {
        try
        {
            return await stage.MeasureAsync(
                "the source is gone", postgres.StopServerAsync, Says(tenant, "cannot be reached", "gets no answer"), ct);
        }
        finally
        {
            await postgres.StartServerAsync();
            await stage.UntilFineAsync(tenant, ct);
        }
    }

    /// <summary>Somebody holds the table: its query waits, and everything else of the source answers.</summary>
    public async Task<double> SlowQueryAsync(StagedTenant tenant, CancellationToken ct)
    {
        double seconds;
        await using (var locker = await postgres.ConnectAsync())
        {
            await using var work = await locker.BeginTransactionAsync(ct);
            seconds = await stage.MeasureAsync("the query is slow", async () =>
            {
                await using var take = new NpgsqlCommand($"LOCK TABLE {tenant.Table} IN ACCESS EXCLUSIVE MODE", locker, work);
                await take.ExecuteNonQueryAsync(ct);
            }, Says(tenant, "gets no answer"), ct);
        }

        await stage.UntilFineAsync(tenant, ct);
        return seconds;
    }

    /// <summary>Sessions end with it, as they do where a password is changed for a reason.</summary>
    public async Task<double> PasswordChangedAsync(StagedTenant tenant, CancellationToken ct) => await stage.MeasureAsync(
        "the source refuses the password",
        async () => await postgres.SqlAsync(
            $"""
            ALTER ROLE {tenant.Table} PASSWORD 'after-2';
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{tenant.Table}';
            """),
        Says(tenant, "does not let us in", "failed"),
        ct);

    public async Task<double> TopicDeletedAsync(StagedTenant tenant, CancellationToken ct) =>
        await stage.MeasureAsync(
            "the topic is gone", () => stage.Brokers.DeleteTopicsAsync([tenant.Topic]), Says(tenant, $"Topic {tenant.Topic} is missing"), ct);

    /// <summary>The log's start passes what a paused query had still to read, as it does when retention deletes.</summary>
    public async Task<double> PausedPastRetentionAsync(StagedTenant tenant, CancellationToken ct)
    {
        await stage.PauseAsync(tenant, ct);
        await stage.AddRowsAsync(tenant, 100, ct);
        await stage.UntilAsync("rows wait for the paused query", status => TruthStage.UndeliveredOf(status, tenant.Slug) >= 100, null, ct);
        return await stage.MeasureAsync(
            "records are lost",
            () => stage.Brokers.DeleteRecordsAsync(
                Partitions(tenant.Topic).Select(partition => new TopicPartitionOffset(tenant.Topic, partition.PartitionId, Offset.End))),
            status => TruthStage.TroubleOf(status, tenant.Slug).StartsWith("Lost", StringComparison.Ordinal),
            ct);
    }

    /// <summary>
    /// One crash is two faults: the broker is gone, and with it partitions that only it holds. Those have no leader afterwards either: Kafka 4.2 takes a
    /// broker that ended without a word for no heir.
    /// </summary>
    public async Task<(double Broker, double Partition)> BrokerLostAsync(StagedTenant tenant, CancellationToken ct)
    {
        await MoveToAsync(tenant.Topic, Crashed);
        await stage.UntilFineAsync(tenant, ct);
        var broker = await stage.MeasureAsync("a broker is gone", async () => await nodes!.CrashAsync(Crashed), SaysBrokerIsGone, ct);
        var began = TimeProvider.System.GetTimestamp();
        await stage.UntilAsync("its partitions are not served", Says(tenant, "is not served"), null, ct);
        var partition = broker + TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        await nodes!.StartAgainAsync(Crashed);
        await stage.UntilAsync("the broker is back", status => !SaysBrokerIsGone(status), TimeProvider.System.GetUtcNow(), ct);
        return (broker, partition);
    }

    private static bool SaysBrokerIsGone(JsonElement status) =>
        status.GetProperty("level").GetString() is not "Fine" && status.ToString() is var text
        && (text.Contains($"Broker {Crashed} is gone", StringComparison.Ordinal)
            || text.Contains("2 of 3 brokers answer", StringComparison.Ordinal));

    private static Func<JsonElement, bool> Says(StagedTenant tenant, params string[] words) => status =>
        TruthStage.TroubleOf(status, tenant.Slug) is var trouble && words.Any(word => trouble.Contains(word, StringComparison.Ordinal));

    private List<PartitionMetadata> Partitions(string topic) => stage.Brokers.GetMetadata(topic, TimeSpan.FromSeconds(30)).Topics[0].Partitions;

    private async Task MoveToAsync(string topic, int node)
    {
        var partitions = Partitions(topic);
        if (partitions.TrueForAll(IsThere))
        {
            return;
        }

        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new
            {
                version = 1,
                partitions = partitions.Select(partition => new { topic, partition = partition.PartitionId, replicas = new[] { node } }),
            }));
            await nodes!.ToolAsync("reassign-partitions", "--reassignment-json-file", file, "--execute");
        }
        finally
        {
            File.Delete(file);
        }

        while (!Partitions(topic).TrueForAll(IsThere))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200));
        }

        bool IsThere(PartitionMetadata partition) => partition.Leader == node && partition.InSyncReplicas is [_];
    }
}
