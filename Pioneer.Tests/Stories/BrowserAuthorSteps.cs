using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Pioneer.Tests.Stories;

/// <summary>What the author of one tenant does in the story.</summary>
internal static class BrowserAuthorSteps
{
    private const string LargePayments = "SELECT ID, COUNTERPARTY, AMOUNT, CURRENCY FROM PAYMENTS WHERE AMOUNT > 1000 EMIT CHANGES;";

    /// <summary>Step 4: the invitation makes the account, with a password that only its owner knows; the link is nothing afterwards.</summary>
    public static async Task AcceptsAsync(BrowserPerson author, string link, string password)
    {
        await author.Page.GotoAsync(link);
        await author.LooksGoodAsync("join");
        await author.Page.GetByLabel("Password").FillAsync("password1234");
        await author.Button("Make the account and sign in").ClickAsync();
        await Expect(author.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("among the first that are tried");
        await author.Page.GetByLabel("Password").FillAsync(password);
        await author.Button("Make the account and sign in").ClickAsync();
        await author.InteractiveAsync();
        await Expect(author.Heading("Home")).ToBeVisibleAsync();
        await author.Page.GotoAsync(link);
        await Expect(author.Heading("This link is over")).ToBeVisibleAsync();
        await author.Page.GotoAsync("/sign-out");
    }

    /// <summary>Step 4: signed in, the person's own tenant is there and no other, wherever one looks.</summary>
    public static async Task SeesOnlyAsync(BrowserPerson author, string email, string password, string own, string other)
    {
        await author.SignInAsync(email, password);
        var navigation = author.Page.GetByRole(AriaRole.Navigation, new() { Name = "Main" });
        await Expect(navigation.GetByRole(AriaRole.Link, new() { Name = "Editor" })).ToHaveAttributeAsync("href", $"/t/{own}/editor");
        await Expect(navigation.GetByRole(AriaRole.Link, new() { Name = "Tenants" })).ToHaveCountAsync(0);
        await Expect(author.Page.GetByText(other)).ToHaveCountAsync(0);
        foreach (var foreign in new[] { $"/tenants/{other}", $"/t/{other}/editor", $"/t/{other}/delivery", "/tenants" })
        {
            await author.OpenAsync(foreign);
            await Expect(author.Heading("Not for your role").Or(author.Heading("Nothing here"))).ToBeVisibleAsync();
        }

        await author.LooksGoodAsync("not-for-your-role");
        await author.OpenAsync("/");
        await Expect(author.Heading("Home")).ToBeVisibleAsync();
        await author.LooksGoodAsync("home");
    }

    /// <summary>Step 4: completion, marks as one types, preview with Ctrl+Enter, deployment.</summary>
    public static async Task WritesAndDeploysAsync(BrowserPerson author)
    {
        await author.OpenAsync("/t/acme/editor");
        await Expect(author.Page.Locator(".monaco-editor .view-lines").First).ToBeVisibleAsync();

        await TypeAsync(author, "SELECT * FROM ");
        await author.Page.Keyboard.PressAsync("Control+Space");
        var suggestions = author.Page.Locator(".suggest-widget");
        await Expect(suggestions.GetByText("PAYMENTS").First).ToBeVisibleAsync();
        await Expect(suggestions.GetByText("BALANCES").First).ToBeVisibleAsync();
        await Expect(suggestions.GetByText(new Regex("globex", RegexOptions.IgnoreCase))).ToHaveCountAsync(0);
        await author.TakeAsync("editor-completion");
        await author.Page.Keyboard.PressAsync("Escape");

        await TypeAsync(author, "SELECT AMOUT FROM PAYMENTS EMIT CHANGES;");
        await HasProblemAsync(author, new Regex("AMOUT"));
        await Expect(author.Page.Locator(".squiggly-error").First).ToBeAttachedAsync();
        await author.LooksGoodAsync("editor-problem");
        await TypeAsync(author, "SELECT * FROM GLOBEX__PAYMENTS EMIT CHANGES;");
        await HasProblemAsync(author, new Regex("Unknown stream or table: GLOBEX__PAYMENTS does not exist"));

        await TypeAsync(author, LargePayments);
        await Expect(author.Button("Deploy…")).ToBeEnabledAsync();
        await author.Page.Keyboard.PressAsync("Control+Enter");
        var rows = author.Page.GetByRole(AriaRole.Table, new() { Name = "Preview rows" });
        await Expect(rows.GetByRole(AriaRole.Row).Nth(3)).ToBeVisibleAsync();
        await author.LooksGoodAsync("editor");
        await author.Page.GetByRole(AriaRole.Button, new() { Name = "Stop", Exact = true }).ClickAsync();
        await Expect(author.Page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Preview") })).ToBeVisibleAsync();

        await DeployAsync(author, "large-payments", "Payments that a person should look at");
    }

    /// <summary>Writes a query into an editor of its own and deploys it.</summary>
    public static async Task DeploysAsync(BrowserPerson author, string sql, string name, string description)
    {
        await author.OpenAsync("/t/acme/editor");
        await TypeAsync(author, sql);
        await Expect(author.Button("Deploy…")).ToBeEnabledAsync();
        await DeployAsync(author, name, description);
        await Expect(author.Main.GetByText("Running").First).ToBeVisibleAsync();
    }

    /// <summary>Step 5: the live tail shows results as they land, each above 1000.</summary>
    public static async Task FollowsDeliveryAsync(BrowserPerson author, string subscription)
    {
        await Expect(author.Main.GetByText("Running").First).ToBeVisibleAsync();
        var records = author.Region("Records");
        await Expect(records.GetByRole(AriaRole.Row).Nth(3)).ToBeVisibleAsync();
        await Expect(records).ToContainTextAsync("AMOUNT");
        await author.LooksGoodAsync("subscription");
        await author.NavigateAsync("Subscriptions", "Subscriptions");
        await Expect(author.Main.GetByRole(AriaRole.Link, new() { Name = subscription })).ToBeVisibleAsync();
        await author.LooksGoodAsync("subscriptions");
    }

    private static async Task DeployAsync(BrowserPerson author, string name, string description)
    {
        await author.Button("Deploy…").ClickAsync();
        await author.Dialog.GetByLabel("Name").FillAsync(name);
        await author.Dialog.GetByLabel("What is it for?").FillAsync(description);
        await author.Dialog.GetByRole(AriaRole.Button, new() { Name = "Show the plan" }).ClickAsync();
        await Expect(author.Dialog.GetByRole(AriaRole.Table, new() { Name = "Plan" })).ToContainTextAsync($"acme.d.{name}");
        await author.LooksGoodAsync("deploy");
        await author.Dialog.GetByRole(AriaRole.Button, new() { Name = "Deploy", Exact = true }).ClickAsync();
        await Expect(author.Heading($"{name} v1")).ToBeVisibleAsync();
    }

    private static async Task TypeAsync(BrowserPerson author, string sql)
    {
        await author.Page.Locator(".monaco-editor .view-lines").First.ClickAsync();
        await author.Page.Keyboard.PressAsync("Control+A");
        await author.Page.Keyboard.InsertTextAsync(sql);
    }

    private static async Task HasProblemAsync(BrowserPerson author, Regex message)
    {
        await author.Page.GetByRole(AriaRole.Tab, new() { NameRegex = new("^Problems") }).ClickAsync();
        await Expect(author.Page.GetByRole(AriaRole.Table, new() { Name = "Problems" })).ToContainTextAsync(message);
    }
}
