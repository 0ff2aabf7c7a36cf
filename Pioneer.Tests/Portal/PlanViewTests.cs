using System.Collections.Immutable;
using Bunit;
using Microsoft.Extensions.DependencyInjection;
using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Components;
using Pioneer.Portal.Features.Plans;
using Pioneer.Portal.SignIn;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.Portal;

public sealed class PlanViewTests : BunitContext
{
    public PlanViewTests()
    {
        Services.AddSingleton(TimeProvider.System);
        Services.AddScoped<ViewerTime>();
        Services.AddScoped<BrowserClipboard>();
        Services.AddScoped<AmbientTenantScope>();
        Services.AddScoped<CurrentActor>();
    }

    [Fact]
    public void Change_is_shown_with_sign_kind_name_and_risk()
    {
        var topic = new TopicSpec("acme.t.payments", 3, 1, ImmutableSortedDictionary<string, string>.Empty);
        var plan = Plan.Empty with { Changes = [new TopicChange(ChangeKind.Create, ChangeRisk.Safe, topic)] };

        var view = Render<PlanView>(p => p.Add(x => x.Plan, plan).Add(x => x.Slug, "acme"));

        var row = view.Find("tbody tr:not(.group)");
        Assert.Contains("+", row.TextContent, StringComparison.Ordinal);
        Assert.Contains("topic", row.TextContent, StringComparison.Ordinal);
        Assert.Contains("acme.t.payments", row.TextContent, StringComparison.Ordinal);
        Assert.Contains("safe", row.TextContent, StringComparison.Ordinal);
        Assert.Contains("1 change to reach what is wanted", view.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Cost_names_storage_as_far_as_it_is_bounded_and_the_limits_of_clients()
    {
        TopicSpec Topic(string name, params (string Key, string Value)[] configs) =>
            new(name, 3, 2, configs.ToImmutableSortedDictionary(config => config.Key, config => config.Value));
        Change[] changes =
        [
            new TopicChange(ChangeKind.Create, ChangeRisk.Safe, Topic("acme.t.a", ("retention.bytes", "1048576"), ("retention.ms", "604800000"))),
            new TopicChange(ChangeKind.Create, ChangeRisk.Safe, Topic("acme.t.b", ("retention.ms", "604800000"))),
            new TopicChange(ChangeKind.Create, ChangeRisk.Safe, Topic("acme.t.c", ("cleanup.policy", "compact"), ("retention.bytes", "1048576"))),
            new TopicChange(ChangeKind.Delete, ChangeRisk.DestroysData, Topic("acme.t.d")),
            new QuotaChange(
                ChangeKind.Create, "acme.portal", ImmutableSortedDictionary<string, double?>.Empty.Add(QuotaKeys.ProducerByteRate, null),
                ImmutableSortedDictionary<string, double?>.Empty.Add(QuotaKeys.ProducerByteRate, 2097152)),
        ];

        var view = Render<PlanView>(p => p.Add(x => x.Plan, Plan.Empty with { Changes = [.. changes] }).Add(x => x.Slug, "acme"));

        Assert.Contains("1 topic with 6 MiB at most; 1 topic without a limit by size, kept 7 d; 1 topic without a limit by size, the latest of every key; what 1 topic holds goes",
            view.Markup, StringComparison.Ordinal);
        Assert.Contains("acme.portal: writes 2 MiB a second", view.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Configuration_is_shown_whole_when_asked_for_with_times_in_peoples_units()
    {
        var query = $"SELECT {string.Join(", ", Enumerable.Range(0, 30).Select(n => $"column{n}"))} FROM payments WHERE \"tenant\" = 'acme'";
        var config = ImmutableSortedDictionary<string, string>.Empty.Add("poll.interval.ms", "2000").Add("query", query).Add("connection.password", "s3cret");
        var topic = new TopicSpec("acme.t.payments", 3, 1, ImmutableSortedDictionary<string, string>.Empty.Add("retention.ms", "604800000"));
        var plan = Plan.Empty with
        {
            Changes = [new TopicChange(ChangeKind.Create, ChangeRisk.Safe, topic), new ConnectorChange(ChangeKind.Create, ChangeRisk.Safe, new ConnectorSpec("acme.t.payments", config, false), null)],
        };
        Services.GetRequiredService<CurrentActor>().Use(Actors.Admin);
        var view = Render<PlanView>(p => p.Add(x => x.Plan, plan).Add(x => x.Slug, "acme"));
        Assert.Contains("retention.ms=604800000 (7 d)", view.Markup, StringComparison.Ordinal);

        view.Find("button[aria-expanded=false]").Click();

        var table = view.Find("table[aria-label='Configuration of acme.t.payments']");
        Assert.Contains("WHERE \"tenant\" = 'acme'", table.TextContent, StringComparison.Ordinal);
        Assert.Contains("2 s", table.TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", view.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Limit_that_the_cluster_does_not_take_is_said_with_the_way_out_and_is_no_change()
    {
        var plan = Plan.Empty with { Notes = [new PlanNote("quota", "request_percentage", "The brokers refuse this limit.", "Lift it.")] };

        var view = Render<PlanView>(p => p.Add(x => x.Plan, plan));

        Assert.Contains("In sync", view.Markup, StringComparison.Ordinal);
        Assert.Contains("request_percentage is not set on this cluster", view.Find(".callout").TextContent, StringComparison.Ordinal);
        Assert.Contains("The brokers refuse this limit. Lift it.", view.Find(".callout").TextContent, StringComparison.Ordinal);
    }

    // A connector's configuration names the source's address, its database user and the SQL: they belong to the platform.
    [Fact]
    public void Configuration_of_a_connector_is_shown_to_platform_people_only()
    {
        var config = ImmutableSortedDictionary<string, string>.Empty.Add("connection.url", "jdbc:postgresql://core-bank:5432/bank");
        var change = new ConnectorChange(ChangeKind.Create, ChangeRisk.Safe, new ConnectorSpec("acme.t.payments", config, false), null);
        var me = Services.GetRequiredService<CurrentActor>();

        me.Use(Actors.Member(TenantRole.Admin, new TenantId(Guid.NewGuid())));
        var member = Render<PlanRow>(p => p.Add(x => x.Change, change)).Markup;
        me.Use(Actors.Operator with { ViewingAs = new TenantId(Guid.NewGuid()) });
        var viewer = Render<PlanRow>(p => p.Add(x => x.Change, change)).Markup;
        me.Use(Actors.Operator);
        var platform = Render<PlanRow>(p => p.Add(x => x.Change, change)).Markup;

        Assert.All([member, viewer], markup => Assert.DoesNotContain("core-bank", markup, StringComparison.Ordinal));
        Assert.All([member, viewer], markup => Assert.Contains("acme.t.payments", markup, StringComparison.Ordinal));
        Assert.Contains("core-bank", platform, StringComparison.Ordinal);
    }

    [Fact]
    public void Empty_plan_says_in_sync() =>
        Assert.Contains("In sync", Render<PlanView>(p => p.Add(x => x.Plan, Plan.Empty)).Markup, StringComparison.Ordinal);
}
