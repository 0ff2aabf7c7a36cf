using Microsoft.Playwright;
using Pioneer.Tests.Stories;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Pioneer.Tests.Portal;

/// <summary>All pages with something on them, in one browser: for everybody, in both themes, on a phone, and without a word to another host.</summary>
[Collection(WholePlatformCollection.Name)]
public sealed class PortalPagesTests(LivedInPortal portal) : IClassFixture<LivedInPortal>
{
    private const int Desk = 1440;
    private const int Phone = 390;

    private IEnumerable<string> Pages =>
    [
        "/", "/tenants", "/tenants/new", "/tenants/acme", "/tenants/acme/entitlements", "/tenants/acme/topics", "/tenants/acme/subscriptions",
        "/tenants/acme/credentials", "/tenants/acme/members", "/tenants/acme/activity", "/tenants/acme/plan",
        "/ingestion/matrix", "/ingestion/sources", "/ingestion/feeds", "/ingestion/connectors",
        "/editor", "/delivery", "/t/acme/editor", "/subscriptions", "/t/acme/subscriptions", "/t/acme/subscriptions/large-payments",
        "/t/acme/subscriptions/large-payments/versions", "/t/acme/delivery", "/seeds", "/t/acme/seeds", "/t/acme/seeds/new",
        $"/t/acme/seeds/runs/{portal.SeedRun}", "/recovery", "/recovery/horizons", "/recovery/drills", $"/recovery/runs/{portal.PlaybookRun}",
        $"/recovery/incidents/{portal.Incident}", "/operations", $"/operations/{portal.Operation}", "/activity",
        "/settings/users", "/settings/tokens", "/settings/platform",
    ];

    [Fact]
    public async Task Every_page_is_accessible_fits_and_keeps_to_itself_in_both_themes_and_on_a_phone()
    {
        var (person, watch) = await SignedInAsync();
        var problems = new List<string>();
        foreach (var path in Pages)
        {
            await person.OpenAsync(path);
            await Expect(person.Page.Locator("h1")).ToBeVisibleAsync();
            await JudgeAsync(person, Desk, "light", problems);
            await SwitchAsync(person, "Dark theme", "Light theme");
            await JudgeAsync(person, Desk, "dark", problems);
            await person.Page.SetViewportSizeAsync(Phone, 844);
            await JudgeAsync(person, Phone, "dark", problems);
            await SwitchAsync(person, "Light theme", "Dark theme");
            await JudgeAsync(person, Phone, "light", problems);
            await person.Page.SetViewportSizeAsync(Desk, 900);
        }

        Assert.True(problems.Count == 0, string.Join('\n', problems));
        Assert.True(watch.Troubles.Count == 0, string.Join('\n', watch.Troubles));
    }

    [Fact]
    public async Task Editor_works_within_the_content_security_policy()
    {
        var (person, watch) = await SignedInAsync();
        await person.OpenAsync("/t/acme/editor");
        await TypeAsync(person, "SELECT * FROM ");
        await person.Page.Keyboard.PressAsync("Control+Space");
        await Expect(person.Page.Locator(".suggest-widget").GetByText("PAYMENTS").First).ToBeVisibleAsync();
        await person.Page.Keyboard.PressAsync("Escape");
        await TypeAsync(person, "SELECT AMOUT FROM PAYMENTS EMIT CHANGES;");
        await Expect(person.Page.Locator(".squiggly-error").First).ToBeAttachedAsync();
        await person.Page.Locator(".view-lines").GetByText("AMOUT").First.HoverAsync();
        await Expect(person.Page.Locator(".monaco-hover").GetByText("AMOUT").First).ToBeVisibleAsync();
        Assert.True(watch.Troubles.Count == 0, string.Join('\n', watch.Troubles));
    }

    [Fact]
    public async Task Deploy_pressed_while_the_last_key_is_still_on_its_way_takes_the_text_of_that_moment_and_keeps_its_dialog()
    {
        var (person, _) = await SignedInAsync();
        await person.OpenAsync("/t/acme/editor");
        await TypeAsync(person, "SELECT ID FROM PAYMENTS EMIT CHANGES;");
        await Expect(person.Button("Deploy…")).ToBeEnabledAsync();

        // in one turn of the browser: nothing of the new text can have been told before the click
        await person.Page.EvaluateAsync(
            """
            () => {
                monaco.editor.getModels()[0].setValue('SELECT ID, AMOUNT FROM PAYMENTS WHERE AMOUNT > 7777 EMIT CHANGES;');
                [...document.querySelectorAll('button')].find(b => b.textContent.trim() === 'Deploy…').click();
            }
            """);
        await Expect(person.Dialog.GetByLabel("Name")).ToBeVisibleAsync();

        // as slowly as a person types, well past the second after which a draft is saved
        await person.Dialog.GetByLabel("Name").PressSequentiallyAsync("as-it-stood", new() { Delay = 200 });
        await person.Dialog.GetByRole(AriaRole.Button, new() { Name = "Show the plan" }).ClickAsync();
        await Expect(person.Dialog.GetByRole(AriaRole.Table, new() { Name = "Plan" })).ToContainTextAsync("7777");
        await person.Dialog.GetByRole(AriaRole.Button, new() { Name = "Deploy", Exact = true }).ClickAsync();

        await Expect(person.Heading("as-it-stood v1")).ToBeVisibleAsync();
        await person.OpenAsync("/t/acme/subscriptions/as-it-stood/versions");
        await Expect(person.Main.GetByRole(AriaRole.Region, new() { Name = "Difference" })).ToContainTextAsync("7777");
    }

    [Fact]
    public async Task Deploy_of_a_text_that_just_became_wrong_shows_its_problems_instead()
    {
        var (person, _) = await SignedInAsync();
        await person.OpenAsync("/t/acme/editor");
        await TypeAsync(person, "SELECT ID FROM PAYMENTS EMIT CHANGES;");
        await Expect(person.Button("Deploy…")).ToBeEnabledAsync();
        await person.Page.EvaluateAsync(
            """
            () => {
                monaco.editor.getModels()[0].setValue('SELECT AMOUT FROM PAYMENTS EMIT CHANGES;');
                [...document.querySelectorAll('button')].find(b => b.textContent.trim() === 'Deploy…').click();
            }
            """);
        await Expect(person.Page.GetByRole(AriaRole.Table, new() { Name = "Problems" })).ToContainTextAsync("AMOUT");
        await Expect(person.Dialog).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Slug_that_is_typed_is_never_overwritten_by_a_suggestion_that_was_on_its_way()
    {
        var (person, _) = await SignedInAsync();
        await person.OpenAsync("/tenants/new");
        await person.Page.GetByLabel("Name", new() { Exact = true }).FillAsync("Umbrella Corporation");
        await Expect(person.Page.GetByLabel("Slug")).ToHaveValueAsync("umbrella-corporation");

        // both in one turn of the browser: the name's suggestion comes back after the slug was typed
        await person.Page.EvaluateAsync(
            """
            () => {
                const type = (id, value) => { const input = document.getElementById(id); input.value = value; input.dispatchEvent(new Event('input', { bubbles: true })); };
                type('name', 'Umbrella Corporation Europe');
                type('slug', 'umbrella');
            }
            """);
        await Expect(person.Page.GetByText("umbrella.t.payments")).ToBeVisibleAsync();
        await Expect(person.Page.GetByLabel("Slug")).ToHaveValueAsync("umbrella");

        // what is taken away again makes room for suggestions
        await person.Page.GetByLabel("Slug").FillAsync("");
        await person.Page.GetByLabel("Name", new() { Exact = true }).FillAsync("Initech");
        await Expect(person.Page.GetByLabel("Slug")).ToHaveValueAsync("initech");
    }

    private async Task<(BrowserPerson Person, PageWatch Watch)> SignedInAsync()
    {
        Assert.SkipWhen(PortalBrowser.Missing is not null, PortalBrowser.Missing ?? "");
        var context = await portal.Browser.NewContextAsync(new()
        {
            BaseURL = portal.Url.ToString(),
            ViewportSize = new() { Width = Desk, Height = 900 },
            ColorScheme = ColorScheme.Light,
            ReducedMotion = ReducedMotion.Reduce,
        });
        var page = await context.NewPageAsync();
        var watch = await PageWatch.OnAsync(page, portal.Url);
        var person = new BrowserPerson(page);
        await person.SignInAsync(PortalProcess.AdminEmail, PortalProcess.AdminPassword);
        return (person, watch);
    }

    private static async Task TypeAsync(BrowserPerson person, string sql)
    {
        await person.Page.Locator(".monaco-editor .view-lines").First.ClickAsync();
        await person.Page.Keyboard.PressAsync("Control+A");
        await person.Page.Keyboard.InsertTextAsync(sql);
    }

    // the button's name follows once the server has drawn the other palette too
    private static async Task SwitchAsync(BrowserPerson person, string press, string then)
    {
        await person.Button(press).ClickAsync();
        await Expect(person.Button(then)).ToBeVisibleAsync();
    }

    private static async Task JudgeAsync(BrowserPerson person, int width, string theme, List<string> problems)
    {
        var where = $"{new Uri(person.Page.Url).AbsolutePath} at {width} px, {theme}:";
        problems.AddRange((await person.ViolationsAsync()).Select(violation => $"{where} {violation}"));
        var wide = await person.Page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth");
        if (wide > 0)
        {
            problems.Add($"{where} {wide} px wider than the window");
        }
    }
}
