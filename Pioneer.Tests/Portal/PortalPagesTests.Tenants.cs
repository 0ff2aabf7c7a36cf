using Microsoft.Playwright;
using Pioneer.Tests.Stories;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Pioneer.Tests.Portal;

/// <summary>One person, two tenants.</summary>
public sealed partial class PortalPagesTests
{
    [Fact]
    public async Task Member_of_two_tenants_goes_from_one_to_the_other_and_the_navigation_follows()
    {
        var (admin, _) = await SignedInAsync();
        await JoinAsync(admin, "bea@bank.example");
        var second = await BrowserAdminSteps.InviteAsync(admin, "globex", "bea@bank.example", "Bea", "Viewer");

        var (bea, watch) = await SignedInAsync("bea@bank.example", Password);
        await bea.Page.GotoAsync(second);
        await bea.Button("Accept").ClickAsync();
        await bea.InteractiveAsync();
        await bea.OpenAsync("/t/acme/delivery");
        await GoToAsync(bea, "acme", "globex Viewer");
        await bea.Page.WaitForURLAsync("**/t/globex/delivery");

        // a viewer of globex has no editor; the pages that name no tenant stay with the one that was chosen
        await bea.NavigateAsync("Home", "Home");
        await Expect(bea.NavigationLink("Subscriptions")).ToHaveAttributeAsync("href", "/t/globex/subscriptions");
        await Expect(bea.NavigationLink("Editor")).ToHaveCountAsync(0);
        await Expect(bea.Region("Loss horizon")).Not.ToContainTextAsync("acme");
        await Expect(bea.Main.GetByText("No subscriptions yet")).ToBeVisibleAsync();

        await GoToAsync(bea, "globex", "acme Author");
        await bea.Page.WaitForURLAsync("**/t/acme/subscriptions");
        await Expect(bea.NavigationLink("Editor")).ToHaveAttributeAsync("href", "/t/acme/editor");
        Assert.Empty(await bea.ViolationsAsync());
        Assert.True(watch.Troubles.Count == 0, string.Join('\n', watch.Troubles));
    }

    private static async Task GoToAsync(BrowserPerson person, string from, string to)
    {
        await person.Page.GetByRole(AriaRole.Banner).GetByRole(AriaRole.Button, new() { Name = from, Exact = true }).ClickAsync();
        await Expect(person.Page.Locator(".mud-popover-open")).ToBeVisibleAsync();
        Assert.Empty(await person.ViolationsAsync());
        await person.LookAsync("tenant-menu", Desk, "light");
        await person.Page.Locator(".mud-popover-open").GetByText(to).ClickAsync();
    }
}
