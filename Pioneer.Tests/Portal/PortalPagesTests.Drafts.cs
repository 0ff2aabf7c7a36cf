using Microsoft.Playwright;
using Pioneer.Tests.Stories;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Pioneer.Tests.Portal;

/// <summary>What was typed in the editor is kept, however the page is left.</summary>
public sealed partial class PortalPagesTests
{
    [Fact]
    public async Task Text_typed_just_before_a_link_is_followed_is_kept_as_a_draft()
    {
        var (person, _) = await SignedInAsync();
        await person.OpenAsync("/t/acme/editor");
        await TypeAsync(person, "SELECT ID FROM PAYMENTS WHERE AMOUNT > 1111 EMIT CHANGES;");
        await person.NavigateAsync("Activity", "Activity");

        await IsKeptAsync(person, "SELECT ID FROM PAYMENTS WHERE AMOUNT > 1111 EMIT CHANGES;");
    }

    [Fact]
    public async Task Text_typed_just_before_the_page_is_loaded_anew_is_back_and_becomes_one_draft()
    {
        var (person, _) = await SignedInAsync();
        var line = await CircuitLine.OnAsync(person.Page);
        await person.OpenAsync("/t/acme/editor");
        await Expect(person.Page.Locator(".monaco-editor .view-lines").First).ToBeVisibleAsync();
        line.IsCut = true;
        await TypeAsync(person, "SELECT ID FROM PAYMENTS WHERE AMOUNT > 2222 EMIT CHANGES;");
        line.IsCut = false;
        await person.Page.ReloadAsync();

        await ShowsAsync(person, "SELECT ID FROM PAYMENTS WHERE AMOUNT > 2222 EMIT CHANGES;");
        await Expect(person.Page.GetByText("not saved yet is back")).ToBeVisibleAsync();
        await person.Page.WaitForURLAsync("**/t/acme/editor/*");
        await IsKeptAsync(person, "SELECT ID FROM PAYMENTS WHERE AMOUNT > 2222 EMIT CHANGES;");
    }

    [Fact]
    public async Task Text_that_the_portal_saved_as_its_window_went_away_is_not_made_a_second_draft()
    {
        var (person, _) = await SignedInAsync();
        const string sql = "SELECT ID FROM PAYMENTS WHERE AMOUNT > 2323 EMIT CHANGES;";
        await person.OpenAsync("/t/acme/editor");
        await TypeAsync(person, sql);
        await Expect(person.Page.GetByRole(AriaRole.Complementary, new() { Name = "What the query does" })).ToContainTextAsync("AMOUNT > 2323");
        await person.OpenAsync("/activity");
        await IsListedAsync(person, sql);

        await person.OpenAsync("/t/acme/editor");
        await ShowsAsync(person, sql);
        await person.Page.WaitForURLAsync("**/t/acme/editor/*");
        await Expect(DraftLink(person, sql)).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task Deployed_text_says_that_there_is_a_draft_of_it_and_results_can_be_made_higher_by_key()
    {
        var (person, _) = await SignedInAsync();
        await person.Page.SetViewportSizeAsync(Tablet, 768);
        await person.OpenAsync("/t/acme/editor/my-balances");
        await TypeAsync(person, "SELECT * FROM BALANCES WHERE BALANCE > 5 EMIT CHANGES;");
        await person.Page.WaitForURLAsync(new System.Text.RegularExpressions.Regex("/t/acme/editor/[0-9a-f]{8}-"));

        await person.OpenAsync("/t/acme/editor/my-balances");
        await Expect(person.Page.GetByText("This is the deployed text.")).ToBeVisibleAsync();
        var results = person.Page.Locator(".wb-bottom");
        var before = (await results.BoundingBoxAsync())!.Height;
        // the handle listens a moment after it is drawn: a key before that is nobody's
        await Wait.UntilAsync("the results to be higher", async () =>
        {
            await person.Page.GetByRole(AriaRole.Separator, new() { Name = "Height of the results" }).PressAsync("ArrowUp");
            return (await results.BoundingBoxAsync())!.Height > before;
        });
        await person.Page.GetByRole(AriaRole.Link, new() { Name = "Your draft of it" }).ClickAsync();

        await ShowsAsync(person, "SELECT * FROM BALANCES WHERE BALANCE > 5 EMIT CHANGES;");
    }

    [Fact]
    public async Task Text_typed_just_before_another_draft_is_opened_stays_in_its_own()
    {
        var (person, _) = await SignedInAsync();
        const string first = "SELECT ID FROM PAYMENTS WHERE AMOUNT > 3333 EMIT CHANGES;", second = "SELECT ID FROM PAYMENTS WHERE AMOUNT > 4444 EMIT CHANGES;";
        await person.OpenAsync("/t/acme/editor");
        await TypeAsync(person, first);
        await person.NavigateAsync("Activity", "Activity");
        await person.OpenAsync("/t/acme/editor");
        await Expect(DraftLink(person, first)).ToBeVisibleAsync();
        await TypeAsync(person, second);
        await DraftLink(person, first).ClickAsync();

        await ShowsAsync(person, first);
        await DraftLink(person, second).ClickAsync();
        await ShowsAsync(person, second);
        var problems = new List<string>();
        await JudgeEverywhereAsync(person, new Uri(person.Page.Url).AbsolutePath, "/editor-with-drafts", problems);
        Assert.True(problems.Count == 0, string.Join('\n', problems));
    }

    [Fact]
    public async Task Draft_is_deleted_after_a_question_and_its_text_leaves_the_editor()
    {
        var (person, _) = await SignedInAsync();
        const string sql = "SELECT ID FROM PAYMENTS WHERE AMOUNT > 5555 EMIT CHANGES;";
        await person.OpenAsync("/t/acme/editor");
        await TypeAsync(person, sql);
        await person.Page.WaitForURLAsync("**/t/acme/editor/*");
        await person.Page.ReloadAsync();
        await person.InteractiveAsync();
        await ShowsAsync(person, sql);

        await person.Button($"Delete draft {sql}").ClickAsync();
        await person.Dialog.GetByRole(AriaRole.Button, new() { Name = "Delete", Exact = true }).ClickAsync();

        await person.Page.WaitForURLAsync("**/t/acme/editor");
        await Expect(DraftLink(person, sql)).ToHaveCountAsync(0);
        await Expect(person.Page.Locator(".monaco-editor .view-lines")).Not.ToContainTextAsync("5555");
    }

    [Fact]
    public async Task Text_that_cannot_be_saved_says_why_and_is_not_left_without_a_question()
    {
        var (person, _) = await SignedInAsync();
        await person.OpenAsync("/t/acme/editor");
        await person.Page.Locator(".monaco-editor .view-lines").First.ClickAsync();
        await person.Page.EvaluateAsync("monaco.editor.getModels()[0].setValue('-- ' + 'x'.repeat(1_000_000))");
        await Expect(person.Page.GetByText("Not saved. The draft has 1000003 characters; 1000000 can be kept.")).ToBeVisibleAsync();
        await person.Page.SetViewportSizeAsync(Phone, 844);
        await Expect(person.Page.GetByText("Not saved. The draft has 1000003 characters; 1000000 can be kept.")).ToBeVisibleAsync();
        await person.Page.SetViewportSizeAsync(Desk, 900);

        var elsewhere = person.NavigationLink("Activity");
        await elsewhere.ClickAsync();
        await Expect(person.Dialog.GetByText("What you typed since the last save is lost when you leave.")).ToBeVisibleAsync();
        await person.Dialog.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await Expect(person.Dialog).ToHaveCountAsync(0);
        Assert.EndsWith("/t/acme/editor", person.Page.Url, StringComparison.Ordinal);

        await elsewhere.ClickAsync();
        await person.Dialog.GetByRole(AriaRole.Button, new() { Name = "Leave", Exact = true }).ClickAsync();
        await Expect(person.Heading("Activity")).ToBeVisibleAsync();
    }

    private static ILocator DraftLink(BrowserPerson person, string sql) => person.Page.GetByRole(AriaRole.Link, new() { Name = sql, Exact = true });

    private static async Task IsKeptAsync(BrowserPerson person, string sql)
    {
        await person.OpenAsync("/t/acme/editor");
        await DraftLink(person, sql).ClickAsync();
        await ShowsAsync(person, sql);
    }

    // in a tab of its own, which has kept nothing
    private static async Task IsListedAsync(BrowserPerson person, string sql)
    {
        var second = await person.OpenWindowAsync();
        // the portal saves when it learns that the window is gone, and a page lists what there was when it was opened
        await Wait.UntilAsync("the draft to be listed", async () =>
        {
            await second.OpenAsync("/t/acme/editor");
            await second.Page.Locator(".monaco-editor .view-lines").First.WaitForAsync();
            return await DraftLink(second, sql).CountAsync() > 0;
        });
        await second.Page.CloseAsync();
    }

    // Monaco writes blanks that do not break
    private static Task ShowsAsync(BrowserPerson person, string sql) =>
        person.Page.WaitForFunctionAsync("sql => document.querySelector('.monaco-editor .view-lines')?.textContent.replaceAll('\\u00a0', ' ') === sql", sql);
}
