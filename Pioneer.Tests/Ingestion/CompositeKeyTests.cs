using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Pioneer.Domain;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Seeding;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Seeding;
using Pioneer.Tests.Jobs;
using Pioneer.Tests.Stories;
using Xunit;

namespace Pioneer.Tests.Ingestion;

/// <summary>A feed that is keyed by several columns, on the embedded platform: from the table over batches and queries to a seed that is proven.</summary>
[Collection(WholePlatformCollection.Name)]
public sealed class CompositeKeyTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pioneer-composite-").FullName;
    private EmbeddedStack _stack = null!;
    private JobsHost _host = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _stack = await EmbeddedStack.StartAsync(external: null);
        _host = await _stack.StartJobsAsync(_folder, services => services.AddSeeding());
        var created = await _host.DoAsync<CreateTenant, TenantCreated>(command =>
            command.ExecuteAsync(Actor.System, new CreateTenantRequest("acme", "Acme", IsolationLevel.Dedicated), Ct));
        await _host.SucceedAsync(created.Operation);
        await _host.DoAsync<ManageSources, SourceId>(sources => sources.AddAsync(
            Actor.System, new SourceRequest("bank", SourceKind.Sqlite, _stack.Platform.Endpoints.DemoBankUrl!, null, null), Ct));
        Sql("CREATE TABLE trades (client TEXT, desk TEXT, trade_no INTEGER, price DECIMAL(18,2), PRIMARY KEY (client, desk, trade_no))");
        Sql("INSERT INTO trades VALUES ('acme', 'EQ', 10, 1.25), ('acme', 'EQ', 11, 2.5), ('acme', 'FX', 10, 3), ('globex', 'EQ', 10, 4)");
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _stack.DisposeAsync();
        TestFolder.Delete(_folder);
    }

    [Fact]
    public async Task Rows_are_told_apart_by_all_columns_deleted_in_batches_and_seeded_with_a_certificate_that_holds()
    {
        var tables = await _host.DoAsync<ManageSources, ImmutableArray<SourceTable>>(sources => sources.ListTablesAsync(Actor.System, "bank", Ct));
        var request = ManageFeeds.Suggest("bank", tables.Single(table => table.Name == "trades"), FeedKind.State, "client");
        Assert.Equal(["desk", "trade_no"], request.KeyColumns);
        await _host.DoAsync<ManageFeeds, FeedId>(feeds => feeds.DefineAsync(Actor.System, request, Ct));
        var granted = await _host.DoAsync<SetEntitlements, ImmutableArray<OperationId>>(entitlements =>
            entitlements.ExecuteAsync(Actor.System, [new EntitlementChange("acme", "trades", Granted: true)], Ct));
        await _host.SucceedAsync(granted[0]);
        Assert.Contains("held 3 keys of the tenant", await BatchAsync(), StringComparison.Ordinal);

        var deployed = await _host.DoAsync<DeploySubscription, SubscriptionDeployed>(deploy => deploy.CreateAsync(
            Actor.System, "acme", "my-trades", "SELECT DESK, TRADE_NO, PRICE FROM TRADES EMIT CHANGES;", null, Ct));
        await _host.SucceedAsync(deployed.Operation);
        Sql("DELETE FROM trades WHERE client = 'acme' AND desk = 'EQ' AND trade_no = 10");
        Sql("UPDATE trades SET price = 4711.25 WHERE client = 'acme' AND desk = 'FX'");

        Assert.Contains("1 key gone from it was deleted", await BatchAsync(), StringComparison.Ordinal);
        string[] living = ["""{"DESK":"EQ","TRADE_NO":11}""", """{"DESK":"FX","TRADE_NO":10}"""];
        Assert.Equal(living, (await LivingAsync("acme.t.trades")).Keys.Order());
        await Wait.UntilAsync(async () => (await LivingAsync("acme.d.my-trades")).Keys.Order().SequenceEqual(living));

        var certificate = await SeedAsync("my-trades");

        Assert.True(certificate.Holds, certificate.Summary);
        Assert.Equal((2, 2), (certificate.SourceKeys, certificate.DeliveredRows));
        // the last run before the seed stands in it, with what it found and when
        var last = certificate.Compared!.LastWithTable!;
        Assert.Contains("'trades' held 2 keys of the tenant at", last.Outcome, StringComparison.Ordinal);
        Assert.Contains("1 key gone from it was deleted", last.Outcome, StringComparison.Ordinal);
        Assert.True(last.StartedAt <= certificate.TakenAt);
        var delivered = await LivingAsync("acme.d.my-trades");
        Assert.Equal(living, delivered.Keys.Order());
        Assert.Contains("4711.25", delivered[living[1]], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Columns_that_tell_rows_apart_only_together_are_held_against_the_table_together()
    {
        var tables = await _host.DoAsync<ManageSources, ImmutableArray<SourceTable>>(sources => sources.ListTablesAsync(Actor.System, "bank", Ct));
        var request = ManageFeeds.Suggest("bank", tables.Single(table => table.Name == "trades"), FeedKind.State, "client");

        var refused = await _host.InScopeAsync<ManageFeeds, Result<FeedId>>(feeds => feeds.DefineAsync(Actor.System, request with { KeyColumns = ["desk"] }, Ct));

        Assert.Equal("KeyNotUnique", refused.Error!.Code);
        Assert.Contains("'EQ' stands in 2 rows of 'acme'", refused.Error.Message, StringComparison.Ordinal);
    }

    private async Task<string> BatchAsync()
    {
        var id = await _host.DoAsync<ControlConnectors, OperationId>(control => control.RunBatchAsync(Actor.System, "acme", "trades", deletesMost: false, Ct));
        await _host.SucceedAsync(id);
        return (await _host.OperationAsync(id)).Steps.Single().After!;
    }

    private async Task<SeedCertificate> SeedAsync(string subscription)
    {
        var job = await _host.DoAsync<ManageSeedJobs, SeedJobId>(seeds => seeds.DefineAsync(
            Actor.System, "acme", new SeedJobRequest("once", subscription, SeedLayer.Client), Ct));
        var asked = await _host.DoAsync<ManageSeedJobs, SeedRunRequested>(seeds => seeds.RunAsync(Actor.System, "acme", job, Ct));
        await _host.SucceedAsync(asked.Operation);
        var certificate = await _host.InScopeAsync<PioneerDbContext, string>(async db => (await db.SeedRuns.FindAsync([asked.Run], Ct))!.Certificate!);
        return JsonSerializer.Deserialize<SeedCertificate>(certificate, SeedCertificate.Json)!;
    }

    private void Sql(string text)
    {
        var path = _stack.Platform.Endpoints.DemoBankUrl!["jdbc:sqlite:".Length..].Split('?')[0];
        using var bank = new SqliteConnection($"Data Source={path};Pooling=False");
        bank.Open();
        using var command = bank.CreateCommand();
        command.CommandText = text;
        command.ExecuteNonQuery();
    }

    private async Task<IReadOnlyDictionary<string, string>> LivingAsync(string topic)
    {
        ImmutableArray<long> ends = [.. (await _host.Get<KafkaAdmin>().OffsetsAsync(topic, Ct)).OrderBy(end => end.Key).Select(end => end.Value.End)];
        return (await _host.Get<TopicFold>().FoldAsync(null, topic, ends, Ct)).Rows
            .ToDictionary(row => Encoding.UTF8.GetString(row.Key), row => Encoding.UTF8.GetString(row.Value));
    }
}
