using System.Text;
using Confluent.Kafka;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;
using Pioneer.Embedded.Bank;
using Pioneer.Jobs.Kafka;
using Xunit;

namespace Pioneer.Tests.Jobs;

/// <summary>A version that ksqlDB does not take leaves the one before it delivering: nothing skipped, nothing twice, and it is said.</summary>
public sealed class RefusedUpgradeTests : IAsyncLifetime
{
    private const string Narrow = "SELECT ID, AMOUNT FROM PAYMENTS WHERE AMOUNT > 1000 EMIT CHANGES;";
    private const string Wide = "SELECT ID, AMOUNT, ACCOUNT_ID FROM PAYMENTS WHERE AMOUNT > 1000 AND AMOUNT <> 4242 EMIT CHANGES;";

    private readonly string _folder = Directory.CreateTempSubdirectory("pioneer-refused-").FullName;
    private readonly List<long> _booked = [];
    private EmbeddedStack _stack = null!;
    private RefusingKsqlServer _ksql = null!;
    private JobsHost _host = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _stack = await EmbeddedStack.StartAsync(external: null);
        _ksql = await RefusingKsqlServer.StartAsync(_stack.KsqlUrl, Ct);
        _host = await _stack.StartJobsAsync(_folder, _ => { }, ("Ksql:Url", _ksql.Url), ("Ksql:HostUrl", _ksql.Url));
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _ksql.DisposeAsync();
        await _stack.DisposeAsync();
        TestFolder.Delete(_folder);
    }

    [Fact]
    public async Task Refused_version_leaves_the_old_one_delivering_whether_it_is_refused_before_or_after_that_ended()
    {
        await SetUpAsync();
        await BookAsync();

        // refused when it is proven: the old query is not even paused
        _ksql.Refuses = text => text.Contains("4242", StringComparison.Ordinal);
        var seen = _ksql.Statements.Count;
        await RefusedAsync(2);
        Assert.DoesNotContain(_ksql.Statements.Skip(seen), text => text.StartsWith("TERMINATE", StringComparison.Ordinal) || text.StartsWith("PAUSE", StringComparison.Ordinal));
        await BookAsync();

        // refused when it is started: the old query comes back to where it was
        _ksql.Refuses = text => text.Contains("4242", StringComparison.Ordinal) && text.StartsWith("INSERT", StringComparison.Ordinal);
        await RefusedAsync(3);
        Assert.Contains(_ksql.Statements.Skip(seen), text => text.StartsWith("TERMINATE", StringComparison.Ordinal));
        await BookAsync();

        // the same, and the way back is interrupted: the next attempt brings it to its end and still says that the version was refused
        _ksql.FailsOnce = text => text.StartsWith("INSERT", StringComparison.Ordinal) && !text.Contains("4242", StringComparison.Ordinal);
        await RefusedAsync(4);
        Assert.Null(_ksql.FailsOnce);
        await BookAsync();

        // one that was paused comes back paused, and goes on from its place
        await _host.SucceedAsync(await _host.DoAsync<ControlSubscriptions, OperationId>(c => c.PauseAsync(Actor.System, "acme", "large", Ct)));
        await RefusedAsync(5, SubscriptionState.Paused);
        await _host.SucceedAsync(await _host.DoAsync<ControlSubscriptions, OperationId>(c => c.ResumeAsync(Actor.System, "acme", "large", Ct)));
        await BookAsync();

        _ksql.Refuses = _ => false;
        var taken = await _host.DoAsync<DeploySubscription, SubscriptionDeployed>(d => d.UpdateAsync(Actor.System, "acme", "large", Wide, null, null, Ct));
        await _host.SucceedAsync(taken.Operation);
        Assert.Equal((6, SubscriptionState.Running, null), await StateAsync());
        await BookAsync();
    }

    [Fact]
    public async Task Version_deployed_after_its_source_was_made_anew_reads_that_from_its_start()
    {
        const string Source = "acme.t.payments";
        await SetUpAsync();
        await BookAsync();
        await _host.SucceedAsync(await _host.DoAsync<ControlSubscriptions, OperationId>(c => c.PauseAsync(Actor.System, "acme", "large", Ct)));
        await _host.SucceedAsync(await _host.DoAsync<ControlConnectors, OperationId>(c => c.PauseAsync(Actor.System, "acme", "payments", Ct)));
        var admin = _host.Get<KafkaAdmin>();
        var partitions = (await admin.PartitionCountsAsync([Source], Ct))[Source];
        await admin.MakeAnewAsync([TestTopics.Plain(Source, partitions)], Ct);
        using (var producer = _host.Get<KafkaClients>().Producer(null))
        {
            await producer.ProduceAsync(Source, new Message<byte[]?, byte[]?> { Key = "987654"u8.ToArray(), Value = """{"AMOUNT":5000.00}"""u8.ToArray() }, Ct);
        }

        var taken = await _host.DoAsync<DeploySubscription, SubscriptionDeployed>(d => d.UpdateAsync(Actor.System, "acme", "large", Wide, null, null, Ct));
        await _host.SucceedAsync(taken.Operation);

        await Wait.UntilAsync(async () => (await DeliveredAsync()).Contains(987654), Patience.Long);
    }

    private async Task RefusedAsync(int version, SubscriptionState left = SubscriptionState.Running)
    {
        var deployed = await _host.DoAsync<DeploySubscription, SubscriptionDeployed>(d => d.UpdateAsync(Actor.System, "acme", "large", Wide, null, null, Ct));
        Assert.Equal(version, deployed.Version);
        _booked.Add(await _stack.Platform.Bank!.BookPaymentAsync("acme", DemoBank.JohnsAccount, 5000, Ct));
        var ended = await _host.FinishedAsync(deployed.Operation);

        Assert.Equal(OperationState.Failed, ended.State);
        Assert.Contains(RefusingKsqlServer.Words, ended.Error, StringComparison.Ordinal);
        var (number, state, error) = await StateAsync();
        Assert.Equal((1, left), (number, state));
        Assert.Contains($"Version {version} of 'large' was not deployed.", error, StringComparison.Ordinal);
        Assert.Contains("Version 1 goes on as it was.", error, StringComparison.Ordinal);
        Assert.True((await _host.DoAsync<TenantPlanner, Plan>(p => p.PlanAsync(TenantSlug.Parse("acme"), Ct))).InSync);
    }

    /// <summary>One more payment arrives, and all that were booked did, each once.</summary>
    private async Task BookAsync()
    {
        _booked.Add(await _stack.Platform.Bank!.BookPaymentAsync("acme", DemoBank.JohnsAccount, 5000, Ct));
        List<long> delivered = [];
        // partitions are read one after the other: the last payment may be there before one of another partition is
        await Wait.UntilAsync(async () => _booked.TrueForAll((delivered = await DeliveredAsync()).Contains), Patience.Long);
        Assert.Equal(_booked, delivered.Order());
    }

    private Task<(int Version, SubscriptionState State, string? Error)> StateAsync() => _host.InScopeAsync<PioneerDbContext, (int, SubscriptionState, string?)>(async db =>
    {
        var row = await db.Subscriptions.SingleAsync(Ct);
        return (row.CurrentVersion, row.State, row.Error);
    });

    private async Task<List<long>> DeliveredAsync()
    {
        const string Topic = "acme.d.large";
        var offsets = await _host.Get<KafkaAdmin>().OffsetsAsync(Topic, Ct);
        using var consumer = _host.Get<KafkaClients>().Consumer(null, null);
        consumer.Assign(offsets.Select(pair => new TopicPartitionOffset(Topic, pair.Key, pair.Value.Start)));
        var ids = new List<long>();
        for (var ends = 0; ends < offsets.Count;)
        {
            var record = consumer.Consume(Patience.Usual) ?? throw new TimeoutException($"Nothing more came of {Topic}.");
            ends += record.IsPartitionEOF ? 1 : 0;
            if (!record.IsPartitionEOF)
            {
                ids.Add(long.Parse(Encoding.UTF8.GetString(record.Message.Key!)));
            }
        }

        return ids;
    }

    private async Task SetUpAsync()
    {
        await _host.DoAsync<ManageSources, SourceId>(s => s.AddAsync(
            Actor.System, new SourceRequest("bank", SourceKind.Sqlite, _stack.Platform.Endpoints.DemoBankUrl, null, null), Ct));
        var tables = await _host.DoAsync<ManageSources, System.Collections.Immutable.ImmutableArray<SourceTable>>(s => s.ListTablesAsync(Actor.System, "bank", Ct));
        await _host.DoAsync<ManageFeeds, FeedId>(f => f.DefineAsync(
            Actor.System, TenantStoryContract.Feed(tables, "payments", FeedKind.Event, "id", "updated_at", "id"), Ct));
        await _host.SucceedAsync((await _host.DoAsync<CreateTenant, TenantCreated>(
            c => c.ExecuteAsync(Actor.System, new CreateTenantRequest("acme", "Acme", Pioneer.Domain.Tenants.IsolationLevel.Dedicated), Ct))).Operation);
        await _host.SucceedAsync(Assert.Single(await _host.DoAsync<SetEntitlements, System.Collections.Immutable.ImmutableArray<OperationId>>(
            e => e.ExecuteAsync(Actor.System, [new EntitlementChange("acme", "payments", true, "acme")], Ct))));
        await _host.SucceedAsync((await _host.DoAsync<DeploySubscription, SubscriptionDeployed>(
            d => d.CreateAsync(Actor.System, "acme", "large", Narrow, null, Ct))).Operation);
    }
}
