using System.Collections.Immutable;
using System.Text;
using Confluent.Kafka;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Pioneer.Domain;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Ingestion;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Seeding;
using Pioneer.Tests.Jobs;
using Pioneer.Tests.Stories;
using Xunit;

namespace Pioneer.Tests.Ingestion;

/// <summary>Batches of a state feed on the embedded platform: what is gone from the table goes from the topic.</summary>
[Collection(WholePlatformCollection.Name)]
public sealed class BatchRunTests : IAsyncLifetime
{
    private const string Topic = "acme.t.balances";

    private readonly string _folder = Directory.CreateTempSubdirectory("pioneer-batch-").FullName;
    private EmbeddedStack _stack = null!;
    private JobsHost _host = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _stack = await EmbeddedStack.StartAsync(external: null);
        _host = await _stack.StartJobsAsync(_folder);
        var created = await _host.DoAsync<CreateTenant, TenantCreated>(command =>
            command.ExecuteAsync(Actor.System, new CreateTenantRequest("acme", "Acme", Domain.Tenants.IsolationLevel.Dedicated), Ct));
        await _host.SucceedAsync(created.Operation);
        await _host.DoAsync<ManageSources, SourceId>(sources => sources.AddAsync(
            Actor.System, new SourceRequest("bank", SourceKind.Sqlite, _stack.Platform.Endpoints.DemoBankUrl!, null, null), Ct));
        var tables = await _host.DoAsync<ManageSources, ImmutableArray<SourceTable>>(sources => sources.ListTablesAsync(Actor.System, "bank", Ct));
        await _host.DoAsync<ManageFeeds, FeedId>(feeds => feeds.DefineAsync(
            Actor.System, TenantStoryContract.Feed(tables, "balances", FeedKind.State, "account_id", null, null), Ct));
        var operations = await _host.DoAsync<SetEntitlements, ImmutableArray<OperationId>>(entitlements =>
            entitlements.ExecuteAsync(Actor.System, [new EntitlementChange("acme", "balances", Granted: true)], Ct));
        await _host.SucceedAsync(operations[0]);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _stack.DisposeAsync();
        TestFolder.Delete(_folder);
    }

    [Fact]
    public async Task Rows_that_are_deleted_or_moved_to_another_tenant_leave_the_topic_and_what_a_batch_wrote_is_marked()
    {
        var first = await RunAsync();
        var keys = Keys();
        Assert.Contains($"held {keys.Count} keys of the tenant", first.Steps.Single().After, StringComparison.Ordinal);
        Assert.Contains("none was gone", first.Steps.Single().After, StringComparison.Ordinal);

        var deployed = await _host.DoAsync<DeploySubscription, SubscriptionDeployed>(deploy => deploy.CreateAsync(
            Actor.System, "acme", "my-balances", "SELECT ACCOUNT_ID, BALANCE FROM BALANCES EMIT CHANGES;", null, Ct));
        await _host.SucceedAsync(deployed.Operation);
        Sql($"DELETE FROM balances WHERE account_id = {keys[0]}");
        Sql($"UPDATE balances SET tenant_id = 'globex' WHERE account_id = {keys[1]}");
        Sql($"UPDATE balances SET balance = 4711.25 WHERE account_id = {keys[2]}");
        var second = await RunAsync();

        Assert.Contains("2 keys gone from it were deleted", second.Steps.Single().After, StringComparison.Ordinal);
        Assert.Equal(keys.Skip(2), (await LivingAsync()).Select(row => long.Parse(row.Key, System.Globalization.CultureInfo.InvariantCulture)).Order());
        Assert.Contains("4711.25", (await LivingAsync()).Single(row => row.Key == $"{keys[2]}").Value, StringComparison.Ordinal);
        var records = await RecordsAsync(Topic);
        Assert.Equal([$"{keys[0]}", $"{keys[1]}"], records.Where(record => record.Value is null).Select(record => record.Key).Order());
        Assert.All(records, record => Assert.Equal(record.Value is null ? "gone" : "row", record.Batch));

        // the marks and the deletions reach those who read the results
        await Wait.UntilAsync(async () => (await RecordsAsync("acme.d.my-balances")).Count(record => record.Value is null) == 2);
        Assert.All(await RecordsAsync("acme.d.my-balances"), record => Assert.Equal(record.Value is null ? "gone" : "row", record.Batch));

        // once more there is nothing left to delete
        Assert.Contains("none was gone", (await RunAsync()).Steps.Single().After, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Table_that_has_lost_most_of_its_rows_empties_no_topic_until_a_person_says_so()
    {
        await RunAsync();
        var before = (await LivingAsync()).Count;
        Sql("DELETE FROM balances");

        var refused = await _host.FinishedAsync(await AskAsync(deletesMost: false));

        Assert.Equal(OperationState.Failed, refused.State);
        Assert.Contains($"{before} of {before} keys", refused.Error, StringComparison.Ordinal);
        Assert.Equal(before, (await LivingAsync()).Count);

        await _host.SucceedAsync(await AskAsync(deletesMost: true));
        Assert.Empty(await LivingAsync());
    }

    [Fact]
    public async Task Row_that_the_connector_leaves_out_is_missed_and_the_others_are_compared_all_the_same()
    {
        await RunAsync();
        var keys = Keys();
        Sql($"DELETE FROM balances WHERE account_id = {keys[0]}");
        Sql($"INSERT INTO balances VALUES ({keys[^1] + 1}, 'acme', 'n/a', 'EUR', 1700000000000)");

        var run = await _host.FinishedAsync(await AskAsync(deletesMost: false));

        Assert.Equal(OperationState.Failed, run.State);
        Assert.Contains("1 key of 'balances' did not come", run.Error, StringComparison.Ordinal);
        Assert.Equal(keys.Skip(1).Select(key => $"{key}").Order(), (await LivingAsync()).Select(row => row.Key).Order());
    }

    [Fact]
    public async Task Batch_is_due_a_day_after_the_last_one_and_asked_for_once()
    {
        await DueAsync(TimeSpan.FromHours(23));
        Assert.Empty(await BatchesAsync());

        await DueAsync(TimeSpan.FromHours(25));
        var asked = Assert.Single(await BatchesAsync());
        await _host.SucceedAsync(asked);

        // asked for now, as the clock of the host has it: not due again within a day of that
        await DueAsync(TimeSpan.FromHours(23));
        Assert.Single(await BatchesAsync());
    }

    private async Task<Operation> RunAsync()
    {
        var id = await AskAsync(deletesMost: false);
        await _host.SucceedAsync(id);
        return await _host.OperationAsync(id);
    }

    private Task<OperationId> AskAsync(bool deletesMost) =>
        _host.DoAsync<ControlConnectors, OperationId>(control => control.RunBatchAsync(Actor.System, "acme", "balances", deletesMost, Ct));

    private Task<List<OperationId>> BatchesAsync() => _host.InScopeAsync<PioneerDbContext, List<OperationId>>(
        db => db.Operations.Where(row => row.Kind == OperationKind.RunBatch).Select(row => row.Id).ToListAsync(Ct));

    private async Task DueAsync(TimeSpan later)
    {
        await using var scope = _host.OpenScope();
        var services = scope.ServiceProvider;
        await new DueBatches(
            services.GetRequiredService<IDbContextFactory<PioneerDbContext>>(), services.GetRequiredService<AmbientTenantScope>(),
            services.GetRequiredService<ControlConnectors>(), new LaterTime(later), NullLogger<DueBatches>.Instance).RunAsync(Ct);
    }

    private List<long> Keys()
    {
        using var bank = Open();
        using var command = bank.CreateCommand();
        command.CommandText = "SELECT account_id FROM balances WHERE tenant_id = 'acme' ORDER BY account_id";
        using var reader = command.ExecuteReader();
        var keys = new List<long>();
        while (reader.Read())
        {
            keys.Add(reader.GetInt64(0));
        }

        return keys;
    }

    private void Sql(string text)
    {
        using var bank = Open();
        using var command = bank.CreateCommand();
        command.CommandText = text;
        command.ExecuteNonQuery();
    }

    private SqliteConnection Open()
    {
        var path = _stack.Platform.Endpoints.DemoBankUrl!["jdbc:sqlite:".Length..].Split('?')[0];
        var bank = new SqliteConnection($"Data Source={path};Foreign Keys=False;Pooling=False");
        bank.Open();
        return bank;
    }

    private async Task<IReadOnlyList<(string Key, string Value)>> LivingAsync() =>
        [.. (await _host.Get<TopicFold>().FoldAsync(null, Topic, await EndsAsync(), Ct)).Rows.Select(row => (Encoding.UTF8.GetString(row.Key), Encoding.UTF8.GetString(row.Value)))];

    private async Task<ImmutableArray<long>> EndsAsync(string topic = Topic) =>
        [.. (await _host.Get<KafkaAdmin>().OffsetsAsync(topic, Ct)).OrderBy(end => end.Key).Select(end => end.Value.End)];

    private async Task<List<(string Key, string? Value, string? Batch)>> RecordsAsync(string topic)
    {
        var left = (await EndsAsync(topic)).Length;
        using var consumer = _host.Get<KafkaClients>().Consumer(null, null, config => config.AutoOffsetReset = AutoOffsetReset.Earliest);
        consumer.Assign(Enumerable.Range(0, left).Select(partition => new TopicPartitionOffset(topic, partition, Offset.Beginning)));
        var records = new List<(string, string?, string?)>();
        while (left > 0)
        {
            var record = consumer.Consume(Patience.Usual) ?? throw new TimeoutException($"{topic} has no end");
            if (record.IsPartitionEOF)
            {
                left--;
                continue;
            }

            var batch = record.Message.Headers.TryGetLastBytes(BatchHeaders.Name, out var header) ? Encoding.UTF8.GetString(header) : null;
            records.Add((Encoding.UTF8.GetString(record.Message.Key!), record.Message.Value is { } value ? Encoding.UTF8.GetString(value) : null, batch));
        }

        return records;
    }

    private sealed class LaterTime(TimeSpan later) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + later;
    }
}
