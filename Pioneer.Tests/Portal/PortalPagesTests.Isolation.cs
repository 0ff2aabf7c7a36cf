using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Pioneer.Tests.Portal;

/// <summary>The check of isolation from its button to its evidence, with the portal's own API among what is tried.</summary>
public sealed partial class PortalPagesTests
{
    [Fact]
    public async Task Isolation_tab_shows_dated_evidence_that_everything_was_tried_and_refused()
    {
        var ct = TestContext.Current.CancellationToken;
        var records = (await portal.Api.GetFromJsonAsync<JsonElement>("tenants/acme/isolation", ct)).EnumerateArray().ToList();
        var evidence = await portal.Api.GetFromJsonAsync<JsonElement>($"tenants/acme/isolation/{records[0].GetProperty("id").GetInt64()}", ct);
        var attempts = evidence.GetProperty("attempts").EnumerateArray().ToList();
        var others = attempts.Where(attempt => attempt.GetProperty("result").GetString() != "Held").Select(attempt => attempt.ToString());
        Assert.True(records[0].GetProperty("outcome").GetString() == "Held", string.Join('\n', others));
        Assert.Equal(
            ["Api", "Broker", "Connect", "Events", "Ksql", "Rules", "Search"], attempts.Select(attempt => attempt.GetProperty("way").GetString()!).Distinct().Order(StringComparer.Ordinal));

        // nothing of the token that tried the API is left
        var tokens = await portal.Api.GetStringAsync("tokens", ct);
        Assert.DoesNotContain("isolation check", tokens, StringComparison.Ordinal);

        var (person, watch) = await SignedInAsync();
        await person.OpenAsync("/tenants/acme/isolation");
        var last = person.Main.GetByRole(AriaRole.Region, new() { Name = "Last check" });
        await Expect(last).ToContainTextAsync("Kept apart");
        var download = await person.Page.RunAndWaitForDownloadAsync(() => last.GetByText("Download as JSON").ClickAsync());
        var saved = JsonSerializer.Deserialize<JsonElement>(await File.ReadAllTextAsync(await download.PathAsync(), ct));
        Assert.Equal("acme", saved.GetProperty("tenant").GetString());

        await person.OpenAsync("/tenants/globex/isolation");
        await Expect(person.Main.GetByText("Not checked yet")).ToBeVisibleAsync();
        await person.Button("Check now").ClickAsync();
        await Expect(person.Main.GetByRole(AriaRole.Region, new() { Name = "Last check" })).ToContainTextAsync("Kept apart", new() { Timeout = (float)Patience.Long.TotalMilliseconds });
        Assert.True(watch.Troubles.Count == 0, string.Join('\n', watch.Troubles));
    }

    [Fact]
    public async Task Tenants_people_see_their_evidence_without_other_tenants_names_and_cannot_start_a_check()
    {
        var ct = TestContext.Current.CancellationToken;
        var (admin, _) = await SignedInAsync();
        await JoinAsync(admin, "fay@bank.example", "Admin");
        var (fay, _) = await SignedInAsync("fay@bank.example", Password);
        await fay.OpenAsync("/tenants/acme/isolation");
        await Expect(fay.Main.GetByRole(AriaRole.Region, new() { Name = "Last check" })).ToContainTextAsync("Kept apart");
        await Expect(fay.Main.GetByRole(AriaRole.Region, new() { Name = "What was tried" })).ToContainTextAsync("of another tenant");
        await Expect(fay.Main.GetByText("globex")).ToHaveCountAsync(0);
        await Expect(fay.Button("Check now")).ToHaveCountAsync(0);

        var id = (await portal.Api.GetFromJsonAsync<JsonElement>("tenants/acme/isolation", ct)).EnumerateArray().First().GetProperty("id").GetInt64();
        var foreign = await fay.Page.APIRequest.GetAsync($"/tenants/globex/isolation/{id}/evidence.json");
        Assert.Equal((int)HttpStatusCode.NotFound, foreign.Status);
        var own = await fay.Page.APIRequest.GetAsync($"/tenants/acme/isolation/{id}/evidence.json");
        Assert.DoesNotContain("globex", await own.TextAsync(), StringComparison.Ordinal);
    }
}
