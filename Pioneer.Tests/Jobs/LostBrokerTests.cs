using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Provisioning;
using Xunit;

namespace Pioneer.Tests.Jobs;

/// <summary>
/// One of three secured Apache Kafka nodes is killed while the drift scan runs: what topics are protected with stays, what is made meanwhile is made
/// with all its replicas, and what was made with fewer gets the rest when the node is back.
/// </summary>
[Collection(SharedKafkaCollection.Name)]
public sealed class LostBrokerTests : IAsyncLifetime
{
    private const int Lost = 3;

    private readonly SharedKafka _kafka;
    private readonly string _folder = Directory.CreateTempSubdirectory("pioneer-lost-").FullName;
    private readonly string _tenant = $"t{Guid.NewGuid().ToString("N")[..10]}";
    private EmbeddedStack _stack = null!;

    public LostBrokerTests(SharedKafka kafka)
    {
        Assert.SkipWhen(kafka.Missing is not null, kafka.Missing ?? "");
        Assert.SkipUnless(kafka.IsOurs, "PIONEER_TEST_KAFKA names a cluster that the test has not started: its nodes are not killed.");
        _kafka = kafka;
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _stack = await EmbeddedStack.StartAsync(_kafka.Options);

    public async ValueTask DisposeAsync()
    {
        await _stack.DisposeAsync();
        TestFolder.Delete(_folder);
    }

    [Fact]
    public async Task Protection_stays_while_a_broker_is_down_and_what_is_missing_comes_with_it()
    {
        await using var host = await _stack.StartJobsAsync(_folder);
        await SetUpAsync(host);
        await GrantAsync(host, "payments");
        await UntilAsync(host, "payments", topic => topic is { ReplicationFactor: 3, FewestInSync: 3 } && Strictness(topic) == "2");
        var setting = await host.DoAsync<ProtectionSettings, TopicProtection>(s => s.GetAsync(Actor.System, Ct));
        Assert.Equal((3, 2, 3), (setting.ReplicationFactor, setting.MinInSyncReplicas, setting.MostBrokersSeen));

        await _kafka.CrashAsync(Lost);
        try
        {
            await Wait.UntilAsync(async () => (await host.Get<KafkaReplicas>().BrokersAsync(Ct)).Down.Contains(Lost));
            await UntilAsync(host, "payments", topic => topic.FewestInSync == 2);
            await ScanAsync(host);
            await AssertUntouchedAsync(host);

            // two of three serve: a topic that is made now is to have its third replica on the one that is down
            await GrantAsync(host, "transfers");
            await UntilAsync(host, "transfers", topic => topic.ReplicationFactor == 3 && Strictness(topic) == "2");

            // as an earlier version would have left one behind
            await host.Get<KafkaAdmin>().CreateTopicsAsync(
                [new NewTopic($"{_tenant}.t.cards", 2, 2, new Dictionary<string, string> { ["min.insync.replicas"] = "1" })], Ct);
            await GrantAsync(host, "cards");
            await ScanAsync(host);
            await AssertUntouchedAsync(host);
            var waits = Assert.Single((await PlanAsync(host)).Blocked);
            Assert.Equal(("replication", BlockKind.Waits), (waits.ResourceType, waits.Kind));
        }
        finally
        {
            await _kafka.StartAgainAsync(Lost);
        }

        await Wait.UntilAsync(async () => (await host.Get<KafkaReplicas>().BrokersAsync(Ct)).Down.IsEmpty);
        await ScanUntilAsync(host, "cards", topic => topic is { ReplicationFactor: 3, FewestInSync: 3 });
        await ScanUntilAsync(host, "cards", topic => Strictness(topic) == "2");
        await Wait.UntilAsync(
            async () =>
            {
                await ScanAsync(host);
                return (await PlanAsync(host)).InSync;
            }, Patience.Long);
    }

    private async Task AssertUntouchedAsync(JobsHost host)
    {
        Assert.Equal((3, "2"), await TopicAsync(host, "payments") is { } topic ? (topic.ReplicationFactor, Strictness(topic)) : default);
        await host.InScopeAsync<PioneerDbContext, bool>(async db =>
        {
            Assert.Empty(await db.OperationSteps.Where(step => step.Kind != ChangeKind.Create).Select(step => $"{step.Title}: {step.After}").ToListAsync(Ct));
            return true;
        });
    }

    private async Task SetUpAsync(JobsHost host)
    {
        await host.DoAsync<ManageSources, SourceId>(s => s.AddAsync(
            Actor.System, new SourceRequest("bank", SourceKind.Sqlite, _stack.Platform.Endpoints.DemoBankUrl, null, null), Ct));
        var tables = await host.DoAsync<ManageSources, ImmutableArray<SourceTable>>(s => s.ListTablesAsync(Actor.System, "bank", Ct));
        var payments = TenantStoryContract.Feed(tables, "payments", FeedKind.Event, "id", "updated_at", "id");
        foreach (var feed in new[] { "payments", "transfers", "cards" })
        {
            await host.DoAsync<ManageFeeds, FeedId>(f => f.DefineAsync(Actor.System, payments with { Name = feed }, Ct));
        }

        var created = await host.DoAsync<CreateTenant, TenantCreated>(
            c => c.ExecuteAsync(Actor.System, new CreateTenantRequest(_tenant, _tenant, IsolationLevel.Dedicated), Ct));
        await host.SucceedAsync(created.Operation);
    }

    private async Task GrantAsync(JobsHost host, string feed)
    {
        var started = await host.DoAsync<SetEntitlements, ImmutableArray<OperationId>>(
            e => e.ExecuteAsync(Actor.System, [new EntitlementChange(_tenant, feed, true, $"value of {feed}")], Ct));
        await host.SucceedAsync(Assert.Single(started));
    }

    private static Task ScanAsync(JobsHost host) => host.InScopeAsync<DriftScan, bool>(async scan =>
    {
        await scan.RunAsync(Ct);
        return true;
    });

    private Task ScanUntilAsync(JobsHost host, string feed, Predicate<KafkaTopic> reached) => Wait.UntilAsync(async () =>
    {
        await ScanAsync(host);
        return await TopicAsync(host, feed) is { } topic && reached(topic);
    }, Patience.Long);

    private Task UntilAsync(JobsHost host, string feed, Predicate<KafkaTopic> reached) =>
        Wait.UntilAsync(async () => await TopicAsync(host, feed) is { } topic && reached(topic));

    private async Task<KafkaTopic?> TopicAsync(JobsHost host, string feed) =>
        (await host.Get<KafkaAdmin>().DescribeTopicsAsync(name => name == $"{_tenant}.t.{feed}", Ct)).SingleOrDefault();

    private Task<Plan> PlanAsync(JobsHost host) => host.DoAsync<TenantPlanner, Plan>(planner => planner.PlanAsync(TenantSlug.Parse(_tenant), Ct));

    private static string Strictness(KafkaTopic topic) => topic.Configs["min.insync.replicas"];
}
