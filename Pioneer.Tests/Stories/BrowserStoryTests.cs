using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Pioneer.Tests.Stories;

/// <summary>The main story as people live it in Debian's Chromium at 1440 pixels, on the real portal with its embedded platform. Every page visited is judged by axe.</summary>
[Collection(WholePlatformCollection.Name)]
public sealed class BrowserStoryTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Main_story_runs_in_a_browser_from_the_set_up_link_to_a_proven_recovery()
    {
        await using var session = await BrowserSession.StartAsync();
        await using var portal = await PortalProcess.StartAsync(Ct);
        var admin = await session.EnterAsync(portal.Url);

        await BrowserAdminSteps.MakeFirstAdminAsync(admin, portal.SetupLink ?? throw new InvalidOperationException("No set-up link was printed"));
        await BrowserAdminSteps.CreateTenantAsync(admin, "acme", "Acme Bank", pictures: true);
        await BrowserAdminSteps.CreateTenantAsync(admin, "globex", "Globex", pictures: false);
        await BrowserAdminSteps.GiveFeedsAsync(admin, ["acme", "globex"], ["payments", "balances"]);
        var link = await BrowserAdminSteps.InviteAsync(admin, "acme", "ada@acme.example", "Ada");

        var author = await session.EnterAsync(portal.Url);
        const string password = "a sentence that Ada thought of";
        await BrowserAuthorSteps.AcceptsAsync(author, link, password);
        await BrowserAuthorSteps.SeesOnlyAsync(author, "ada@acme.example", password, "acme", "globex");
        await BrowserAuthorSteps.WritesAndDeploysAsync(author);
        await BrowserAuthorSteps.FollowsDeliveryAsync(author, "large-payments");
        await ResultsAreTakenByProgramsAsync(portal, admin);

        await BrowserAuthorSteps.DeploysAsync(author, "SELECT ACCOUNT_ID, BALANCE, CURRENCY FROM BALANCES EMIT CHANGES;", "my-balances", "Balances for the ledger");
        var reader = await author.OpenWindowAsync();
        await reader.OpenAsync("/t/acme/subscriptions/my-balances");
        await BrowserSeedSteps.SeedAsync(author, "acme", "my-balances");
        await BrowserSeedSteps.StateHasArrivedAsync(reader, silentKey: "1001");
        await BrowserAdminSteps.RunBatchAsync(admin, "acme.t.balances");
        await BrowserSeedSteps.LiveFollowsAsync(reader);

        await BrowserAdminSteps.LooksThroughOperationsAsync(admin);
        await BrowserRecoverySteps.AllIsWellAsync(admin, "acme");
        await BrowserRecoverySteps.PausedOnPurposeIsSaidAsync(admin, "globex", "globex.t.payments");
        var watching = await admin.OpenWindowAsync();
        await BrowserRecoverySteps.DrillAsync(admin, watching, "S10", "acme.t.payments", affected: "acme");
        await BrowserRecoverySteps.DrillAsync(admin, watching, "S01", null, affected: "2 tenants");
        await BrowserRecoverySteps.DrillsAreOnRecordAsync(admin, "S10", "S01");
        session.HasSeenNoFault();
    }

    [Fact]
    public async Task Set_up_link_works_once_and_wrong_passwords_are_refused_with_a_sentence()
    {
        await using var session = await BrowserSession.StartAsync();
        await using var portal = await PortalProcess.StartAsync(Ct, "--demo", "false");
        var admin = await session.EnterAsync(portal.Url);
        await admin.MakeFirstAdminAsync(portal.SetupLink!, "Olga", PortalProcess.AdminEmail, PortalProcess.AdminPassword);
        await Expect(admin.Heading("Overview")).ToBeVisibleAsync();

        var second = await session.EnterAsync(portal.Url);
        await second.Page.GotoAsync(portal.SetupLink!);
        await Expect(second.Page.GetByText("This set-up link was used or has expired.")).ToBeVisibleAsync();
        await second.LooksGoodAsync("setup-used");

        await second.Page.GotoAsync("/sign-in");
        await second.Page.GetByLabel("E-mail").FillAsync(PortalProcess.AdminEmail);
        await second.Page.GetByLabel("Password").FillAsync("not the password");
        await second.Button("Sign in").ClickAsync();
        await Expect(second.Page.GetByRole(AriaRole.Alert).First).ToBeVisibleAsync();
        await second.LooksGoodAsync("sign-in");

        await second.Page.GotoAsync("/tenants");
        await Expect(second.Page).ToHaveURLAsync(new Regex("/sign-in"));
    }
    [Fact]
    public async Task Page_of_a_killed_portal_comes_back_by_itself_and_shows_the_same_end()
    {
        await using var session = await BrowserSession.StartAsync();
        await using var portal = await PortalProcess.StartAsync(Ct, [.. PortalProcess.Unattended, "--demo", "false"]);
        var admin = await session.EnterAsync(portal.Url);
        await admin.SignInAsync(PortalProcess.AdminEmail, PortalProcess.AdminPassword);
        await BrowserAdminSteps.PlanTenantAsync(admin, "globex", "Globex", pictures: false);
        await BrowserAdminSteps.StartsCreatingAsync(admin);

        await portal.KillAsync();
        await Expect(admin.Page.GetByText("Connection to the portal lost")).ToBeVisibleAsync();
        await portal.StartAgainAsync(Ct);

        await Expect(admin.Main.GetByText("globex is in sync")).ToBeVisibleAsync();
        await admin.OpenAsync("/tenants/globex/plan");
        await Expect(admin.Main.GetByText("The plan is empty")).ToBeVisibleAsync();
    }

    /// <summary>Step 5 beside the page: kcat with the credential, an HTTP client with the token, both made in the browser.</summary>
    private static async Task ResultsAreTakenByProgramsAsync(PortalProcess portal, BrowserPerson admin)
    {
        var password = await BrowserAdminSteps.IssueCredentialAsync(admin, "acme", "reporting");
        if (Kcat.IsInstalled)
        {
            await admin.OpenAsync("/t/acme/delivery");
            var address = await admin.Region("Connect with Kafka").Locator("dd code").First.InnerTextAsync();
            var kcat = new Kcat(address, "SCRAM-SHA-512", "acme.reporting", password);
            await kcat.IsAllowedAsync("acme.d.large-payments", Ct);
            await kcat.IsRefusedAsync("globex.t.payments", Ct);
        }

        using var client = new HttpClient(new SocketsHttpHandler()) { BaseAddress = new Uri(portal.Url, "/api/v1/") };
        client.DefaultRequestHeaders.Authorization = new("Bearer", await BrowserAdminSteps.IssueTokenAsync(admin, "acme", "ledger"));
        var first = await SseReader.ReadAsync(client, "tenants/acme/subscriptions/large-payments/events?from=earliest", null, 3, Ct);
        var resumed = await SseReader.ReadAsync(client, "tenants/acme/subscriptions/large-payments/events", first[0].Id, 2, Ct);
        Assert.Equal(first.Skip(1).Select(happened => happened.Place).Order(), resumed.Select(happened => happened.Place).Order());
        using var foreign = await client.GetAsync("tenants/globex/subscriptions", Ct);
        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
    }
}
