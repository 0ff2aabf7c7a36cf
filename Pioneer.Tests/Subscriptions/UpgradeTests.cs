using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;
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
        await SetAsync(Compatibility.None);
        Assert.Null((await UpdateAsync(Balances)).Error);
        Assert.Null(await ContinuesFromAsync(2));
    }

    [Fact]
    public async Task Plan_of_an_upgrade_is_what_is_then_made_and_looking_saves_nothing()
    {
        await DeployAsync(Narrow);
        await _database.ReconcileAsync();
        var deploy = _database.Get<DeploySubscription>();

        var told = (await deploy.UpgradePlanAsync(Actors.Admin, "acme", "large-payments", Wide, DomainDatabase.Token)).Value;
        Assert.Null((await UpdateAsync(Wide)).Error);
        var made = (await _database.Get<Pioneer.Domain.Provisioning.TenantPlanner>().PlanAsync(TenantSlug.Parse("acme"), DomainDatabase.Token)).Value;

        Assert.Equal(made.Changes.Select(change => change.Title), told.Changes.Select(change => change.Title));
        Assert.Contains(told.Changes, change => change.Resource.Contains("ACME__LARGE_PAYMENTS_V1", StringComparison.Ordinal) && change.Kind is Pioneer.Domain.Provisioning.ChangeKind.Delete);
        Assert.Contains(told.Changes, change => change.Resource.Contains("ACME__LARGE_PAYMENTS_V2", StringComparison.Ordinal) && change.Kind is Pioneer.Domain.Provisioning.ChangeKind.Create);

        // the way back the same; nothing was saved by looking
        await _database.ReconcileAsync();
        var back = await deploy.RollbackPlanAsync(Actors.Admin, "acme", "large-payments", 1, DomainDatabase.Token);
        Assert.Equal("IncompatibleVersion", back.Error!.Code);
        await SetAsync(Compatibility.None);
        var planned = (await deploy.RollbackPlanAsync(Actors.Admin, "acme", "large-payments", 1, DomainDatabase.Token)).Value;
        Assert.Contains(planned.Changes, change => change.Resource.Contains("ACME__LARGE_PAYMENTS_V3", StringComparison.Ordinal));
        Assert.Empty((await _database.Get<Pioneer.Domain.Provisioning.TenantPlanner>().PlanAsync(TenantSlug.Parse("acme"), DomainDatabase.Token)).Value.Changes);
    }

    [Fact]
    public async Task Way_back_has_an_outlook_of_its_own_and_is_what_it_said()
    {
        await DeployAsync(Narrow);
        await SetAsync(Compatibility.None);
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
        await SetAsync(Compatibility.None);
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

    [Fact]
    public async Task Version_that_breaks_what_was_promised_is_refused_and_so_is_the_way_back_until_somebody_changes_the_promise()
    {
        await DeployAsync(Narrow);
        Assert.Equal("IncompatibleVersion", (await OutlookAsync(Balances)).Refusal!.Code);
        var refused = (await UpdateAsync(Balances)).Error!;
        Assert.Equal(("IncompatibleVersion", ErrorKind.Conflict), (refused.Code, refused.Kind));
        Assert.Contains("'Forward', and version 2 would break it: AMOUNT was", refused.Message, StringComparison.Ordinal);
        Assert.Contains("new subscription", refused.Hint, StringComparison.Ordinal);

        Assert.Null((await UpdateAsync(Wide)).Error);
        await _database.ReconcileAsync();
        Assert.Equal("IncompatibleVersion", (await RollbackAsync(1, null)).Error!.Code);
        await SetAsync(Compatibility.Backward);
        Assert.Null((await RollbackAsync(1, null)).Error);
        await _database.ReconcileAsync();
        Assert.Equal("IncompatibleVersion", (await UpdateAsync(Wide)).Error!.Code);
        Assert.Equal(3, await CurrentAsync());
    }

    [Fact]
    public async Task Only_who_may_deploy_changes_the_promise_and_it_stands_in_the_audit_log()
    {
        await DeployAsync(Narrow);
        var tenant = (await _database.Get<TenantQueries>().GetAsync(Actors.Admin, "acme", DomainDatabase.Token)).Value.Tenant.Id;
        var viewer = Actors.Member(TenantRole.Viewer, tenant);

        Assert.Equal(ErrorKind.Forbidden, (await _database.As<SetCompatibility>(viewer).ExecuteAsync(viewer, "acme", "large-payments", Compatibility.None, null, DomainDatabase.Token)).Error!.Kind);
        Assert.Equal("CompatibilityUnknown", (await _database.Get<SetCompatibility>().ExecuteAsync(Actors.Admin, "acme", "large-payments", null, null, DomainDatabase.Token)).Error!.Code);
        Assert.Equal(ErrorKind.Concurrency, (await _database.Get<SetCompatibility>().ExecuteAsync(Actors.Admin, "acme", "large-payments", Compatibility.None, 999, DomainDatabase.Token)).Error!.Kind);
        await SetAsync(Compatibility.Full);

        await using var db = _database.Open();
        var entry = await db.AuditEntries.SingleAsync(row => row.Action == "SubscriptionCompatibilitySet", DomainDatabase.Token);
        Assert.Contains("Forward", entry.Before, StringComparison.Ordinal);
        Assert.Contains("Full", entry.After, StringComparison.Ordinal);
        Assert.Equal(
            Compatibility.Full, (await _database.Get<SubscriptionQueries>().GetAsync(Actors.Admin, "acme", "large-payments", DomainDatabase.Token)).Value.Subscription.Compatibility);
    }

    [Fact]
    public async Task Version_that_failed_before_it_ever_ran_promised_nobody_anything()
    {
        Assert.Null((await _database.Get<DeploySubscription>().CreateAsync(Actors.Admin, "acme", "large-payments", Narrow, null, DomainDatabase.Token)).Error);
        await using (var db = _database.Open())
        {
            await db.Subscriptions.ExecuteUpdateAsync(set => set.SetProperty(row => row.State, SubscriptionState.Failed), DomainDatabase.Token);
        }

        Assert.Null((await UpdateAsync(Balances)).Error);
    }

    [Fact]
    public async Task Version_without_a_column_that_another_subscription_reads_is_refused_with_its_name()
    {
        await DeployAsync(Wide);
        await SetAsync(Compatibility.None);
        Assert.Null((await _database.Get<DeploySubscription>().CreateAsync(
            Actors.Admin, "acme", "second", "SELECT ID, UPDATED_AT FROM LARGE_PAYMENTS EMIT CHANGES;", null, DomainDatabase.Token)).Error);
        await _database.ReconcileAsync();

        var refused = (await UpdateAsync(Narrow)).Error!;

        Assert.Equal("BreaksSubscription", refused.Code);
        Assert.Contains("'second'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("UPDATED_AT", refused.Message, StringComparison.Ordinal);
        Assert.Null((await UpdateAsync("SELECT ID, UPDATED_AT FROM PAYMENTS EMIT CHANGES;")).Error);
    }

    private async Task SetAsync(Compatibility compatibility) => Assert.Null(
        (await _database.Get<SetCompatibility>().ExecuteAsync(Actors.Admin, "acme", "large-payments", compatibility, null, DomainDatabase.Token)).Error);

    private async Task<int> CurrentAsync() =>
        (await _database.Get<SubscriptionQueries>().GetAsync(Actors.Admin, "acme", "large-payments", DomainDatabase.Token)).Value.Subscription.Version;

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
