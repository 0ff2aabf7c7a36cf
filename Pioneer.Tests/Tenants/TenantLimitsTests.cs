using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.Tenants;

/// <summary>Who may say how much of the brokers a tenant takes, and what comes of it.</summary>
public sealed class TenantLimitsTests : IAsyncLifetime
{
    private static readonly TenantLimits Small = new() { ConsumerBytesPerSecond = 4096, ProducerBytesPerSecond = TenantLimits.Unlimited };

    private readonly DomainDatabase _database = new();

    public ValueTask InitializeAsync() => _database.InitializeAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Limits_are_kept_audited_and_reach_the_platform()
    {
        await _database.ATenantAsync();
        await _database.ReconcileAsync();

        var operation = await SetAsync(Actors.Admin, Small);
        Assert.True((await _database.ReconcileAsync()).InSync);

        Assert.All(_database.Platform.State.Quotas, quota => Assert.Equal([(QuotaKeys.ConsumerByteRate, 4096d)], quota.Limits.Select(limit => (limit.Key, limit.Value))));
        var detail = (await _database.Get<TenantQueries>().GetAsync(Actors.Admin, "acme", DomainDatabase.Token)).Value;
        Assert.Equal(Small, detail.Limits);
        await using var db = _database.Open();
        var audit = await db.AuditEntries.SingleAsync(entry => entry.Action == "TenantLimitsSet", DomainDatabase.Token);
        Assert.Equal(operation.Value, audit.OperationId);
        Assert.Contains("4096", audit.After, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wizard_shows_the_limits_that_it_was_given()
    {
        var request = new CreateTenantRequest("acme", "Acme", IsolationLevel.Dedicated) { Limits = Small };

        var plan = await _database.Get<CreateTenant>().PreviewAsync(Actors.Admin, request, DomainDatabase.Token);

        Assert.All(plan.Value.Changes.OfType<QuotaChange>(), change => Assert.Equal("consumer_byte_rate=4096", change.After));
    }

    [Fact]
    public async Task Second_of_two_people_is_told_that_the_first_was_quicker()
    {
        await _database.ATenantAsync();
        var seen = (await _database.Get<TenantQueries>().GetAsync(Actors.Admin, "acme", DomainDatabase.Token)).Value.Tenant.Revision;

        Assert.True((await SetAsync(Actors.Admin, Small, seen)).IsSuccess);
        var second = await SetAsync(Actors.Admin, new TenantLimits(), seen);

        Assert.Equal(ErrorKind.Concurrency, second.Error?.Kind);
    }

    [Fact]
    public async Task Operator_may_not_set_limits()
    {
        await _database.ATenantAsync();

        Assert.Equal(ErrorKind.Forbidden, (await SetAsync(Actors.Operator, Small)).Error?.Kind);
    }

    [Fact]
    public async Task Limit_out_of_range_changes_nothing()
    {
        await _database.ATenantAsync();

        var refused = await SetAsync(Actors.Admin, new TenantLimits { ProducerBytesPerSecond = 5 });

        Assert.Equal("producerBytesPerSecond", refused.Error?.Field);
        Assert.Equal(new TenantLimits(), (await _database.Get<TenantQueries>().GetAsync(Actors.Admin, "acme", DomainDatabase.Token)).Value.Limits);
    }

    private Task<Result<OperationId>> SetAsync(Actor actor, TenantLimits limits, long? revision = null) =>
        _database.Get<SetTenantLimits>().ExecuteAsync(actor, "acme", limits, revision, DomainDatabase.Token);
}
