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
        var password = await BrowserAdminSteps.AddAuthorAsync(admin, "acme", "ada@acme.example", "Ada");

        var author = await session.EnterAsync(portal.Url);
        await BrowserAuthorSteps.SeesOnlyAsync(author, "ada@acme.example", password, "acme", "globex");
        await BrowserAuthorSteps.WritesAndDeploysAsync(author);
        await BrowserAdminSteps.IssueCredentialAsync(admin, "acme", "reporting");
        await BrowserAdminSteps.LooksThroughOperationsAsync(admin);
        await BrowserAuthorSteps.FollowsDeliveryAsync(author, "large-payments");
        await BrowserAdminSteps.DrillsAsync(admin, "acme.t.payments");
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
}
