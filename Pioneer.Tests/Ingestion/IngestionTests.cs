using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;
using Pioneer.Sources;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.Ingestion;

/// <summary>Sources, feeds and the matrix.</summary>
public sealed class IngestionTests : IAsyncLifetime
{
    private readonly DomainDatabase _database = new();

    public ValueTask InitializeAsync() => _database.InitializeAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public void Table_without_a_key_is_refused_with_the_reason()
    {
        var table = new SourceTable("events", [Column("what", "text", true)], [], 10);

        var error = ManageFeeds.Suggest("bank", table, FeedKind.Event, null).Validate().Error;

        Assert.Equal("TableWithoutKey", error!.Code);
        Assert.Contains("'events'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Feed_is_suggested_from_a_table()
    {
        var table = new SourceTable(
            "public.card_payments",
            [Column("id", "bigint"), Column("tenant_id", "text"), Column("shape", "polygon", true), Column("updated_at", "timestamp with time zone")],
            ["id"], 10);

        var request = ManageFeeds.Suggest("bank", table, FeedKind.Event, null);

        Assert.Equal(("card-payments", "updated_at", "id", "tenant_id"), (request.Name, request.TimestampColumn, request.IncrementingColumn, request.TenantColumn));
        Assert.Equal(["BIGINT", "STRING", "STRING", "TIMESTAMP"], request.Columns.Select(column => column.Type));
        Assert.True(request.Validate().IsSuccess);
    }

    private static SourceColumn Column(string name, string type, bool nullable = false) => new(name, type, PostgreSqlTypes.Reading(type), nullable);

    [Fact]
    public void Bad_feeds_are_refused_naming_the_field()
    {
        var good = Requests.Feed("payments", FeedKind.Event);

        Assert.Equal(("TenantColumnIsKey", "keyColumns"), CodeAndField(good with { KeyColumns = ["id", "tenant_id"] }));
        Assert.Equal("KeyColumnTwice", (good with { KeyColumns = ["id", "ID"] }).Validate().Error!.Code);
        Assert.Equal("ColumnUnknown", (good with { KeyColumns = ["id", "nope"] }).Validate().Error!.Code);
        Assert.True((good with { KeyColumns = ["id", "amount"] }).Validate().IsSuccess);
        Assert.Equal("keyColumns", (good with { KeyColumns = ["nope"] }).Validate().Error!.Field);
        Assert.Equal("TenantColumnMissing", (good with { TenantColumn = null }).Validate().Error!.Code);
        Assert.Equal("TenantColumnIsKey", (good with { TenantColumn = "id" }).Validate().Error!.Code);
        Assert.Equal("NothingToPoll", (good with { TimestampColumn = null, IncrementingColumn = null }).Validate().Error!.Code);
        Assert.Equal("ColumnTwice", (good with { Columns = [.. good.Columns, new("ID", "text", "STRING", true)] }).Validate().Error!.Code);
        Assert.Equal("ColumnTwice", (good with { Columns = [.. good.Columns, new("other", "text", "STRING", true, "Amount")] }).Validate().Error!.Code);
        Assert.Equal("ColumnNameUnusable", (good with { Columns = [.. good.Columns, new("odd name", "text", "STRING", true)] }).Validate().Error!.Code);
        Assert.True((good with { Columns = [.. good.Columns, new("odd name", "text", "STRING", true, "odd_name")] }).Validate().IsSuccess);
        Assert.Equal("SourceColumnUnusable", (good with { Columns = [.. good.Columns, new("${file:x:y}", "text", "STRING", true, "x")] }).Validate().Error!.Code);
        Assert.Equal("ColumnTypeUnknown", (good with { Columns = [.. good.Columns, new("shape", "polygon", "POLYGON", true)] }).Validate().Error!.Code);
        Assert.Equal("pollIntervalMs", (good with { PollIntervalMs = 1 }).Validate().Error!.Field);
        foreach (var limit in (int[])[-1, 1, 999, 3_600_001])
        {
            Assert.Equal(("OutOfRange", "queryLimitMs"), CodeAndField(good with { QueryLimitMs = limit }));
        }
    }

    [Fact]
    public async Task Query_limit_is_kept_until_it_is_changed_or_taken_away()
    {
        await _database.FeedsAsync();
        var feed = Requests.Feed("payments", FeedKind.Event);
        Assert.Equal(null as int?, await ChangedAsync(feed));

        Assert.Equal(60_000, await ChangedAsync(feed with { QueryLimitMs = 60_000 }));
        Assert.Equal(60_000, await ChangedAsync(feed));
        Assert.Equal(null as int?, await ChangedAsync(feed with { QueryLimitMs = 0 }));

        async Task<int?> ChangedAsync(FeedRequest request)
        {
            Assert.Null((await _database.Get<ManageFeeds>().UpdateAsync(Actors.Admin, request, null, DomainDatabase.Token)).Error);
            await using var db = _database.Open();
            return (await db.Feeds.AsNoTracking().SingleAsync(row => row.Name == "payments", DomainDatabase.Token)).QueryLimitMs;
        }
    }

    private static (string Code, string? Field) CodeAndField(FeedRequest request) => (request.Validate().Error!.Code, request.Validate().Error!.Field);

    [Theory]
    [InlineData(SourceKind.PostgreSql, "jdbc:postgresql://db/bank", null)]
    [InlineData(SourceKind.PostgreSql, "jdbc:sqlite:/bank.db", "ConnectionUrlMalformed")]
    [InlineData(SourceKind.PostgreSql, "postgres://db/bank", "ConnectionUrlMalformed")]
    [InlineData(SourceKind.Sqlite, "jdbc:sqlite:", "ConnectionUrlMalformed")]
    [InlineData(SourceKind.PostgreSql, "jdbc:postgresql://db/bank?user=x&password=y", "ConnectionUrlHoldsSecret")]
    public void Connection_addresses_are_checked_for_form_and_secrets(SourceKind kind, string url, string? code) =>
        Assert.Equal(code, SourceUrls.Parse(kind, url, SourceRules.None).Error?.Code);

    [Fact]
    public async Task First_rows_are_shown_to_who_may_define_feeds_and_kept_in_the_audit_log_without_a_value()
    {
        await _database.FeedsAsync();
        var feed = Requests.Feed("payments", FeedKind.Event) with { KeyColumns = [], TenantColumn = null };
        var sources = _database.Get<ManageSources>();

        var preview = await sources.PreviewAsync(Actors.Admin, feed, DomainDatabase.Token);
        var refused = await sources.PreviewAsync(Actors.Operator, feed, DomainDatabase.Token);

        Assert.Equal(["ID", "TENANT_ID", "AMOUNT", "UPDATED_AT"], preview.Value.Columns);
        Assert.Equal(ErrorKind.Forbidden, refused.Error!.Kind);
        await using var db = _database.Open();
        var entry = Assert.Single(await db.AuditEntries.Where(row => row.Action == "TablePreviewed").ToListAsync(DomainDatabase.Token));
        Assert.Equal("bank", entry.Subject);
        Assert.Contains("amount", entry.After, StringComparison.Ordinal);
        Assert.DoesNotContain("a secret of the table", entry.After, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Source_test_uses_the_kept_password_only_for_the_kept_address()
    {
        await _database.FeedsAsync();
        var saved = new SourceRequest("bank", SourceKind.PostgreSql, "jdbc:postgresql://db:5432/bank", "reader", null);

        Assert.True((await _database.Get<ManageSources>().TestAsync(Actors.Admin, saved, DomainDatabase.Token)).IsSuccess);
        var elsewhere = saved with { ConnectionUrl = "jdbc:postgresql://attacker/bank" };
        Assert.Equal("SourceRefused", (await _database.Get<ManageSources>().TestAsync(Actors.Admin, elsewhere, DomainDatabase.Token)).Error!.Code);
    }

    // Otherwise an editor could have the kept password sent to a server of their own.
    [Theory]
    [InlineData("jdbc:postgresql://evil:5432/bank")]
    [InlineData("jdbc:postgresql://db:5432/bank?sslmode=disable")]
    public async Task Changed_address_needs_the_password_anew(string url)
    {
        await _database.FeedsAsync();
        var changed = new SourceRequest("bank", SourceKind.PostgreSql, url, "reader", null);
        var sources = _database.Get<ManageSources>();

        Assert.Equal("PasswordNeeded", (await sources.UpdateAsync(Actors.Admin, changed, null, DomainDatabase.Token)).Error!.Code);
        Assert.Null((await sources.UpdateAsync(Actors.Admin, changed with { Password = "other" }, null, DomainDatabase.Token)).Error);
        Assert.Null((await sources.UpdateAsync(Actors.Admin, changed with { Username = "auditor" }, null, DomainDatabase.Token)).Error);
    }

    [Fact]
    public async Task Row_of_a_feed_belongs_to_one_tenant_when_two_are_granted_it_at_the_same_moment()
    {
        await _database.ATenantAsync();
        await _database.ATenantAsync("globex");
        await _database.FeedsAsync();
        for (var round = 0; round < 20; round++)
        {
            var value = $"branch-{round}";
            var refused = await Task.WhenAll(
                Task.Run(() => SetAsync(new EntitlementChange("acme", "payments", true, value)), DomainDatabase.Token),
                Task.Run(() => SetAsync(new EntitlementChange("globex", "payments", true, value)), DomainDatabase.Token));

            Assert.Single(refused, "TenantValueTaken");
            Assert.Single(refused, (string?)null);
        }
    }

    [Fact]
    public async Task Row_of_a_feed_belongs_to_one_tenant()
    {
        await _database.ATenantAsync();
        await _database.ATenantAsync("globex");
        await _database.FeedsAsync();
        await _database.GrantAsync("acme", "payments");

        Assert.Equal("TenantValueTaken", await SetAsync(new EntitlementChange("globex", "payments", true, "acme")));
        Assert.Null(await SetAsync(new EntitlementChange("globex", "balances", true, "acme")));
        Assert.Equal("TenantValueTaken", await SetAsync(new EntitlementChange("acme", "balances", true)));
        Assert.Equal("TenantValueTaken", await SetAsync(new EntitlementChange("globex", "payments", true, "x"), new EntitlementChange("acme", "payments", true, "x")));
        Assert.Null(await SetAsync(new EntitlementChange("globex", "payments", true, "acme"), new EntitlementChange("acme", "payments", true, "globex")));
        Assert.Null(await SetAsync(new EntitlementChange("globex", "balances", false), new EntitlementChange("acme", "balances", true)));
    }

    [Theory]
    [InlineData("ACME")]
    [InlineData("acmé")]
    [InlineData("ａｃｍｅ")]
    [InlineData("ac\u00ADme")]
    public async Task Value_that_some_database_holds_for_another_tenants_is_granted_only_by_who_has_seen_it_told_apart(string value)
    {
        await _database.ATenantAsync();
        await _database.ATenantAsync("globex");
        await _database.FeedsAsync();
        await _database.GrantAsync("acme", "payments");

        Assert.Equal("TenantValueAlike", await SetAsync(new EntitlementChange("globex", "payments", true, value)));
        Assert.Equal("TenantValueTaken", await SetAsync(new EntitlementChange("globex", "payments", true, " acme ")));
        Assert.Equal("TenantValueUnreadable", await SetAsync(new EntitlementChange("globex", "payments", true, "ac\0me")));
        Assert.Equal("ChangedTwice", await SetAsync(new EntitlementChange("globex", "payments", true, "x"), new EntitlementChange("globex", "payments", true, value, TellsApart: true)));
        Assert.Null(await SetAsync(new EntitlementChange("globex", "payments", true, value, TellsApart: true)));

        // what was seen once is not asked again
        Assert.Null(await SetAsync(new EntitlementChange("globex", "payments", true, value)));
    }

    [Fact]
    public async Task Feed_is_not_granted_under_the_name_of_a_living_subscription()
    {
        await _database.ATenantAsync();
        await _database.ATenantAsync("globex");
        await _database.FeedsAsync();
        await _database.GrantAsync("acme", "payments");
        await _database.ReconcileAsync();
        Assert.Null((await _database.Get<DeploySubscription>().CreateAsync(
            Actors.Admin, "acme", "large", "SELECT ID, AMOUNT FROM PAYMENTS EMIT CHANGES;", null, DomainDatabase.Token)).Error);
        Assert.Null((await _database.Get<ManageFeeds>().DefineAsync(Actors.Admin, Requests.Feed("large", FeedKind.Event), DomainDatabase.Token)).Error);
        EntitlementChange[] grant = [new("acme", "large", true)];

        Assert.Equal("NameBelongsToSubscription", await SetAsync(grant));
        Assert.Equal("NameBelongsToSubscription", (await _database.Get<SetEntitlements>().PreviewAsync(Actors.Admin, grant, DomainDatabase.Token)).Error!.Code);
        Assert.Null(await SetAsync(new EntitlementChange("globex", "large", true)));
    }

    private async Task<string?> SetAsync(params EntitlementChange[] changes) =>
        (await _database.Get<SetEntitlements>().ExecuteAsync(Actors.Admin, changes, DomainDatabase.Token)).Error?.Code;

    [Fact]
    public async Task Matrix_of_two_feeds_and_two_tenants_fills_in_one_go()
    {
        await _database.ATenantAsync();
        await _database.ATenantAsync("globex");
        await _database.FeedsAsync();
        List<EntitlementChange> all = [new("acme", "payments", true), new("acme", "balances", true), new("globex", "payments", true), new("globex", "balances", true)];

        var preview = await _database.Get<SetEntitlements>().PreviewAsync(Actors.Admin, all, DomainDatabase.Token);
        var operations = await _database.Get<SetEntitlements>().ExecuteAsync(Actors.Admin, all, DomainDatabase.Token);
        var again = await _database.Get<SetEntitlements>().ExecuteAsync(Actors.Admin, all, DomainDatabase.Token);

        Assert.Equal(4, preview.Value.Changes.Count(change => change is ConnectorChange));
        Assert.Equal(2, operations.Value.Length);
        Assert.Empty(again.Value);
        var matrix = (await _database.Get<IngestionQueries>().MatrixAsync(Actors.Admin, null, null, null, DomainDatabase.Token)).Value;
        Assert.All(matrix.Tenants.Items, row => Assert.Equal(["balances", "payments"], row.Feeds.Keys.Order(StringComparer.Ordinal)));
        Assert.Equal("globex", matrix.Tenants.Items[1].Feeds["payments"].TenantValue);
    }

    [Fact]
    public async Task Granted_feed_is_provisioned_and_revoked_feed_goes_but_keeps_its_records()
    {
        await _database.ATenantAsync();
        await _database.FeedsAsync();
        await _database.GrantAsync("acme", "payments", "balances");
        Assert.True((await _database.ReconcileAsync()).InSync);
        Assert.Equal("compact", _database.Platform.State.Topics.Single(topic => topic.Name == "acme.t.balances").Configs["cleanup.policy"]);

        await _database.Get<SetEntitlements>().ExecuteAsync(Actors.Admin, [new("acme", "payments", Granted: false)], DomainDatabase.Token);
        Assert.True((await _database.ReconcileAsync()).InSync);

        Assert.Equal(["acme.t.balances"], _database.Platform.State.Connectors.Select(connector => connector.Name));
        Assert.Contains(_database.Platform.State.Topics, topic => topic.Name == "acme.t.payments");
    }

    [Fact]
    public async Task Revoking_a_feed_with_its_records_needs_the_topics_name_typed()
    {
        await _database.ATenantAsync();
        await _database.FeedsAsync();
        await _database.GrantAsync("acme", "payments");
        await _database.ReconcileAsync();
        var revoke = new EntitlementChange("acme", "payments", Granted: false, DeleteData: true);

        Assert.Equal("ConfirmationMissing", (await SetAsync(revoke)).Error!.Code);
        Assert.Equal("ConfirmationMissing", (await SetAsync(revoke with { Confirmation = "payments" })).Error!.Code);
        Assert.True((await _database.ReconcileAsync()).InSync);
        Assert.Contains(_database.Platform.State.Topics, topic => topic.Name == "acme.t.payments");
        Assert.Contains((await _database.Get<SetEntitlements>().PreviewAsync(Actors.Admin, [revoke], DomainDatabase.Token)).Value.Changes, change => change.Risk is ChangeRisk.DestroysData);

        Assert.Null((await SetAsync(revoke with { Confirmation = "acme.t.payments" })).Error);
        await _database.ReconcileAsync();
        Assert.DoesNotContain(_database.Platform.State.Topics, topic => topic.Name == "acme.t.payments");

        Task<Result<System.Collections.Immutable.ImmutableArray<OperationId>>> SetAsync(EntitlementChange change) =>
            _database.Get<SetEntitlements>().ExecuteAsync(Actors.Admin, [change], DomainDatabase.Token);
    }

    [Fact]
    public async Task Paused_connector_stays_paused_through_reconciles()
    {
        await _database.ATenantAsync();
        await _database.FeedsAsync();
        await _database.GrantAsync("acme", "payments");
        await _database.ReconcileAsync();

        await _database.Get<ControlConnectors>().PauseAsync(Actors.Operator, "acme", "payments", DomainDatabase.Token);
        await _database.ReconcileAsync();

        Assert.Equal(ObservedRunState.Paused, Assert.Single(_database.Platform.State.Connectors).State);
        Assert.Equal("FeedNotBatch", (await _database.Get<ControlConnectors>().RunBatchAsync(Actors.Admin, "acme", "payments", deletesMost: false, DomainDatabase.Token)).Error!.Code);
    }

    [Fact]
    public async Task Tenant_admin_may_not_grant_feeds()
    {
        var acme = await _database.ATenantAsync();
        await _database.FeedsAsync();
        var admin = Actors.Member(TenantRole.Admin, acme.Id);

        var result = await _database.As<SetEntitlements>(admin).ExecuteAsync(admin, [new("acme", "payments", true)], DomainDatabase.Token);

        Assert.Equal(ErrorKind.Forbidden, result.Error!.Kind);
    }

    [Fact]
    public async Task Granted_feed_takes_new_columns_at_the_end_only()
    {
        await _database.ATenantAsync();
        await _database.FeedsAsync();
        await _database.GrantAsync("acme", "payments");
        await _database.ReconcileAsync();
        var feed = Requests.Feed("payments", FeedKind.Event);
        var fewer = feed with { Columns = [.. feed.Columns.Where(column => column.Name != "amount")] };
        var more = feed with { Columns = [.. feed.Columns, new("note", "text", "STRING", true)] };

        Assert.Equal("FeedChangeIncompatible", (await _database.Get<ManageFeeds>().UpdateAsync(Actors.Admin, fewer, null, DomainDatabase.Token)).Error!.Code);
        Assert.True((await _database.Get<ManageFeeds>().UpdateAsync(Actors.Admin, more, null, DomainDatabase.Token)).IsSuccess);

        Assert.True((await _database.ReconcileAsync()).InSync);
        Assert.Contains(_database.Platform.Applied, change => change is KsqlStreamChange { Kind: ChangeKind.Update, AddedColumns.Length: 1 });
    }

    [Theory]
    [InlineData(FeedKind.State, null, "StatePartitionsFixed")]
    [InlineData(FeedKind.State, 2, "StatePartitionsFixed")]
    [InlineData(FeedKind.Event, 2, null)]
    public async Task Granted_feed_gets_more_partitions_only_if_it_keeps_no_state(FeedKind kind, int? partitions, string? refused)
    {
        await _database.ATenantAsync();
        await _database.FeedsAsync();
        var manage = _database.Get<ManageFeeds>();
        var feed = Requests.Feed("rates", kind) with { Partitions = partitions };
        Assert.True((await manage.DefineAsync(Actors.Admin, feed, DomainDatabase.Token)).IsSuccess);
        await _database.GrantAsync("acme", "rates");

        var grown = await manage.UpdateAsync(Actors.Admin, feed with { Partitions = 4 }, null, DomainDatabase.Token);

        Assert.Equal(refused, grown.Error?.Code);
        Assert.True((await manage.UpdateAsync(Actors.Admin, feed with { Partitions = partitions ?? 3 }, null, DomainDatabase.Token)).IsSuccess == refused is not null);
    }

    [Fact]
    public async Task Source_password_reaches_neither_audit_nor_plan()
    {
        await _database.ATenantAsync();
        await _database.FeedsAsync();
        await _database.GrantAsync("acme", "payments");
        await _database.ReconcileAsync();

        await using var db = _database.Open();

        Assert.DoesNotContain(await db.AuditEntries.ToListAsync(DomainDatabase.Token), row => $"{row.Before}{row.After}".Contains("s3cret", StringComparison.Ordinal));
        Assert.DoesNotContain(_database.Platform.Applied, change => $"{change.Before}{change.After}".Contains("s3cret", StringComparison.Ordinal));
        Assert.Equal("s3cret", (await _database.Get<SecretStore>().RevealAsync("source/bank", DomainDatabase.Token)).Value);
    }
}
