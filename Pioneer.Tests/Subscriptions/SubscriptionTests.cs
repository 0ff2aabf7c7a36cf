using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Seeding;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.Subscriptions;

/// <summary>Deploy, change, pause, delete, and what a seed run holds.</summary>
public sealed class SubscriptionTests : IAsyncLifetime
{
    private const string Large = "SELECT * FROM PAYMENTS WHERE AMOUNT > 1000 EMIT CHANGES;";
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
    public async Task Deployed_subscription_runs_over_platform_names_into_its_topic()
    {
        var deployed = await DeployAsync("large-payments", Large);

        Assert.True((await _database.ReconcileAsync()).InSync);

        var query = Assert.Single(_database.Platform.Applied.OfType<KsqlQueryChange>());
        Assert.StartsWith("INSERT INTO ACME__LARGE_PAYMENTS WITH (QUERY_ID='ACME__LARGE_PAYMENTS_V1') SELECT", query.Query!.Sql, StringComparison.Ordinal);
        Assert.Contains("ACME__PAYMENTS", query.Query.Sql, StringComparison.Ordinal);
        Assert.Contains(_database.Platform.State.Topics, topic => topic is { Name: "acme.d.large-payments", Partitions: 3 });
        var detail = await GetAsync("large-payments");
        Assert.Equal((SubscriptionState.Running, 1), (detail.Subscription.State, deployed.Value.Version));
        Assert.NotNull(detail.Current.DeployedAt);
    }

    [Theory]
    [InlineData("payments")]
    [InlineData("balances")]
    public async Task Cost_that_is_told_before_is_the_cost_of_the_plan(string feed)
    {
        var told = await _database.Get<QueryCosts>().OfAsync(TenantSlug.Parse("acme"), $"acme.t.{feed}", DomainDatabase.Token);

        var plan = await _database.Get<DeploySubscription>().PreviewAsync(
            Actors.Admin, "acme", "costly", $"SELECT * FROM {feed.ToUpperInvariant()} EMIT CHANGES;", DomainDatabase.Token);
        Assert.Equal((plan.Value.Cost.Topics, plan.Value.Cost.Partitions, plan.Value.Cost.Queries), (told!.Topics, told.Partitions, told.Queries));
        Assert.Null(await _database.Get<QueryCosts>().OfAsync(TenantSlug.Parse("acme"), "globex.t.payments", DomainDatabase.Token));
    }

    [Fact]
    public async Task Query_over_another_tenants_stream_is_refused_with_its_place()
    {
        await _database.ATenantAsync("globex");

        var refused = Assert.IsType<QueryRefused>((await DeployAsync("mine", "SELECT * FROM GLOBEX__PAYMENTS EMIT CHANGES;")).Error);

        Assert.Equal(1, Assert.Single(refused.Diagnostics).Start.Line);
    }

    [Fact]
    public async Task Same_name_twice_is_refused_and_a_feeds_name_too()
    {
        await DeployAsync("large-payments", Large);

        Assert.Equal("SubscriptionNameTaken", (await DeployAsync("large-payments", Large)).Error!.Code);
        Assert.Equal("NameBelongsToFeed", (await DeployAsync("payments", Large)).Error!.Code);
    }

    [Fact]
    public async Task Same_name_deployed_at_once_gives_one_subscription()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => DeployAsync("large-payments", Large)));

        Assert.Single(results, result => result.IsSuccess);
        Assert.All(results.Where(result => result.IsFailure), result => Assert.Equal("SubscriptionNameTaken", result.Error!.Code));
    }

    [Fact]
    public async Task Version_that_would_read_its_own_results_is_refused()
    {
        await DeployAsync("large-payments", Large);

        var refused = (await UpdateAsync("large-payments", "SELECT * FROM LARGE_PAYMENTS EMIT CHANGES;")).Error;

        Assert.Equal("ReadsItself", Assert.Single(Assert.IsType<QueryRefused>(refused).Diagnostics).Code);
    }

    [Fact]
    public async Task Version_that_would_read_its_own_results_through_others_is_refused_with_the_chain()
    {
        await DeployAsync("first", Large);
        await DeployAsync("second", "SELECT * FROM FIRST EMIT CHANGES;");
        await DeployAsync("third", "SELECT * FROM SECOND EMIT CHANGES;");

        var refused = (await UpdateAsync("first", "SELECT * FROM THIRD EMIT CHANGES;")).Error;

        Assert.Contains("FIRST reads THIRD reads SECOND reads FIRST", Assert.Single(Assert.IsType<QueryRefused>(refused).Diagnostics).Message, StringComparison.Ordinal);
        Assert.Equal(1, (await GetAsync("first")).Current.Number);
    }

    [Fact]
    public async Task Rollback_into_a_circle_is_refused()
    {
        await DeployAsync("second", Large);
        await DeployAsync("first", "SELECT * FROM SECOND EMIT CHANGES;");
        Assert.Null((await UpdateAsync("first", Large)).Error);
        Assert.Null((await UpdateAsync("second", "SELECT * FROM FIRST EMIT CHANGES;")).Error);

        var refused = (await _database.Get<DeploySubscription>().RollbackAsync(Actors.Admin, "acme", "first", 1, null, DomainDatabase.Token)).Error;

        Assert.Equal("ReadsItself", Assert.Single(Assert.IsType<QueryRefused>(refused).Diagnostics).Code);
    }

    [Fact]
    public async Task Two_versions_that_close_a_circle_together_are_never_both_accepted()
    {
        for (var round = 0; round < 8; round++)
        {
            var (left, right) = ($"left-{round}", $"right-{round}");
            await DeployAsync(left, Large);
            await DeployAsync(right, Large);

            var results = await Task.WhenAll(
                Task.Run(() => UpdateAsync(left, $"SELECT * FROM RIGHT_{round} EMIT CHANGES;")),
                Task.Run(() => UpdateAsync(right, $"SELECT * FROM LEFT_{round} EMIT CHANGES;")));

            Assert.Contains(results, result => result.IsFailure);
        }
    }

    [Fact]
    public async Task New_version_takes_the_offsets_of_the_old_one_over()
    {
        await DeployAsync("large-payments", Large);
        await _database.ReconcileAsync();

        var second = await _database.Get<DeploySubscription>().UpdateAsync(
            Actors.Admin, "acme", "large-payments", "SELECT * FROM PAYMENTS WHERE AMOUNT > 2000 EMIT CHANGES;", null, null, DomainDatabase.Token);
        await _database.ReconcileAsync();

        Assert.Equal(2, second.Value.Version);
        var terminated = Assert.Single(_database.Platform.Applied.OfType<KsqlQueryChange>(), change => change.Action is QueryAction.Terminate);
        Assert.Equal(("ACME__LARGE_PAYMENTS_V1", "ACME__LARGE_PAYMENTS_V2"), (terminated.QueryId, terminated.HandsOverTo));
        Assert.Equal("ACME__LARGE_PAYMENTS_V2", Assert.Single(_database.Platform.State.Queries).QueryId);
    }

    [Fact]
    public async Task Rollback_runs_the_earlier_text_as_a_new_version()
    {
        await DeployAsync("large-payments", Large);
        await _database.Get<DeploySubscription>().UpdateAsync(
            Actors.Admin, "acme", "large-payments", "SELECT * FROM PAYMENTS WHERE AMOUNT > 2000 EMIT CHANGES;", null, null, DomainDatabase.Token);

        var back = await _database.Get<DeploySubscription>().RollbackAsync(Actors.Admin, "acme", "large-payments", null, null, DomainDatabase.Token);

        Assert.Equal(3, back.Value.Version);
        Assert.Equal(Large, (await GetAsync("large-payments")).Current.Sql);
    }

    [Fact]
    public async Task Paused_subscription_stays_paused_and_goes_on_when_resumed()
    {
        await DeployAsync("large-payments", Large);
        await _database.ReconcileAsync();

        await _database.Get<ControlSubscriptions>().PauseAsync(Actors.Admin, "acme", "large-payments", DomainDatabase.Token);
        await _database.ReconcileAsync();
        Assert.Equal(ObservedRunState.Paused, Assert.Single(_database.Platform.State.Queries).State);

        await _database.Get<ControlSubscriptions>().ResumeAsync(Actors.Admin, "acme", "large-payments", DomainDatabase.Token);
        await _database.ReconcileAsync();
        Assert.Equal(ObservedRunState.Running, Assert.Single(_database.Platform.State.Queries).State);
        Assert.Equal(SubscriptionState.Running, (await GetAsync("large-payments")).Subscription.State);
    }

    [Fact]
    public async Task Deleted_subscription_leaves_its_results_unless_told_otherwise_and_frees_its_name()
    {
        await DeployAsync("large-payments", Large);
        await _database.ReconcileAsync();

        Assert.Equal("ConfirmationMissing", (await DeleteAsync(deleteTopic: true, confirmation: null)).Error!.Code);
        await DeleteAsync(deleteTopic: false, confirmation: null);
        await _database.ReconcileAsync();

        Assert.Empty(_database.Platform.State.Queries);
        Assert.Contains(_database.Platform.State.Topics, topic => topic.Name == "acme.d.large-payments");
        Assert.True((await DeployAsync("large-payments", Large)).IsSuccess);
    }

    [Fact]
    public async Task Feed_that_a_subscription_reads_cannot_be_taken_away()
    {
        await DeployAsync("large-payments", Large);

        var result = await _database.Get<Pioneer.Domain.Ingestion.SetEntitlements>().ExecuteAsync(
            Actors.Admin, [new("acme", "payments", Granted: false)], DomainDatabase.Token);

        Assert.Equal("FeedIsRead", result.Error!.Code);
    }

    [Fact]
    public async Task Query_held_by_a_seed_run_is_left_alone()
    {
        await DeployAsync("large-payments", Large);
        await using (var db = _database.Open())
        {
            var row = await db.Subscriptions.SingleAsync(DomainDatabase.Token);
            row.HeldBy = new SeedRunId(Guid.NewGuid());
            await db.SaveChangesAsync(DomainDatabase.Token);
        }

        await _database.ReconcileAsync();

        Assert.Empty(_database.Platform.State.Queries);
        Assert.Contains(_database.Platform.State.Streams, stream => stream.Name == "ACME__LARGE_PAYMENTS");
        Assert.Equal("SubscriptionBusy", (await _database.Get<ControlSubscriptions>().PauseAsync(Actors.Admin, "acme", "large-payments", DomainDatabase.Token)).Error!.Code);
    }

    [Fact]
    public async Task Seed_job_is_defined_for_state_feeds_and_refused_for_event_feeds()
    {
        await DeployAsync("large-payments", Large);
        await DeployAsync("all-balances", "SELECT * FROM BALANCES EMIT CHANGES;");
        var seeds = _database.Get<ManageSeedJobs>();

        var refused = await seeds.DefineAsync(Actors.Admin, "acme", new SeedJobRequest("a", "large-payments", SeedLayer.Client), DomainDatabase.Token);
        var job = await seeds.DefineAsync(Actors.Admin, "acme", new SeedJobRequest("b", "all-balances", SeedLayer.Client), DomainDatabase.Token);
        var run = await seeds.RunAsync(Actors.Admin, "acme", job.Value, DomainDatabase.Token);
        var second = await seeds.RunAsync(Actors.Admin, "acme", job.Value, DomainDatabase.Token);

        Assert.Equal("QueryNotSeedable", refused.Error!.Code);
        Assert.Equal("SeedRunning", second.Error!.Code);
        var row = (await _database.Get<SeedQueries>().RunAsync(Actors.Admin, run.Value.Run, DomainDatabase.Token)).Value;
        Assert.Equal(("acme", "b", "all-balances", SeedRunState.Queued), (row.Tenant, row.Job, row.Subscription, row.State));
        Assert.Equal(row.Id, Assert.Single((await _database.Get<SeedQueries>().JobsAsync(Actors.Admin, "acme", Window.Most, DomainDatabase.Token)).Value).LastRun);
    }

    [Theory]
    [InlineData("Exact")]
    [InlineData("Refused")]
    public async Task Query_on_an_event_feed_is_said_to_be_unseedable_also_where_an_earlier_release_judged_it(string judged)
    {
        await DeployAsync("large-payments", Large);
        await using (var db = _database.Open())
        {
            await db.SubscriptionVersions.ExecuteUpdateAsync(
                set => set.SetProperty(row => row.Seedability, judged).SetProperty(row => row.SeedabilityReasons, []), DomainDatabase.Token);
        }

        var detail = (await _database.Get<SubscriptionQueries>().GetAsync(Actors.Admin, "acme", "large-payments", DomainDatabase.Token)).Value;

        Assert.Equal("Refused", detail.Current.Seedability);
        Assert.StartsWith("It reads acme.t.payments, which holds events for a time", Assert.Single(detail.Current.SeedabilityReasons), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("large-payments", Large, "Refused")]
    [InlineData("all-balances", "SELECT * FROM BALANCES EMIT CHANGES;", "Exact")]
    public async Task Version_keeps_the_verdict_that_the_feed_allows(string name, string sql, string verdict)
    {
        await DeployAsync(name, sql);

        await using var db = _database.Open();
        Assert.Equal(verdict, (await db.SubscriptionVersions.SingleAsync(DomainDatabase.Token)).Seedability);
    }

    [Fact]
    public async Task Delivery_topic_counts_its_retention_from_the_writing_and_no_other_topic_does()
    {
        await DeployAsync("large-payments", Large);
        await _database.ReconcileAsync();

        Assert.Equal(
            ["acme.d.large-payments"],
            _database.Platform.State.Topics.Where(topic => topic.Configs.GetValueOrDefault("message.timestamp.type") == "LogAppendTime").Select(topic => topic.Name));
    }

    [Fact]
    public async Task Seed_job_can_be_changed_and_deleted_and_its_runs_stay()
    {
        await DeployAsync("all-balances", "SELECT * FROM BALANCES EMIT CHANGES;");
        var (seeds, queries) = (_database.Get<ManageSeedJobs>(), _database.Get<SeedQueries>());
        var request = new SeedJobRequest("a", "all-balances", SeedLayer.Client);
        var job = (await seeds.DefineAsync(Actors.Admin, "acme", request, DomainDatabase.Token)).Value;
        await seeds.DefineAsync(Actors.Admin, "acme", request with { Name = "b" }, DomainDatabase.Token);

        Assert.Equal("SeedJobNameTaken", (await seeds.ChangeAsync(Actors.Admin, "acme", job, "b", 5, DomainDatabase.Token)).Error!.Code);
        Assert.Equal("OutOfRange", (await seeds.ChangeAsync(Actors.Admin, "acme", job, "c", 0, DomainDatabase.Token)).Error!.Code);
        Assert.True((await seeds.ChangeAsync(Actors.Admin, "acme", job, "c", 5, DomainDatabase.Token)).IsSuccess);
        var run = (await seeds.RunAsync(Actors.Admin, "acme", job, DomainDatabase.Token)).Value.Run;
        Assert.Equal("SeedRunning", (await seeds.DeleteAsync(Actors.Admin, "acme", job, DomainDatabase.Token)).Error!.Code);
        await seeds.CancelAsync(Actors.Admin, "acme", run, DomainDatabase.Token);
        Assert.True((await seeds.DeleteAsync(Actors.Admin, "acme", job, DomainDatabase.Token)).IsSuccess);

        Assert.Equal("b", Assert.Single((await queries.JobsAsync(Actors.Admin, "acme", Window.Most, DomainDatabase.Token)).Value).Name);
        Assert.StartsWith("c (deleted ", (await queries.RunAsync(Actors.Admin, run, DomainDatabase.Token)).Value.Job, StringComparison.Ordinal);
        Assert.Equal(ErrorKind.NotFound, (await seeds.RunAsync(Actors.Admin, "acme", job, DomainDatabase.Token)).Error!.Kind);
        Assert.True((await seeds.DefineAsync(Actors.Admin, "acme", request with { Name = "c" }, DomainDatabase.Token)).IsSuccess);
    }

    [Fact]
    public async Task Draft_is_saved_over_and_over_by_its_owner_alone()
    {
        var tenant = (await _database.Get<TenantQueries>().GetAsync(Actors.Admin, "acme", DomainDatabase.Token)).Value.Tenant.Id;
        var author = Actors.Member(TenantRole.Author, tenant);
        var other = author with { Id = "u-other" };
        var id = (await _database.As<ManageDrafts>(author).SaveAsync(author, "acme", null, "mine", "SELECT", null, DomainDatabase.Token)).Value;

        await _database.As<ManageDrafts>(author).SaveAsync(author, "acme", id, "mine", Large, null, DomainDatabase.Token);
        var stolen = await _database.As<ManageDrafts>(other).SaveAsync(other, "acme", id, "theirs", "x", null, DomainDatabase.Token);

        Assert.Equal(ErrorKind.NotFound, stolen.Error!.Kind);
        Assert.Equal(Large, (await _database.As<SubscriptionQueries>(other).DraftAsync(other, "acme", id, DomainDatabase.Token)).Value.Sql);
    }

    [Fact]
    public async Task Viewer_may_look_but_not_deploy()
    {
        var tenant = (await _database.Get<TenantQueries>().GetAsync(Actors.Admin, "acme", DomainDatabase.Token)).Value.Tenant.Id;
        var viewer = Actors.Member(TenantRole.Viewer, tenant);

        var result = await _database.As<DeploySubscription>(viewer).CreateAsync(viewer, "acme", "x", Large, null, DomainDatabase.Token);

        Assert.Equal(ErrorKind.Forbidden, result.Error!.Kind);
        Assert.Equal(["BALANCES", "PAYMENTS"], (await _database.As<TenantStreams>(viewer).ListAsync(viewer, "acme", DomainDatabase.Token)).Value.Select(stream => stream.Name));
    }

    private Task<Result<SubscriptionDeployed>> DeployAsync(string name, string sql) =>
        _database.Get<DeploySubscription>().CreateAsync(Actors.Admin, "acme", name, sql, null, DomainDatabase.Token);

    private Task<Result<SubscriptionDeployed>> UpdateAsync(string name, string sql) =>
        _database.Get<DeploySubscription>().UpdateAsync(Actors.Admin, "acme", name, sql, null, null, DomainDatabase.Token);

    private Task<Result<OperationId>> DeleteAsync(bool deleteTopic, string? confirmation) =>
        _database.Get<ControlSubscriptions>().DeleteAsync(Actors.Admin, "acme", "large-payments", deleteTopic, confirmation, null, DomainDatabase.Token);

    private async Task<SubscriptionDetail> GetAsync(string name) =>
        (await _database.Get<SubscriptionQueries>().GetAsync(Actors.Admin, "acme", name, DomainDatabase.Token)).Value;
}
