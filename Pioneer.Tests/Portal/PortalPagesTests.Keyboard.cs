using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Pioneer.Tests.Stories;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Pioneer.Tests.Portal;

/// <summary>The same portal without a mouse: every stop of Tab is seen, dialogs open, submit and close by key, and give the focus back.</summary>
public sealed partial class PortalPagesTests
{
    private const int MostStops = 150;

    /// <summary>What is wrong with where the focus is: nothing focused, out of the window, under a bar, or no ring around it.</summary>
    private const string FocusTrouble =
        """
        () => {
            const e = document.activeElement, name = `${e.tagName.toLowerCase()} '${(e.getAttribute('aria-label') || e.textContent || e.id).trim().slice(0, 40)}'`;
            if (e.matches('body, .mud-focus-trap *:empty:not(input), .mud-dialog-container > *:empty')) { return null; }
            const box = e.getBoundingClientRect();
            if (box.bottom <= 0 || box.top >= innerHeight || box.right <= 0 || box.left >= innerWidth) { return `${name} is outside the window`; }
            const style = getComputedStyle(e), ring = e => { const s = getComputedStyle(e); return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0; };
            if (!e.closest('.monaco-editor') && !ring(e) && style.boxShadow === 'none') { return `${name} has no ring`; }
            const x = Math.min(Math.max(box.left + box.width / 2, 1), innerWidth - 1), y = Math.min(Math.max(box.top + box.height / 2, 1), innerHeight - 1);
            const over = document.elementFromPoint(x, y);
            return !over || e.contains(over) || over.contains(e) || e.closest('.monaco-editor') || e.closest('label')?.contains(over) ? null : `${name} is under ${over.className || over.tagName}`;
        }
        """;

    [Theory]
    [InlineData("/")]
    [InlineData("/tenants")]
    [InlineData("/recovery")]
    public async Task Tab_goes_through_the_whole_page_and_is_seen_at_each_stop(string path)
    {
        var (person, _) = await SignedInAsync();
        await person.Page.SetViewportSizeAsync(Tablet, 500);
        await OpenByKeyAsync(person, path);
        var problems = new List<string>(await TabThroughAsync(person));

        // past the end it begins anew, with the way round the navigation
        problems.AddRange(await TabThroughAsync(person, 1));
        await Expect(person.Page.GetByRole(AriaRole.Link, new() { Name = "Skip to content" })).ToBeFocusedAsync();
        problems.AddRange(await TabThroughAsync(person));
        Assert.True(problems.Count == 0, string.Join('\n', problems));
    }

    [Fact]
    public async Task Tenants_are_filtered_and_opened_by_key()
    {
        var (person, _) = await SignedInAsync();
        await OpenByKeyAsync(person, "/tenants");
        await TabToAsync(person, person.Page.GetByRole(AriaRole.Searchbox, new() { Name = "Filter tenants" }));
        await person.Page.Keyboard.TypeAsync("acm");
        await PressAsync(person, "Enter");

        // a page whose circuit is not up yet sends the form itself, with its other fields; the filter is kept either way
        await Expect(person.Page).ToHaveURLAsync(new Regex(@"/tenants\?(.*&)?q=acm(&|$)"));
        await TabToAsync(person, person.Main.GetByRole(AriaRole.Link, new() { Name = "acme", Exact = true }));
        await PressAsync(person, "Enter");
        await person.Page.WaitForURLAsync("**/tenants/acme");
    }

    [Fact]
    public async Task Query_is_written_and_deployed_by_key()
    {
        var (person, _) = await SignedInAsync();
        await OpenByKeyAsync(person, "/t/acme/editor");
        await person.Page.Locator(".monaco-editor .view-lines").First.WaitForAsync();
        await TabToAsync(person, person.Page.GetByRole(AriaRole.Textbox, new() { Name = "ksql query" }));
        await PressAsync(person, "Control+A");
        await person.Page.Keyboard.InsertTextAsync("SELECT ID, AMOUNT FROM PAYMENTS EMIT CHANGES;");
        await Expect(person.Page.GetByRole(AriaRole.Complementary, new() { Name = "What the query does" })).ToContainTextAsync("acme.t.payments");
        await Expect(person.Button("Deploy…")).ToBeEnabledAsync();

        // Tab belongs to the text until Ctrl+M gives it back, as Monaco has it
        await PressAsync(person, "Control+M");
        await TabToAsync(person, person.Button("Deploy…"), "Shift+Tab");
        await PressAsync(person, "Enter");
        await Expect(person.Dialog.GetByLabel("Name")).ToBeFocusedAsync();
        await PressAsync(person, "Escape");
        await Expect(person.Dialog).ToHaveCountAsync(0);
        await Expect(person.Button("Deploy…")).ToBeFocusedAsync();

        await PressAsync(person, "Enter");
        await Expect(person.Dialog.GetByLabel("Name")).ToBeFocusedAsync();
        await person.Page.Keyboard.TypeAsync("by-key");
        await PressAsync(person, "Enter");
        await Expect(person.Dialog.GetByRole(AriaRole.Table, new() { Name = "Plan" })).ToContainTextAsync("by-key");
        await PressAsync(person, "Escape");
        await Expect(person.Dialog).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Drill_is_asked_for_and_left_by_key()
    {
        var (person, _) = await SignedInAsync();
        await OpenByKeyAsync(person, "/recovery");
        await TabToAsync(person, person.Button("Run a drill…"));
        await PressAsync(person, "Enter");
        await Expect(person.Dialog.GetByText("This really breaks it")).ToBeVisibleAsync();

        // the focus stays within, and Enter in a choice breaks nothing
        await TabToAsync(person, person.Dialog.GetByRole(AriaRole.Radio, new() { Checked = true }));
        await PressAsync(person, "Enter");
        await TabToAsync(person, person.Dialog.GetByLabel("Connector", new() { Exact = true }));
        await person.Page.Keyboard.TypeAsync("acme.t.payments");
        await TabToAsync(person, person.Dialog.GetByLabel("Type acme.t.payments to confirm"));
        await person.Page.Keyboard.TypeAsync("acme.t.payments");
        await TabToAsync(person, person.Dialog.GetByRole(AriaRole.Button, new() { Name = "Break it" }));
        var problems = await TabThroughAsync(person, 12);
        Assert.True(await person.Dialog.EvaluateAsync<bool>("dialog => dialog.contains(document.activeElement)"), "Tab left the dialog");
        await PressAsync(person, "Escape");
        await Expect(person.Dialog).ToHaveCountAsync(0);
        await Expect(person.Button("Run a drill…")).ToBeFocusedAsync();
        Assert.True(problems.Count == 0, string.Join('\n', problems));
    }

    // a page that was opened gives the focus to its title, which says where one is
    private static async Task OpenByKeyAsync(BrowserPerson person, string path)
    {
        await person.OpenAsync(path);
        await Expect(person.Page.Locator("h1")).ToBeFocusedAsync();
    }

    private static Task PressAsync(BrowserPerson person, string key) => person.Page.Keyboard.PressAsync(key);

    private static async Task TabToAsync(BrowserPerson person, ILocator target, string key = "Tab")
    {
        await target.WaitForAsync();
        for (var stop = 0; stop < MostStops; stop++)
        {
            if (await target.EvaluateAsync<bool>("e => e === document.activeElement"))
            {
                return;
            }

            await PressAsync(person, key);
        }

        var end = await person.Page.EvaluateAsync<string>("document.activeElement.outerHTML.slice(0, 200)");
        Assert.Fail($"{key} does not reach {target}, it ends at {end}");
    }

    // until the focus leaves the page for the browser's own bars
    private static async Task<IReadOnlyList<string>> TabThroughAsync(BrowserPerson person, int stops = MostStops)
    {
        var problems = new List<string>();
        for (var stop = 0; stop < stops; stop++)
        {
            await PressAsync(person, "Tab");
            if (await person.Page.EvaluateAsync<bool>("document.activeElement === document.body"))
            {
                return problems;
            }

            if (await person.Page.EvaluateAsync<string?>(FocusTrouble) is { } trouble)
            {
                problems.Add(trouble);
            }
        }

        if (stops == MostStops)
        {
            problems.Add($"Tab does not come to an end in {MostStops} stops");
        }

        return problems;
    }
}
