using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Pioneer.Tests.Portal;

/// <summary>Who may do what on the brokers, on the page and by API.</summary>
public sealed partial class PortalPagesTests
{
    [Fact]
    public async Task Rights_page_tells_who_may_read_a_topic_and_by_which_rule()
    {
        var (person, watch) = await SignedInAsync();
        await person.OpenAsync("/settings/rights");
        await person.Main.GetByLabel("Name", new() { Exact = true }).FillAsync("acme.t.payments");
        await person.Button("Ask").ClickAsync();
        var who = person.Main.GetByRole(AriaRole.Region, new() { Name = "Who may Read on acme.t.payments" });
        await Expect(who.GetByRole(AriaRole.Row).Filter(new() { HasText = "User:acme.ksql" })).ToContainTextAsync("allow User:acme.ksql Read on Topic prefix 'acme.t.'");
        await Expect(who.GetByRole(AriaRole.Row).Filter(new() { HasText = "User:pioneer" }).First).ToContainTextAsync("super user");
        await Expect(who.GetByText("acme.reporting")).ToHaveCountAsync(0);

        await person.Main.GetByLabel("Principal").FillAsync("acme.reporting");
        await person.Button("Ask").ClickAsync();
        var answer = person.Main.GetByRole(AriaRole.Region, new() { Name = "Answer" });
        await Expect(answer).ToContainTextAsync("Refused");
        await Expect(answer).ToContainTextAsync("No rule allows it.");

        await person.Main.GetByLabel("Name", new() { Exact = true }).FillAsync("acme.d.large-payments");
        await person.Main.GetByLabel("May", new() { Exact = true }).SelectOptionAsync("Describe");
        await person.Button("Ask").ClickAsync();
        await Expect(answer).ToContainTextAsync("Allowed");
        await Expect(answer.GetByRole(AriaRole.Table)).ToContainTextAsync("acme.d.");
        Assert.True(watch.Troubles.Count == 0, string.Join('\n', watch.Troubles));
    }

    [Fact]
    public async Task Api_tells_whether_a_principal_may_and_which_rule_decides()
    {
        var ct = TestContext.Current.CancellationToken;
        var allowed = await portal.Api.GetFromJsonAsync<JsonElement>("rights/decision?principal=acme.reporting&operation=Read&type=Topic&name=acme.d.large-payments", ct);
        Assert.True(allowed.GetProperty("isAllowed").GetBoolean());
        Assert.Equal("acme.d.", Assert.Single(allowed.GetProperty("rules").EnumerateArray()).GetProperty("resourceName").GetString());
        Assert.True(allowed.GetProperty("superUsersKnown").GetBoolean());

        var refused = await portal.Api.GetFromJsonAsync<JsonElement>("rights/decision?principal=acme.reporting&operation=Read&type=Topic&name=globex.d.trades", ct);
        Assert.Equal((false, "NotGranted"), (refused.GetProperty("isAllowed").GetBoolean(), refused.GetProperty("reason").GetString()));

        var holders = await portal.Api.GetFromJsonAsync<JsonElement>("rights/holders?operation=Read&type=Topic&name=globex.d.trades", ct);
        Assert.DoesNotContain(holders.GetProperty("holders").EnumerateArray(), holder => holder.GetProperty("principal").GetString()!.StartsWith("User:acme", StringComparison.Ordinal));
    }
}
