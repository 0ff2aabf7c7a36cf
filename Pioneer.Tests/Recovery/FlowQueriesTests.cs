using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pioneer.Domain;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Recovery;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Recovery;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.Recovery;

/// <summary>What a tenant's people are told of their own subscriptions, and of no others.</summary>
public sealed class FlowQueriesTests : IAsyncLifetime
{
    private const string Query = "ACME__SMALL_V1", Group = "_confluent-ksql-acme_query_ACME__SMALL_V1";

    private readonly DomainDatabase _database = new();
    private readonly PlatformPicture _picture = new();
    private TenantId _acme, _globex;

    private static CancellationToken Ct => DomainDatabase.Token;

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        await _database.FeedsAsync();
        _acme = (await _database.ATenantAsync()).Id;
        _globex = (await _database.ATenantAsync("globex")).Id;
        await _database.GrantAsync("acme", "payments");
        await _database.ReconcileAsync();
        Assert.Null((await _database.Get<DeploySubscription>().CreateAsync(
            Actors.Admin, "acme", "small", "SELECT * FROM PAYMENTS WHERE AMOUNT < 10 EMIT CHANGES;", null, Ct)).Error);
        await using var db = _database.Open();
        await db.Subscriptions.ExecuteUpdateAsync(set => set.SetProperty(row => row.State, SubscriptionState.Running), Ct);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Subscription_is_told_with_its_last_records_and_its_level()
    {
        var now = _database.Clock.GetUtcNow();
        Show(earliest: 0, committed: 7, movedAt: now.AddMinutes(-3));

        var flow = Assert.Single(await ReadAsync(Member(_acme)));

        Assert.Equal(("small", Query, "acme.t.payments", StatusLevel.Fine, now.AddMinutes(-3)), (flow.Subscription, flow.QueryId, flow.Reads, flow.Level, flow.LastTookAt));
    }

    [Fact]
    public async Task Paused_subscription_that_retention_passed_is_lost_before_anybody_resumes_it()
    {
        Assert.Null((await _database.Get<ControlSubscriptions>().PauseAsync(Actors.Admin, "acme", "small", Ct)).Error);
        Show(earliest: 5, committed: 2);

        var flow = Assert.Single(await ReadAsync(Member(_acme)));

        Assert.NotNull(flow.Stopped);
        Assert.Equal((StatusLevel.Lost, 3), (flow.Level, flow.Outlook.Horizon.Undelivered));
        Assert.StartsWith("Retention deleted 3 records", flow.Outlook.IfItGoesOn, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Query_that_does_not_take_what_waits_is_degraded_with_since_when()
    {
        var since = _database.Clock.GetUtcNow().AddMinutes(-2);
        Show(earliest: 0, committed: 5, undeliveredSince: since);
        _picture.ShowFindings([new Finding(Scenario.QueryStands, Query, $"Query {Query} does not take what waits for it", "", ["acme"]) { Since = since }]);

        var flow = Assert.Single(await ReadAsync(Member(_acme)));

        Assert.Equal((StatusLevel.Degraded, since), (flow.Level, flow.TroubleSince));
    }

    [Fact]
    public async Task Another_tenants_people_are_told_that_there_is_no_such_tenant()
    {
        var refused = await Queries(Member(_globex)).SubscriptionsAsync(Member(_globex), "acme", Ct);
        var unknown = await Queries(Member(_globex)).SubscriptionsAsync(Member(_globex), "nobody", Ct);

        Assert.Equal(unknown.Error!.Code, refused.Error!.Code);
        Assert.Empty(await ReadAsync(Member(_globex), "globex"));
    }

    private static Actor Member(TenantId tenant) => new(
        "u", "u", ActorKind.User, PlatformRole.None, ImmutableDictionary<TenantId, TenantRole>.Empty.Add(tenant, TenantRole.Viewer));

    private FlowQueries Queries(Actor actor) => new(
        _database.As<IDbContextFactory<PioneerDbContext>>(actor), new TenantFlowReader(_database.Get<IServiceScopeFactory>()), _picture, _database.Clock);

    private async Task<ImmutableArray<SubscriptionFlow>> ReadAsync(Actor actor, string tenant = "acme")
    {
        var read = await Queries(actor).SubscriptionsAsync(actor, tenant, Ct);
        Assert.Null(read.Error);
        return read.Value;
    }

    private void Show(long earliest, long committed, DateTimeOffset? undeliveredSince = null, DateTimeOffset? movedAt = null)
    {
        var topic = new TopicEvidence("acme.t.payments", "id", 604_800_000, [new PartitionEvidence(0, earliest, 7, 7)]);
        var group = new GroupEvidence(Group, [new CommittedEvidence("acme.t.payments", 0, committed, undeliveredSince, movedAt)]);
        _picture.Show(new EvidenceRound(_database.Clock.GetUtcNow(), new ClusterEvidence("a", 1, [topic], [group]), [], []));
    }
}
