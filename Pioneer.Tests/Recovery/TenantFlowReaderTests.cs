using Microsoft.Extensions.DependencyInjection;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Recovery;
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

    private Task<System.Collections.Immutable.ImmutableArray<WatchedTenant>> ReadAsync() =>
        new TenantFlowReader(_database.Get<IServiceScopeFactory>()).ReadAsync(DomainDatabase.Token);

    private async Task RevokeAsync(string feed) => Assert.Null(
        (await _database.Get<SetEntitlements>().ExecuteAsync(Actors.Admin, [new EntitlementChange("acme", feed, Granted: false)], DomainDatabase.Token)).Error);
}
