using System.Collections.Immutable;
using Bunit;
using Microsoft.Extensions.DependencyInjection;
using Pioneer.Domain.Provisioning;
using Pioneer.Portal.Components;
using Pioneer.Portal.Features.Plans;
using Xunit;

namespace Pioneer.Tests.Portal;

public sealed class PlanViewTests : BunitContext
{
    public PlanViewTests()
    {
        Services.AddSingleton(TimeProvider.System);
        Services.AddScoped<ViewerTime>();
        Services.AddScoped<BrowserClipboard>();
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
    public void Limit_that_the_cluster_does_not_take_is_said_with_the_way_out_and_is_no_change()
    {
        var plan = Plan.Empty with { Notes = [new PlanNote("quota", "request_percentage", "The brokers refuse this limit.", "Lift it.")] };

        var view = Render<PlanView>(p => p.Add(x => x.Plan, plan));

        Assert.Contains("In sync", view.Markup, StringComparison.Ordinal);
        Assert.Contains("request_percentage is not set on this cluster", view.Find(".callout").TextContent, StringComparison.Ordinal);
        Assert.Contains("The brokers refuse this limit. Lift it.", view.Find(".callout").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Empty_plan_says_in_sync() =>
        Assert.Contains("In sync", Render<PlanView>(p => p.Add(x => x.Plan, Plan.Empty)).Markup, StringComparison.Ordinal);
}
