using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Pioneer.Tests.Stories;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Pioneer.Tests.Portal;

/// <summary>All pages with something on them, in one browser: for everybody, in both themes, on a phone, and without a word to another host.</summary>
[Collection(WholePlatformCollection.Name)]
public sealed partial class PortalPagesTests(LivedInPortal portal) : IClassFixture<LivedInPortal>
{
    private const int Desk = 1440;
    private const int Tablet = 1024;
    private const int Phone = 390;

    private static readonly (int Width, int Height)[] Windows = [(Desk, 900), (Tablet, 768), (Phone, 844)];

    private IEnumerable<string> Pages =>
    [
        "/", "/tenants", "/tenants/new", "/tenants/acme", "/tenants/acme/entitlements", "/tenants/acme/topics", "/tenants/acme/subscriptions",
        "/tenants/acme/credentials", "/tenants/acme/quotas", "/tenants/acme/members", "/tenants/acme/activity", "/tenants/acme/plan", "/tenants/acme/isolation", "/tenants/globex/isolation",
        "/ingestion/matrix", "/ingestion/sources", "/ingestion/feeds", "/ingestion/connectors",
        "/editor", "/delivery", "/t/acme/editor", "/subscriptions", "/t/acme/subscriptions", "/t/acme/subscriptions/large-payments",
        "/t/acme/subscriptions/large-payments/versions", "/t/acme/delivery", "/seeds", "/t/acme/seeds", "/t/acme/seeds/new",
        $"/t/acme/seeds/runs/{portal.SeedRun}", "/recovery", "/recovery/horizons", "/recovery/drills", $"/recovery/runs/{portal.PlaybookRun}",
        "/recovery/incidents", "/recovery/incidents?all=true", $"/recovery/incidents/{portal.Incident}", "/operations", $"/operations/{portal.Operation}", "/activity",
        "/settings/users", "/settings/sessions", "/settings/tokens", "/settings/platform", "/settings/rights",
        "/settings/rights?op=Read&on=Topic&name=acme.t.payments", "/settings/rights?op=Read&on=Topic&name=acme.t.payments&who=acme.ksql", "/account", "/t/acme/topics", "/t/acme/topics/acme.t.payments", "/t/acme/topics/acme.t.payments/records",
        "/t/acme/topics/acme.t.payments/configuration", "/t/acme/groups", "/t/acme/members",
    ];

    private static IReadOnlyList<string> ViewedPages => ["/", "/t/acme/subscriptions", "/t/acme/subscriptions/large-payments", "/t/acme/delivery"];

    [Fact]
    public async Task Every_page_is_accessible_fits_and_keeps_to_itself_in_both_themes_at_every_width()
    {
        var (person, watch) = await SignedInAsync();
        var problems = new List<string>();
        foreach (var path in Pages)
        {
            await JudgeEverywhereAsync(person, path, path, problems);
        }

        Assert.True(problems.Count == 0, string.Join('\n', problems));
        Assert.True(watch.Troubles.Count == 0, string.Join('\n', watch.Troubles));
    }

    [Fact]
    public async Task Page_viewed_as_a_tenant_keeps_its_banner_in_sight_and_is_accessible_in_both_themes_at_every_width()
    {
        var (person, watch) = await SignedInAsync();
        await person.OpenAsync("/tenants/acme");
        await person.Button("View as tenant").ClickAsync();
        await Expect(Banner(person)).ToContainTextAsync("You see acme as its viewers do.");
        var problems = new List<string>();
        foreach (var path in ViewedPages)
        {
            await JudgeEverywhereAsync(person, path, $"viewing{path}", problems);
        }

        // a viewer is not sent to where only authors may go
        await person.OpenAsync("/");
        await Expect(person.Page.Locator("a[href*='/editor']")).ToHaveCountAsync(0);
        await person.Button("Stop viewing").ClickAsync();
        await Expect(person.Button("View as tenant")).ToBeVisibleAsync();
        await Expect(Banner(person)).ToHaveCountAsync(0);
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

        // on the first line too nothing of the page lies over the message
        Assert.True(await person.Page.Locator(".monaco-hover").GetByText("AMOUT").First.EvaluateAsync<bool>(
            "message => { const box = message.getBoundingClientRect(); return message.closest('.monaco-hover').contains(document.elementFromPoint(box.x + 2, box.y + 2)); }"));
        Assert.True(watch.Troubles.Count == 0, string.Join('\n', watch.Troubles));
    }

    [Fact]
    public async Task Preview_says_how_many_values_could_not_be_computed_with_place_and_reason_and_goes_on()
    {
        var (person, watch) = await SignedInAsync();
        await person.OpenAsync("/t/acme/editor");
        await TypeAsync(person, "SELECT ID, CAST(CURRENCY AS INTEGER) AS N FROM PAYMENTS EMIT CHANGES;");
        await Expect(person.Button("Deploy…")).ToBeEnabledAsync();
        await person.Page.Keyboard.PressAsync("Control+Enter");

        await Expect(person.Page.GetByText(new Regex(@"[2-9]\d* values could not be computed and are NULL, last: acme\.t\.payments, partition \d, offset \d+: N: "))).ToBeVisibleAsync();
        await Expect(person.Page.GetByRole(AriaRole.Table, new() { Name = "Preview rows" }).GetByRole(AriaRole.Row).Nth(3)).ToBeVisibleAsync();
        Assert.True(watch.Troubles.Count == 0, string.Join('\n', watch.Troubles));
    }

    [Fact]
    public async Task Deploy_pressed_while_the_last_key_is_still_on_its_way_takes_the_text_of_that_moment_and_keeps_its_dialog()
    {
        var (person, _) = await SignedInAsync();
        await person.OpenAsync("/t/acme/editor");
        await TypeAsync(person, "SELECT ID, AMOUNT FROM PAYMENTS EMIT CHANGES;");
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
        await TypeAsync(person, "SELECT ID, AMOUNT FROM PAYMENTS EMIT CHANGES;");
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
    public async Task Field_keeps_the_newest_key_when_the_answer_to_the_one_before_arrives()
    {
        var (person, _) = await SignedInAsync();
        await person.OpenAsync("/t/acme/editor");
        var search = person.Page.GetByRole(AriaRole.Combobox, new() { Name = "Search tenants, topics, subscriptions, runs" });
        await TypeWithoutTellingTheLastAsync(search, "acm", "acme");
        await Expect(person.Page.GetByRole(AriaRole.Listbox, new() { Name = "Search results" })).ToBeVisibleAsync();
        await Expect(search).ToHaveValueAsync("acme");

        await TypeAsync(person, "SELECT ID, AMOUNT FROM PAYMENTS EMIT CHANGES;");
        await person.Button("Deploy…").ClickAsync();
        await TypeWithoutTellingTheLastAsync(person.Dialog.GetByLabel("Name"), "keep", "keeps");
        await Expect(person.Dialog.GetByText("acme.d.keep", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(person.Dialog.GetByLabel("Name")).ToHaveValueAsync("keeps");
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

    private Task<(BrowserPerson Person, PageWatch Watch)> SignedInAsync() => SignedInAsync(PortalProcess.AdminEmail, PortalProcess.AdminPassword);

    private async Task<(BrowserPerson Person, PageWatch Watch)> SignedInAsync(string email, string password)
    {
        Assert.SkipWhen(PortalBrowser.Missing is not null, PortalBrowser.Missing ?? "");
        var context = await portal.EnterAsync(new()
        {
            BaseURL = portal.Url.ToString(),
            ViewportSize = new() { Width = Desk, Height = 900 },
            ColorScheme = ColorScheme.Light,
            ReducedMotion = ReducedMotion.Reduce,
        });
        var page = await context.NewPageAsync();
        var watch = await PageWatch.OnAsync(page, portal.Url);
        var person = new BrowserPerson(page);
        await person.SignInAsync(email, password);
        return (person, watch);
    }

    private static async Task TypeAsync(BrowserPerson person, string sql)
    {
        await person.Page.Locator(".monaco-editor .view-lines").First.ClickAsync();
        await person.Page.Keyboard.PressAsync("Control+A");
        await person.Page.Keyboard.InsertTextAsync(sql);
    }

    // as when the last key is pressed while the server's answer to the others is on its way: the browser has it, the server does not
    private static Task TypeWithoutTellingTheLastAsync(ILocator field, string told, string typed) => field.EvaluateAsync(
        """
        (input, [told, typed]) => {
            input.focus();
            input.value = told;
            input.dispatchEvent(new Event('input', { bubbles: true }));
            input.value = typed;
        }
        """, new[] { told, typed });

    // the button's name follows once the server has drawn the other palette too
    private static async Task SwitchAsync(BrowserPerson person, string press, string then)
    {
        await person.Button(press).ClickAsync();
        await Expect(person.Button(then)).ToBeVisibleAsync();
    }

    private static ILocator Banner(BrowserPerson person) => person.Page.GetByRole(AriaRole.Complementary, new() { Name = "View as tenant" });

    // a theme at a time, so that each page is switched twice only
    private static async Task JudgeEverywhereAsync(BrowserPerson person, string path, string name, List<string> problems)
    {
        await person.OpenAsync(path);
        await Expect(person.Page.Locator("h1")).ToBeVisibleAsync();
        foreach (var (width, height) in Windows)
        {
            await person.Page.SetViewportSizeAsync(width, height);
            await JudgeAsync(person, name, width, "light", problems);
        }

        await SwitchAsync(person, "Dark theme", "Light theme");
        foreach (var (width, height) in Windows.Reverse())
        {
            await person.Page.SetViewportSizeAsync(width, height);
            await JudgeAsync(person, name, width, "dark", problems);
        }

        await SwitchAsync(person, "Light theme", "Dark theme");
    }

    private static async Task JudgeAsync(BrowserPerson person, string name, int width, string theme, List<string> problems)
    {
        var where = $"{name} at {width} px, {theme}:";
        problems.AddRange((await person.ViolationsAsync()).Select(violation => $"{where} {violation}"));
        var wide = await person.Page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth");
        if (wide > 0)
        {
            problems.Add($"{where} {wide} px wider than the window");
        }

        if (await person.Page.EvaluateAsync<bool>("[...document.querySelectorAll('.viewing')].some(b => b.getBoundingClientRect().bottom > innerHeight)"))
        {
            problems.Add($"{where} the banner is out of sight");
        }

        await person.LookAsync($"page{name.Replace('/', '-')}", width, theme);
    }
}
