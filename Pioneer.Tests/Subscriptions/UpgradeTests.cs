using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Subscriptions;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.Subscriptions;

/// <summary>What a new version of a subscription means is told before, the same for the way back.</summary>
public sealed class UpgradeTests : IAsyncLifetime
{
    private const string Narrow = "SELECT ID, AMOUNT FROM PAYMENTS EMIT CHANGES;";
    private const string Wide = "SELECT ID, AMOUNT, UPDATED_AT FROM PAYMENTS EMIT CHANGES;";
    private const string Balances = "SELECT ID, CAST(AMOUNT AS STRING) AS AMOUNT FROM BALANCES EMIT CHANGES;";
    private readonly DomainDatabase _database = new();

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        await _database.ATenantAsync();
        await _database.FeedsAsync();
        await _database.GrantAsync("acme", "payments", "balances");
        await _database.ReconcileAsync();
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Outlook_tells_the_columns_that_differ_and_whether_offsets_are_taken_over()
    {
        await DeployAsync(Narrow);

        var wider = await OutlookAsync(Wide);
        Assert.Equal([new ColumnDifference("UPDATED_AT", null, "TIMESTAMP")], wider.Columns);
        Assert.Equal((1, 2), (wider.Version, wider.NextVersion));
        Assert.True(wider.GoesOn);
        Assert.Contains("nothing is skipped", wider.Promise, StringComparison.Ordinal);
        Assert.False(wider.NeedsAttention);

        var other = await OutlookAsync(Balances);
        Assert.Equal(("AMOUNT", "STRING", true), (other.Columns.Single().Name, other.Columns.Single().After, other.Columns.Single().BreaksReaders));
        Assert.False(other.GoesOn);
        Assert.True(other.NeedsAttention);
        Assert.Contains("reads acme.t.balances instead of acme.t.payments", other.Promise, StringComparison.Ordinal);
        Assert.Contains("unless a seed job does", other.Promise, StringComparison.Ordinal);

        // the promise is kept by the version that is then deployed
        Assert.Null((await UpdateAsync(Balances)).Error);
        Assert.Null(await ContinuesFromAsync(2));
    }

    [Fact]
    public async Task Way_back_has_an_outlook_of_its_own_and_is_what_it_said()
    {
        await DeployAsync(Narrow);
        await UpdateAsync(Balances);
        await _database.ReconcileAsync();

        var back = (await _database.Get<DeploySubscription>().RollbackOutlookAsync(Actors.Admin, "acme", "large-payments", 1, DomainDatabase.Token)).Value;

        Assert.Equal((2, 3, false), (back.Version, back.NextVersion, back.GoesOn));
        Assert.Equal(("AMOUNT", "STRING"), (back.Columns.Single().Name, back.Columns.Single().Before));
        Assert.Contains("reads acme.t.payments instead of acme.t.balances", back.Promise, StringComparison.Ordinal);
        Assert.Contains("no seed job can do it: It reads acme.t.payments, which holds events for a time", back.Promise, StringComparison.Ordinal);
        Assert.Null((await RollbackAsync(1, back.Revision)).Error);
        Assert.Null(await ContinuesFromAsync(3));
        Assert.Equal("VersionNotFound", (await _database.Get<DeploySubscription>().RollbackOutlookAsync(Actors.Admin, "acme", "large-payments", 9, DomainDatabase.Token)).Error!.Code);
    }

    [Fact]
    public async Task Way_back_is_not_taken_where_the_subscription_is_another_one_than_was_seen()
    {
        await DeployAsync(Narrow);
        await UpdateAsync(Wide);
        await _database.ReconcileAsync();
        var seen = (await _database.Get<DeploySubscription>().RollbackOutlookAsync(Actors.Admin, "acme", "large-payments", null, DomainDatabase.Token)).Value;
        await UpdateAsync(Balances);

        Assert.Equal(ErrorKind.Concurrency, (await RollbackAsync(1, seen.Revision)).Error!.Kind);
    }

    [Fact]
    public async Task Paused_subscription_is_said_to_start()
    {
        await DeployAsync(Narrow);
        await _database.Get<ControlSubscriptions>().PauseAsync(Actors.Admin, "acme", "large-payments", DomainDatabase.Token);
        await _database.ReconcileAsync();

        Assert.StartsWith("The subscription is paused and the new version starts it.", (await OutlookAsync(Wide)).Promise, StringComparison.Ordinal);
    }

    private async Task DeployAsync(string sql)
    {
        Assert.Null((await _database.Get<DeploySubscription>().CreateAsync(Actors.Admin, "acme", "large-payments", sql, null, DomainDatabase.Token)).Error);
        await _database.ReconcileAsync();
    }

    private Task<Result<SubscriptionDeployed>> UpdateAsync(string sql) =>
        _database.Get<DeploySubscription>().UpdateAsync(Actors.Admin, "acme", "large-payments", sql, null, null, DomainDatabase.Token);

    private Task<Result<SubscriptionDeployed>> RollbackAsync(int version, long? revision) =>
        _database.Get<DeploySubscription>().RollbackAsync(Actors.Admin, "acme", "large-payments", version, revision, DomainDatabase.Token);

    private async Task<UpgradeOutlook> OutlookAsync(string sql) =>
        (await _database.Get<DeploySubscription>().OutlookAsync(Actors.Admin, "acme", "large-payments", sql, DomainDatabase.Token)).Value;

    private async Task<int?> ContinuesFromAsync(int version)
    {
        await using var db = _database.Open();
        return (await db.SubscriptionVersions.SingleAsync(row => row.Number == version, DomainDatabase.Token)).ContinuesFrom;
    }
}
