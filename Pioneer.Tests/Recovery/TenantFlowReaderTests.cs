using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pioneer.Domain;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Recovery;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Recovery;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.Recovery;

/// <summary>Which hops a tenant's verdict rests on.</summary>
public sealed class TenantFlowReaderTests : IAsyncLifetime
{
    private readonly DomainDatabase _database = new();

    public ValueTask InitializeAsync() => _database.InitializeAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Flow_holds_the_feeds_that_are_granted_and_leaves_out_a_revoked_one()
    {
        await _database.ATenantAsync();
        await _database.FeedsAsync();
        await _database.GrantAsync("acme", "payments", "balances");
        await RevokeAsync("payments");

        var acme = Assert.Single(await ReadAsync());

        Assert.Equal([new FlowHop.Ingestion("acme.t.balances", "acme.t.balances")], acme.Flow.Hops);
    }

    [Fact]
    public async Task Tenant_whose_only_feed_was_revoked_has_nothing_to_lose()
    {
        await _database.ATenantAsync();
        await _database.FeedsAsync();
        await _database.GrantAsync("acme", "payments");
        await RevokeAsync("payments");

        Assert.Empty(await ReadAsync());
    }

    [Fact]
    public async Task Paused_failed_and_suspended_readers_stay_in_the_flow_with_since_when_and_by_whom()
    {
        await _database.ATenantAsync();
        await _database.FeedsAsync();
        await _database.GrantAsync("acme", "payments");
        await _database.ReconcileAsync();
        await DeployAsync("small");
        await DeployAsync("large");
        await _database.ReconcileAsync();
        _database.Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Null((await _database.Get<ControlSubscriptions>().PauseAsync(Actors.Admin, "acme", "small", DomainDatabase.Token)).Error);
        Assert.Null((await _database.Get<ControlConnectors>().PauseAsync(Actors.Admin, "acme", "payments", DomainDatabase.Token)).Error);
        var now = _database.Clock.GetUtcNow();
        await using (var db = _database.Open())
        {
            await db.Subscriptions.Where(row => row.Name == "large").ExecuteUpdateAsync(
                set => set.SetProperty(row => row.State, SubscriptionState.Failed).SetProperty(row => row.Error, "refused"), DomainDatabase.Token);
        }

        var flow = Assert.Single(await ReadAsync()).Flow;

        Assert.Equal(new StoppedOnPurpose(now, Actors.Admin.Name), Assert.Single(flow.Ingestions).Stopped);
        Assert.Equal(new StoppedOnPurpose(now, Actors.Admin.Name), Assert.Single(flow.Readers, reader => reader.Reader == "ACME__SMALL_V1").Stopped);
        Assert.Equal("refused", Assert.Single(flow.Readers, reader => reader.Reader == "ACME__LARGE_V1").Failure);
        Assert.Empty(flow.RunningReaders);

        Assert.Null((await _database.Get<TenantLifecycle>().SuspendAsync(Actors.Admin, "acme", DomainDatabase.Token)).Error);
        Assert.All(Assert.Single(await ReadAsync()).Flow.Hops, hop => Assert.NotNull(hop.Stopped));
    }

    [Fact]
    public async Task Query_that_a_seed_run_holds_is_not_wanted_to_run_and_keeps_its_horizon()
    {
        await _database.ATenantAsync();
        await _database.FeedsAsync();
        await _database.GrantAsync("acme", "payments");
        await _database.ReconcileAsync();
        await DeployAsync("small");
        await _database.ReconcileAsync();
        Assert.Single(Assert.Single(await ReadAsync()).Flow.RunningReaders);
        await using (var db = _database.Open())
        {
            await db.Subscriptions.ExecuteUpdateAsync(set => set.SetProperty(row => row.State, SubscriptionState.Seeding), DomainDatabase.Token);
        }

        var flow = Assert.Single(await ReadAsync()).Flow;

        Assert.Empty(flow.RunningReaders);
        Assert.Null(Assert.Single(flow.Readers).Stopped);
    }

    [Fact]
    public async Task New_version_is_known_to_go_on_from_the_group_of_the_one_before()
    {
        await _database.ATenantAsync();
        await _database.FeedsAsync();
        await _database.GrantAsync("acme", "payments");
        await _database.ReconcileAsync();
        await DeployAsync("small");
        await _database.ReconcileAsync();
        Assert.Null((await _database.Get<DeploySubscription>().UpdateAsync(
            Actors.Admin, "acme", "small", "SELECT * FROM PAYMENTS WHERE AMOUNT < 5 EMIT CHANGES;", null, null, DomainDatabase.Token)).Error);

        var reader = Assert.Single(Assert.Single(await ReadAsync()).Flow.Readers);

        Assert.Equal(("ACME__SMALL_V2", "_confluent-ksql-acme_query_ACME__SMALL_V1", false), (reader.Reader, reader.EarlierGroup, reader.IsSettled));
    }

    [Fact]
    public async Task One_tenant_is_found_as_among_all_and_costs_no_rows_of_the_others()
    {
        await _database.FeedsAsync();
        var acme = (await _database.ATenantAsync()).Id;
        await FeedAndPauseAsync("acme");
        var alone = await FindAsync();
        await _database.ATenantAsync("globex");
        await FeedAndPauseAsync("globex");

        var found = await FindAsync();

        var among = (await ReadAsync()).Single(tenant => tenant.Id == acme);
        Assert.Equal(among.Flow.Hops, found.Tenant!.Flow.Hops);
        Assert.Equal((among.Slug, among.ServiceId), (found.Tenant.Slug, found.Tenant.ServiceId));
        Assert.Equal(alone.Rows, found.Rows);
        Assert.Null(await new TenantFlowReader(_database.Get<IServiceScopeFactory>()).FindAsync(new TenantId(Guid.NewGuid()), DomainDatabase.Token));

        async Task FeedAndPauseAsync(string tenant)
        {
            await _database.GrantAsync(tenant, "payments");
            await _database.ReconcileAsync(tenant);
            Assert.Null((await _database.Get<ControlConnectors>().PauseAsync(Actors.Admin, tenant, "payments", DomainDatabase.Token)).Error);
            await DeployAsync("small", tenant);
        }

        async Task<(WatchedTenant? Tenant, int Rows)> FindAsync()
        {
            var meter = new QueryMeter(_database, FixedTenantScope.All);
            await using var services = new ServiceCollection().AddScoped<AmbientTenantScope>().AddScoped(_ => meter.CreateDbContext()).BuildServiceProvider();
            var tenant = await new TenantFlowReader(services.GetRequiredService<IServiceScopeFactory>()).FindAsync(acme, DomainDatabase.Token);
            return (tenant, meter.Rows);
        }
    }

    private async Task DeployAsync(string name, string tenant = "acme") => Assert.Null((await _database.Get<DeploySubscription>().CreateAsync(
        Actors.Admin, tenant, name, "SELECT * FROM PAYMENTS WHERE AMOUNT < 10 EMIT CHANGES;", null, DomainDatabase.Token)).Error);

    private Task<System.Collections.Immutable.ImmutableArray<WatchedTenant>> ReadAsync() =>
        new TenantFlowReader(_database.Get<IServiceScopeFactory>()).ReadAsync(DomainDatabase.Token);

    private async Task RevokeAsync(string feed) => Assert.Null(
        (await _database.Get<SetEntitlements>().ExecuteAsync(Actors.Admin, [new EntitlementChange("acme", feed, Granted: false)], DomainDatabase.Token)).Error);
}
