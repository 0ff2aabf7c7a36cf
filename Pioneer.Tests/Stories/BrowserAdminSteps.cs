using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Pioneer.Tests.Stories;

/// <summary>What the platform admin does in the story.</summary>
internal static class BrowserAdminSteps
{
    /// <summary>Step 1: the link makes the first admin, who is signed in and sees the overview.</summary>
    public static async Task MakeFirstAdminAsync(BrowserPerson admin, string setupLink)
    {
        await admin.Page.GotoAsync(setupLink);
        await admin.LooksGoodAsync("setup");
        await admin.MakeFirstAdminAsync(setupLink, "Olga", PortalProcess.AdminEmail, PortalProcess.AdminPassword);
        await Expect(admin.Heading("Overview")).ToBeVisibleAsync();
        await admin.InteractiveAsync();
    }

    /// <summary>Step 2: describe, see the plan, apply, watch, reload in between, in sync with an empty plan.</summary>
    public static async Task CreateTenantAsync(BrowserPerson admin, string slug, string name, bool pictures)
    {
        await PlanTenantAsync(admin, slug, name, pictures);
        await StartsCreatingAsync(admin);
        await admin.Page.ReloadAsync(); // the operation is in the address: a reload goes on where it was
        await admin.InteractiveAsync();
        await Expect(admin.Main.GetByText($"{slug} is in sync")).ToBeVisibleAsync();
        if (pictures)
        {
            await admin.LooksGoodAsync("new-tenant-in-sync");
        }

        await admin.Page.GetByRole(AriaRole.Link, new() { Name = $"To {slug}" }).ClickAsync();
        await Expect(admin.Heading($"{name} {slug}")).ToBeVisibleAsync();
        await admin.Page.GetByRole(AriaRole.Link, new() { NameRegex = new("^Plan") }).ClickAsync();
        await Expect(admin.Main.GetByText("The plan is empty")).ToBeVisibleAsync();
    }

    /// <summary>The wizard's first two pages: describe, see the plan.</summary>
    public static async Task PlanTenantAsync(BrowserPerson admin, string slug, string name, bool pictures)
    {
        await admin.NavigateAsync("Tenants", "Tenants");
        await admin.Page.GetByRole(AriaRole.Link, new() { Name = "New tenant" }).ClickAsync();
        await admin.Page.GetByLabel("Name", new() { Exact = true }).FillAsync(name);
        var typed = admin.Page.GetByLabel("Slug");
        await Expect(typed).ToHaveValueAsync(new Regex("^[a-z-]+$")); // suggested from the name
        await typed.FillAsync(slug);
        await Expect(admin.Page.GetByText($"{slug}.t.payments")).ToBeVisibleAsync();
        await admin.Page.GetByRole(AriaRole.Radio, new() { NameRegex = new("^Dedicated") }).CheckAsync();
        if (pictures)
        {
            await admin.LooksGoodAsync("new-tenant");
        }

        await admin.Button("Show the plan").ClickAsync();
        var plan = admin.Page.GetByRole(AriaRole.Table, new() { Name = "Changes" });
        await Expect(plan).ToContainTextAsync(slug);
        if (pictures)
        {
            await admin.LooksGoodAsync("new-tenant-plan");
        }
    }

    /// <summary>The wizard's last button: from here on a background operation does the work.</summary>
    public static async Task StartsCreatingAsync(BrowserPerson admin)
    {
        await admin.Page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Create and apply") }).ClickAsync();
        await admin.Page.WaitForURLAsync(new Regex("operation="));
    }

    /// <summary>Step 3: ticks in the matrix, one plan, applied to both tenants until nothing is left to do.</summary>
    public static async Task GiveFeedsAsync(BrowserPerson admin, string[] slugs, string[] feeds)
    {
        await admin.NavigateAsync("Ingestion", "Who gets what");
        foreach (var slug in slugs)
        {
            foreach (var feed in feeds)
            {
                await admin.Page.GetByRole(AriaRole.Checkbox, new() { Name = $"{feed} for {slug}" }).ClickAsync();
            }
        }

        await Expect(admin.Page.GetByText($"{slugs.Length * feeds.Length} changes in {slugs.Length} tenants")).ToBeVisibleAsync();
        await admin.LooksGoodAsync("ingestion-matrix");
        await admin.Button("Review plan").ClickAsync();
        var plan = admin.Page.GetByRole(AriaRole.Table, new() { Name = "Changes" });
        foreach (var slug in slugs)
        {
            foreach (var feed in feeds)
            {
                await Expect(plan).ToContainTextAsync($"{slug}.t.{feed}");
            }
        }

        await admin.LooksGoodAsync("ingestion-plan");
        await admin.WatchForAsync(admin.Page.Locator("body"), "plans are being applied");
        await admin.Page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Apply ") }).ClickAsync();
        await admin.HasSeenAsync();
        await EverythingIsDoneAsync(admin, atLeast: 2 * slugs.Length);
        foreach (var slug in slugs)
        {
            await admin.OpenAsync($"/tenants/{slug}/plan");
            await Expect(admin.Main.GetByText("The plan is empty")).ToBeVisibleAsync();
        }

        await admin.OpenAsync("/tenants/acme/topics");
        await Expect(admin.Main.GetByText("acme.t.payments").First).ToBeVisibleAsync();
        await admin.LooksGoodAsync("tenant-topics");
        await admin.OpenAsync("/tenants/acme/quotas");
        await Expect(admin.Page.GetByLabel("Write, MiB/s")).ToHaveAttributeAsync("placeholder", "10 (default)");
        await admin.LooksGoodAsync("tenant-quotas");
        await admin.OpenAsync("/ingestion/connectors");
        await Expect(admin.Main.GetByText("acme.t.payments").First).ToBeVisibleAsync();
        await admin.LooksGoodAsync("connectors");
        await admin.OpenAsync("/ingestion/sources");
        await Expect(admin.Main.GetByText("demo-bank").First).ToBeVisibleAsync();
        await admin.LooksGoodAsync("sources");
        await admin.OpenAsync("/ingestion/feeds");
        await Expect(admin.Main.GetByText("payments").First).ToBeVisibleAsync();
        await admin.LooksGoodAsync("feeds");
    }

    /// <summary>Invites a person to a role; the link is shown once, and the person is no member before it is used.</summary>
    public static async Task<string> InviteAsync(BrowserPerson admin, string slug, string email, string name, string role = "Author")
    {
        await admin.OpenAsync($"/t/{slug}/members");
        await admin.Page.GetByRole(AriaRole.Button, new() { Name = "Invite a member…" }).ClickAsync();
        await admin.Dialog.GetByLabel("E-mail").FillAsync(email);
        await admin.Dialog.GetByLabel("Name").FillAsync(name);
        await admin.Dialog.GetByLabel($"Role in {slug}").SelectOptionAsync(role);
        await admin.IsAccessibleAsync("invite-member");
        await admin.Dialog.GetByRole(AriaRole.Button, new() { Name = "Make the link" }).ClickAsync();
        var link = await admin.Dialog.GetByTestId("one-time-link").Locator("code").InnerTextAsync();
        await admin.LooksGoodAsync("invitation-link");
        await admin.Dialog.GetByRole(AriaRole.Button, new() { Name = "I have handed it over" }).ClickAsync();
        await Expect(admin.Region("Open invitations").GetByText(email)).ToBeVisibleAsync();
        await Expect(admin.Region("Members").GetByText(email)).ToHaveCountAsync(0);
        await admin.LooksGoodAsync("members");
        return link;
    }

    /// <summary>Step 5: a SCRAM credential whose password is shown once; the answer is the password.</summary>
    public static async Task<string> IssueCredentialAsync(BrowserPerson admin, string slug, string name)
    {
        await admin.OpenAsync($"/t/{slug}/delivery");
        await admin.Page.GetByRole(AriaRole.Button, new() { Name = "Issue a credential…" }).ClickAsync();
        await admin.Dialog.GetByLabel("Name").FillAsync(name);
        await admin.Dialog.GetByRole(AriaRole.Button, new() { Name = "Issue", Exact = true }).ClickAsync();
        await Expect(admin.Dialog.GetByText("This is the only time the password is shown")).ToBeVisibleAsync();
        var password = await admin.Dialog.GetByTestId("credential-password").Locator("code").InnerTextAsync();
        await Expect(admin.Dialog.GetByText($"{slug}.{name}").First).ToBeVisibleAsync();
        await admin.LooksGoodAsync("credential-once");
        await admin.Dialog.GetByRole(AriaRole.Button, new() { Name = "I have stored it" }).ClickAsync();
        await Expect(admin.Region("Credentials").GetByText("Usable")).ToBeVisibleAsync();
        await admin.Page.ReloadAsync();
        await admin.InteractiveAsync();
        await Expect(admin.Region("Credentials").GetByText($"{slug}.{name}")).ToBeVisibleAsync();
        await Expect(admin.Page.GetByText(password)).ToHaveCountAsync(0);
        await admin.LooksGoodAsync("delivery");
        return password;
    }

    /// <summary>Step 5: an API token for one tenant, shown once.</summary>
    public static async Task<string> IssueTokenAsync(BrowserPerson admin, string slug, string name)
    {
        await admin.OpenAsync("/settings/tokens");
        await admin.Page.GetByRole(AriaRole.Button, new() { Name = "Issue a token…" }).ClickAsync();
        await admin.Dialog.GetByLabel("Name").FillAsync(name);
        await admin.Dialog.GetByLabel("May", new() { Exact = true }).SelectOptionAsync("Viewer");
        await admin.Dialog.GetByLabel("Tenants").FillAsync(slug);
        await admin.IsAccessibleAsync("issue-token");
        await admin.Dialog.GetByRole(AriaRole.Button, new() { Name = "Issue", Exact = true }).ClickAsync();
        var token = await admin.Dialog.GetByTestId("secret").Locator("code").InnerTextAsync();
        await admin.Dialog.GetByRole(AriaRole.Button, new() { Name = "I have stored it" }).ClickAsync();
        await Expect(Row(admin, name)).ToContainTextAsync($"Viewer in {slug}");
        await Expect(admin.Page.GetByText(token)).ToHaveCountAsync(0);
        await admin.LooksGoodAsync("tokens");
        return token;
    }

    /// <summary>Step 3: a batch feed runs when somebody says so.</summary>
    public static async Task RunBatchAsync(BrowserPerson admin, string connector)
    {
        await admin.OpenAsync("/ingestion/connectors");
        await Row(admin, connector).GetByRole(AriaRole.Button, new() { Name = "Run batch…" }).ClickAsync();
        await admin.IsAccessibleAsync("run-batch");
        await admin.Dialog.GetByRole(AriaRole.Button, new() { Name = "Run batch", Exact = true }).ClickAsync();
        await EverythingIsDoneAsync(admin, atLeast: 1);
    }

    /// <summary>Pauses or resumes a connector and waits until that is done.</summary>
    public static async Task SteersConnectorAsync(BrowserPerson admin, string connector, string verb)
    {
        await admin.OpenAsync("/ingestion/connectors");
        await Row(admin, connector).GetByRole(AriaRole.Button, new() { Name = verb, Exact = true }).ClickAsync();
        await EverythingIsDoneAsync(admin, atLeast: 1);
    }

    /// <summary>The pages that tell what has happened.</summary>
    public static async Task LooksThroughOperationsAsync(BrowserPerson admin)
    {
        await EverythingIsDoneAsync(admin, atLeast: 6);
        await admin.LooksGoodAsync("operations");
        await admin.NavigateAsync("Activity", "Activity");
        await Expect(Row(admin, PortalProcess.AdminEmail).First).ToBeVisibleAsync();
        await admin.LooksGoodAsync("activity");
        await admin.NavigateAsync("Settings", "Users");
        await admin.LooksGoodAsync("users");
        await admin.NavigateAsync("Tenants", "Tenants");
        await Expect(Row(admin, "In sync")).ToHaveCountAsync(2);
        await admin.LooksGoodAsync("tenants");
        await admin.NavigateAsync("Overview", "Overview");
        await Expect(admin.Region("Tenants").GetByText("In sync").First).ToBeVisibleAsync();
        await admin.LooksGoodAsync("overview");
    }

    private static async Task EverythingIsDoneAsync(BrowserPerson admin, int atLeast)
    {
        await admin.NavigateAsync("Operations", "Operations");
        await Expect(admin.Main.GetByRole(AriaRole.Row).Nth(atLeast)).ToBeVisibleAsync(); // the head is a row too
        var unfinished = admin.Main.GetByRole(AriaRole.Row).Filter(new() { HasTextRegex = new("Waiting|Running") });
        try
        {
            await Expect(unfinished).ToHaveCountAsync(0);
        }
        catch (PlaywrightException)
        {
            var shown = await unfinished.AllInnerTextsAsync();
            await admin.Page.ReloadAsync();
            Assert.Fail($"Not over: {string.Join(" / ", shown)}; after a reload: {string.Join(" / ", await unfinished.AllInnerTextsAsync())}");
        }
    }

    private static ILocator Row(BrowserPerson admin, string text) => admin.Main.GetByRole(AriaRole.Row).Filter(new() { HasText = text });
}
