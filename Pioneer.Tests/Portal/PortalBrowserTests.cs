using Microsoft.Playwright;
using Pioneer.Tests.Stories;
using Xunit;

namespace Pioneer.Tests.Portal;

/// <summary>The portal as a person meets it: set-up link, sign-in, keyboard, theme, denial, and every page without an accessibility violation.</summary>
[Collection(WholePlatformCollection.Name)]
public sealed class PortalBrowserTests(PortalBrowser portal) : IClassFixture<PortalBrowser>
{
    private const string Email = "ops@bank.example";
    private const string Password = "a long enough sentence";

    private static readonly string[] Pages =
    [
        "/", "/tenants", "/tenants/new", "/ingestion/matrix", "/ingestion/sources", "/ingestion/feeds", "/ingestion/connectors", "/subscriptions", "/seeds", "/recovery",
        "/recovery/drills", "/recovery/horizons", "/recovery/incidents", "/operations", "/activity", "/settings/users", "/settings/tokens", "/settings/platform",
    ];

    [Fact]
    public async Task First_start_leads_from_the_setup_link_to_pages_that_are_accessible()
    {
        Assert.SkipWhen(PortalBrowser.Missing is not null, PortalBrowser.Missing ?? "");
        await using var context = await portal.EnterAsync(new() { ViewportSize = new() { Width = 1440, Height = 900 } });
        var page = await context.NewPageAsync();

        await SetUpAsync(page);
        await UseKeyboardAsync(page);
        await ToggleThemeAsync(page);
        await CheckPagesAsync(page);
        await SignOutAsync(page);

        // the link works once
        await page.GotoAsync(portal.SetupLink!);
        await Assertions.Expect(page.GetByText("This set-up link was used or has expired.")).ToBeVisibleAsync();
    }

    /// <summary>A page is read before its style sheets are there, and by some people without them: it must not say that it broke.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Page_says_that_it_broke_when_the_framework_says_so_and_not_before_with_and_without_style_sheets(bool styled)
    {
        Assert.SkipWhen(PortalBrowser.Missing is not null, PortalBrowser.Missing ?? "");
        await using var context = await portal.EnterAsync(new());
        if (!styled)
        {
            await context.RouteAsync("**/*.css", route => route.AbortAsync());
        }

        var page = await context.NewPageAsync();
        await page.GotoAsync(new Uri(portal.Url, "/sign-in").ToString());
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Sign in" })).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);

        // as blazor.web.js does when something is thrown and nobody takes it
        await page.EvaluateAsync("document.getElementById('blazor-error-ui').style.display = 'block'");
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Something broke on this page.");
    }

    private async Task SetUpAsync(IPage page)
    {
        Assert.NotNull(portal.SetupLink);
        await page.GotoAsync(portal.SetupLink);
        await page.GetByLabel("Name").FillAsync("Ops");
        await page.GetByLabel("E-mail").FillAsync(Email);
        await page.GetByLabel("Password").FillAsync(Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the account and sign in" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Overview", Exact = true })).ToBeVisibleAsync();
        await InteractiveAsync(page);
    }

    private static async Task UseKeyboardAsync(IPage page)
    {
        await page.Locator("h1").ClickAsync();
        await page.Keyboard.PressAsync("/");
        var search = page.GetByRole(AriaRole.Combobox, new() { Name = "Search tenants, topics, subscriptions, runs" });
        await Assertions.Expect(search).ToBeFocusedAsync();
        await page.Locator("h1").ClickAsync();
        await Assertions.Expect(search).Not.ToBeFocusedAsync();
        // in one go: the second key counts within three seconds of the first
        await page.Keyboard.TypeAsync("gt");
        await page.WaitForURLAsync("**/tenants");
    }

    private static async Task ToggleThemeAsync(IPage page)
    {
        var before = await page.EvaluateAsync<string>("document.documentElement.dataset.theme");
        await page.GetByRole(AriaRole.Button, new() { Name = before == "dark" ? "Light theme" : "Dark theme" }).ClickAsync();
        var after = before == "dark" ? "light" : "dark";
        await page.WaitForFunctionAsync("theme => document.documentElement.dataset.theme === theme", after);
        await page.ReloadAsync();
        Assert.Equal(after, await page.EvaluateAsync<string>("document.documentElement.dataset.theme"));
    }

    private async Task CheckPagesAsync(IPage page)
    {
        var axe = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Stories", "axe", "axe.min.js"));
        var violations = new List<string>();
        foreach (var path in Pages)
        {
            await page.GotoAsync(new Uri(portal.Url, path).ToString());
            await InteractiveAsync(page);
            await Assertions.Expect(page.Locator("h1")).ToBeVisibleAsync();
            Assert.True(await page.Locator(".btn.primary:visible").CountAsync() <= 1, $"{path} has more than one filled button");
            await page.EvaluateAsync(axe);
            await BrowserAccessibility.TitledAsync(page);
            violations.AddRange((await page.EvaluateAsync<string[]>(
                "async () => (await axe.run(document)).violations.map(v => `${v.id}: ${v.nodes.slice(0, 2).map(n => n.html.slice(0, 120)).join(' | ')}`)")).Select(v => $"{path} {v}"));
        }

        Assert.True(violations.Count == 0, string.Join('\n', violations));
    }

    private async Task SignOutAsync(IPage page)
    {
        await page.GotoAsync(new Uri(portal.Url, "/sign-out").ToString());
        await page.GotoAsync(new Uri(portal.Url, "/tenants").ToString());
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Sign in" })).ToBeVisibleAsync();
        await page.GetByLabel("E-mail").FillAsync(Email);
        await page.GetByLabel("Password").FillAsync("wrong");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("E-mail or password is wrong.");
    }

    private static Task InteractiveAsync(IPage page) => page.Locator("html[data-interactive]").WaitForAsync(new() { State = WaitForSelectorState.Attached });
}
