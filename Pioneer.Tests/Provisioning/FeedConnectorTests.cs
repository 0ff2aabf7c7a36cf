using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Sources;
using Xunit;

namespace Pioneer.Tests.Provisioning;

/// <summary>The configuration that Connect is given.</summary>
public sealed class FeedConnectorTests
{
    private static readonly TenantSlug Acme = TenantSlug.Parse("acme");

    [Fact]
    public void Connector_without_its_plug_in_is_foreseen_in_words_of_our_own()
    {
        var spec = new ConnectorSpec("acme.t.payments", ImmutableSortedDictionary<string, string>.Empty.Add("connector.class", FeedConnector.Class), Paused: false);
        var desired = DesiredState.Empty with { Connectors = [spec] };

        var blocked = Assert.Single(ProvisioningPlanner.Plan(desired, new ObservedState { ConnectorClasses = ["org.example.FileSource"] }).Blocked);

        Assert.Equal(("acme.t.payments", BlockKind.Withheld), (blocked.Resource, blocked.Kind));
        Assert.Contains(FeedConnector.Class, blocked.Reason, StringComparison.Ordinal);
        Assert.Contains("plugin.path", blocked.WayOut, StringComparison.Ordinal);
        Assert.Single(ProvisioningPlanner.Plan(desired, new ObservedState { ConnectorClasses = [FeedConnector.Class] }).Changes);
        Assert.Single(ProvisioningPlanner.Plan(desired, ObservedState.Empty).Changes);
    }

    [Fact]
    public void Real_time_feed_polls_by_time_and_number_with_the_tenants_filter_in_a_subquery()
    {
        var config = FeedConnector.Describe(Acme, Wanted("payments", "acme"), paused: false).Config;

        Assert.Equal(
            "SELECT * FROM (SELECT \"id\" AS \"ID\", \"amount\" AS \"AMOUNT\", \"updated_at\" AS \"UPDATED_AT\" FROM \"payments\" WHERE \"tenant_id\" = 'acme') q",
            config["query"]);
        Assert.Equal(("timestamp+incrementing", "UPDATED_AT", "ID"), (config["mode"], config["timestamp.column.name"], config["incrementing.column.name"]));
        Assert.Equal(("acme.t.payments", "500"), (config["topic.prefix"], config["poll.interval.ms"]));
    }

    [Fact]
    public void Query_limit_of_a_feed_goes_to_our_worker_by_its_key_and_to_the_server_by_its_address_and_none_changes_nothing()
    {
        var wanted = Wanted("payments", "acme");
        var before = FeedConnector.Describe(Acme, wanted, paused: false).Config;
        Assert.False(before.ContainsKey("query.timeout.ms"));
        Assert.Equal(wanted.Source.ConnectionUrl, before["connection.url"]);

        wanted.Feed.QueryLimitMs = 300_000;
        var config = FeedConnector.Describe(Acme, wanted, paused: false).Config;

        Assert.Equal("300000", config["query.timeout.ms"]);
        Assert.True(SourceAddress.TryParse(config["connection.url"], out var address, out _));
        Assert.Equal(TimeSpan.FromMinutes(5), Assert.IsType<PostgreSqlAddress>(address).QueryLimit);
        Assert.EndsWith("options=-c%20statement_timeout%3D300000", config["connection.url"], StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromMinutes(5), QueryLimits.Of(300_000, wanted.Source.ConnectionUrl));
        Assert.Equal(TimeSpan.FromMinutes(5), QueryLimits.Of(null, config["connection.url"]));
        Assert.Equal(TimeSpan.FromMinutes(1), QueryLimits.Of(null, wanted.Source.ConnectionUrl));
    }

    [Fact]
    public void Tenants_filter_compares_letter_by_letter_whatever_the_column_is_declared_as()
    {
        var bank = Wanted("payments", "acme");
        var sqlite = bank with
        {
            Source = new Source { Id = bank.Source.Id, Name = "file", Kind = SourceKind.Sqlite, ConnectionUrl = "jdbc:sqlite:/bank.db", CreatedAt = WantedTenants.Time },
        };
        var citext = Wanted("payments", "acme");
        citext.Feed.Columns = [.. citext.Feed.Columns.Select(column => column.Name == "tenant_id" ? column with { SourceType = "citext" } : column)];

        using var database = new SqliteConnection("Data Source=:memory:");
        database.Open();
        using var command = database.CreateCommand();
        command.CommandText = "CREATE TABLE payments (id INTEGER, tenant_id TEXT COLLATE NOCASE, amount NUMERIC, updated_at TIMESTAMP);"
            + "INSERT INTO payments VALUES (1, 'acme', 1, 1), (2, 'ACME', 1, 1), (3, 'acme ', 1, 1);"
            + $"SELECT group_concat(\"ID\") FROM ({FeedConnector.Describe(Acme, sqlite, paused: false).Config["query"]})";
        Assert.Equal("1", command.ExecuteScalar());
        Assert.EndsWith("WHERE \"tenant_id\"::text = 'acme') q", FeedConnector.Describe(Acme, citext, paused: false).Config["query"], StringComparison.Ordinal);
    }

    [Fact]
    public void Batch_feed_reads_everything_when_it_is_restarted()
    {
        var config = FeedConnector.Describe(Acme, Wanted("balances", "acme"), paused: false).Config;

        Assert.Equal(("bulk", "86400000"), (config["mode"], config["poll.interval.ms"]));
        Assert.False(config.ContainsKey("timestamp.column.name"));
        Assert.Equal(("makeKey,keyField,markBatch", "pioneer-batch", "row"), (config["transforms"], config["transforms.markBatch.header"], config["transforms.markBatch.value.literal"]));
    }

    [Fact]
    public void Record_key_is_the_key_column_as_a_scalar()
    {
        var config = FeedConnector.Describe(Acme, Wanted("payments", "acme"), paused: false).Config;

        Assert.Equal(("makeKey,keyField", "ID", "ID"), (config["transforms"], config["transforms.makeKey.fields"], config["transforms.keyField.field"]));
        Assert.Equal(("false", "false", "NUMERIC"), (config["key.converter.schemas.enable"], config["value.converter.schemas.enable"], config["value.converter.decimal.format"]));
    }

    [Fact]
    public void Record_key_of_several_columns_is_the_struct_of_them_in_the_keys_order_as_the_stream_declares_it()
    {
        var wanted = Wanted("balances", "acme");
        wanted.Feed.KeyColumns = ["updated_at", "id"];

        var config = FeedConnector.Describe(Acme, wanted, paused: false).Config;

        Assert.Equal(("makeKey,markBatch", "UPDATED_AT,ID"), (config["transforms"], config["transforms.makeKey.fields"]));
        Assert.DoesNotContain(config.Keys, key => key.StartsWith("transforms.keyField", StringComparison.Ordinal));
        Assert.Equal(["UPDATED_AT", "ID"], FeedSchema.Columns(wanted.Feed).TakeWhile(column => column.IsKey).Select(column => column.Name));
        Assert.Equal("SELECT \"updated_at\", \"id\" FROM \"balances\" WHERE \"tenant_id\" = 'acme'", FeedConnector.KeysQuery(wanted.Source.Kind, wanted.Feed, "acme"));
    }

    [Fact]
    public void Renamed_columns_have_their_new_names_in_the_record_and_their_own_in_the_table()
    {
        var wanted = Wanted("payments", "acme");
        wanted.Feed.Columns = [.. wanted.Feed.Columns.Select(column => column.Name switch
        {
            "id" => column with { As = "payment_no" }, "updated_at" => column with { As = "changed" }, _ => column,
        })];

        var config = FeedConnector.Describe(Acme, wanted, paused: false).Config;

        Assert.Contains("SELECT \"id\" AS \"PAYMENT_NO\", \"amount\" AS \"AMOUNT\", \"updated_at\" AS \"CHANGED\" FROM", config["query"], StringComparison.Ordinal);
        Assert.Equal(("CHANGED", "PAYMENT_NO", "PAYMENT_NO"), (config["timestamp.column.name"], config["incrementing.column.name"], config["transforms.makeKey.fields"]));
        Assert.Equal(["PAYMENT_NO", "AMOUNT", "CHANGED"], FeedSchema.Columns(wanted.Feed).Select(column => column.Name));
        Assert.StartsWith("SELECT \"id\" FROM", FeedConnector.KeysQuery(wanted.Source.Kind, wanted.Feed, "acme"), StringComparison.Ordinal);
    }

    [Fact]
    public void One_bad_row_costs_that_row_and_leaves_a_line_in_the_log()
    {
        var config = FeedConnector.Describe(Acme, Wanted("payments", "acme"), paused: false).Config;

        Assert.Equal(("all", "true"), (config["errors.tolerance"], config["errors.log.enable"]));
    }

    [Fact]
    public void Tenant_value_cannot_leave_its_quotes()
    {
        var config = FeedConnector.Describe(Acme, Wanted("payments", "x' OR '1'='1"), paused: false).Config;

        Assert.EndsWith("WHERE \"tenant_id\" = 'x'' OR ''1''=''1') q", config["query"], StringComparison.Ordinal);
    }

    [Fact]
    public void Password_is_a_placeholder_and_a_new_one_is_a_change()
    {
        var spec = FeedConnector.Describe(Acme, Wanted("payments", "acme"), paused: false);
        var renewed = FeedConnector.Describe(Acme, Wanted("payments", "acme") with { SecretGeneration = 2 }, paused: false);
        var platform = new ModelPlatform();
        platform.Apply(new ConnectorChange(ChangeKind.Create, ChangeRisk.Safe, spec, null));

        var same = ProvisioningPlanner.Plan(DesiredState.Empty with { Connectors = [spec] }, platform.State);
        var changed = ProvisioningPlanner.Plan(DesiredState.Empty with { Connectors = [renewed] }, platform.State);

        Assert.Equal("source/bank", FeedConnector.SecretOf(spec.Config["connection.password"]));
        Assert.True(same.InSync);
        Assert.Contains("connection.password=***", Assert.Single(changed.Changes).After, StringComparison.Ordinal);
    }

    [Fact]
    public void Password_in_clear_is_a_safe_change_and_shown_as_that_only()
    {
        var spec = FeedConnector.Describe(Acme, Wanted("payments", "acme"), paused: false);
        var inClear = new ObservedConnector(
            spec.Name, spec.Config.SetItem("connection.password", ConnectorSpec.NotReferred), ObservedRunState.Running);
        var referred = inClear with { Config = spec.Config };

        var change = Assert.Single(PlanFor(inClear).Changes);

        Assert.Equal((ChangeKind.Update, ChangeRisk.Safe), (change.Kind, change.Risk));
        Assert.Contains("connection.password=(in clear, or by another reference)", change.Before, StringComparison.Ordinal);
        Assert.Equal(ChangeRisk.InterruptsDelivery, Assert.Single(PlanFor(inClear with { Config = inClear.Config.SetItem("mode", "bulk") }).Changes).Risk);
        Assert.True(PlanFor(referred).InSync);

        Plan PlanFor(ObservedConnector observed) => ProvisioningPlanner.Plan(
            DesiredState.Empty with { Connectors = [spec] }, ObservedState.Empty with { Connectors = [observed] });
    }

    internal static WantedFeed Wanted(string feed, string value) => new(
        new Entitlement
        {
            Id = default, TenantId = default, FeedId = default, TenantValue = value, GrantedAt = WantedTenants.Time, GrantedBy = "test",
        },
        WantedTenants.Feed(feed), WantedTenants.Bank, SecretGeneration: 1);
}
