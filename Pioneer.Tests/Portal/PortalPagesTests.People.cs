using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Pioneer.Tests.Stories;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Pioneer.Tests.Portal;

/// <summary>Open pages follow what happens to the person: rights that are added, taken away, and the end of the session.</summary>
public sealed partial class PortalPagesTests
{
    private const string Password = "a sentence that nobody guesses";

    [Fact]
    public async Task Open_page_takes_a_right_up_and_closes_with_the_last_one()
    {
        var (admin, _) = await SignedInAsync();
        await JoinAsync(admin, "cyd@bank.example", "Viewer");
        var (cyd, _) = await SignedInAsync("cyd@bank.example", Password);
        await cyd.OpenAsync("/t/acme/subscriptions/large-payments");
        await Expect(cyd.NavigationLink("Members")).ToBeVisibleAsync();
        await Expect(cyd.NavigationLink("Editor")).ToHaveCountAsync(0);
        var id = (await MembersAsync()).Single(member => member.GetProperty("email").GetString() == "cyd@bank.example").GetProperty("userId").GetString();

        using var raised = await portal.Api.PutAsJsonAsync($"tenants/acme/members/{id}", new { role = "Author" }, TestContext.Current.CancellationToken);
        Assert.True(raised.IsSuccessStatusCode);
        await Expect(cyd.NavigationLink("Editor")).ToBeVisibleAsync();

        // the page is left by itself, whoever sits before it
        using var removed = await portal.Api.DeleteAsync($"tenants/acme/members/{id}", TestContext.Current.CancellationToken);
        Assert.True(removed.IsSuccessStatusCode);
        await cyd.Page.WaitForURLAsync("**/sign-in?ended=True**");
        await Expect(cyd.Page.GetByText("Your session is over")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Sign_out_in_one_window_closes_the_others()
    {
        var (admin, _) = await SignedInAsync();
        await JoinAsync(admin, "dan@bank.example");
        var (dan, _) = await SignedInAsync("dan@bank.example", Password);
        var other = await dan.OpenWindowAsync();
        await other.OpenAsync("/t/acme/subscriptions/large-payments");

        await dan.Page.GotoAsync("/sign-out");

        await other.Page.WaitForURLAsync("**/sign-in?ended=True**");
    }

    [Fact]
    public async Task Menu_of_the_account_is_closed_by_Escape_and_leads_to_the_account()
    {
        var (person, _) = await SignedInAsync();
        await person.OpenAsync("/");
        var menu = person.Page.Locator(".mud-popover-open");
        var button = person.Page.GetByRole(AriaRole.Banner).GetByRole(AriaRole.Button, new() { NameRegex = new("Platform admin") });
        await button.ClickAsync();
        await Expect(menu.GetByText("Your account")).ToBeVisibleAsync();

        await PressAsync(person, "Escape");

        await Expect(menu).ToHaveCountAsync(0);
        await button.ClickAsync();
        await menu.GetByText("Your account").ClickAsync();
        await Expect(person.Heading($"Your account {PortalProcess.AdminEmail}")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Refused_password_is_told_at_its_field()
    {
        var (admin, _) = await SignedInAsync();
        var link = await BrowserAdminSteps.InviteAsync(admin, "acme", "gil@bank.example", "gil");
        var context = await portal.EnterAsync(new() { BaseURL = portal.Url.ToString() });
        var gil = new BrowserPerson(await context.NewPageAsync());
        var password = gil.Page.GetByLabel("Password");

        await gil.Page.GotoAsync(link);
        await password.FillAsync("password password");
        await gil.Button("Make the account and sign in").ClickAsync();
        await ExpectWrongAsync(password, "The password is among the first that are tried");
        await Expect(password).ToBeFocusedAsync();

        await gil.Page.GotoAsync("/sign-in");
        foreach (var email in new[] { PortalProcess.AdminEmail, "nobody@bank.example" })
        {
            await gil.Page.GetByLabel("E-mail").FillAsync(email);
            await password.FillAsync("wrong");
            await gil.Button("Sign in").ClickAsync();
            await ExpectWrongAsync(password, "E-mail or password is wrong.");
            await Expect(password).ToBeFocusedAsync();
            await Expect(gil.Page.GetByLabel("E-mail")).Not.ToHaveAttributeAsync("aria-invalid", "true");
        }

        await admin.OpenAsync("/t/acme/members");
        await admin.Page.GetByRole(AriaRole.Button, new() { Name = "Invite a member…" }).ClickAsync();
        await admin.Dialog.GetByLabel("E-mail").FillAsync("gil");
        await admin.Dialog.GetByRole(AriaRole.Button, new() { Name = "Make the link" }).ClickAsync();
        await ExpectWrongAsync(admin.Dialog.GetByLabel("E-mail"), "'gil' is not an e-mail address.");
        await Expect(admin.Dialog.GetByRole(AriaRole.Alert)).ToHaveCountAsync(1);

        await admin.OpenAsync("/account");
        await admin.Page.GetByLabel("Present password").FillAsync("wrong");
        await admin.Button("Change password").ClickAsync();
        await ExpectWrongAsync(admin.Page.GetByLabel("Present password"), "The present password is wrong.");
        await admin.Page.GetByLabel("New password again").FillAsync("another");
        await admin.Button("Change password").ClickAsync();
        await ExpectWrongAsync(admin.Page.GetByLabel("New password again"), "The new password was typed in two ways.");
        await Expect(admin.Page.GetByLabel("Present password")).Not.ToHaveAttributeAsync("aria-invalid", "true");
    }

    [Fact]
    public async Task Passkey_is_added_and_signs_in_without_a_password()
    {
        var (admin, _) = await SignedInAsync();
        await JoinAsync(admin, "eva@bank.example");
        var context = await portal.EnterAsync(new() { BaseURL = $"http://localhost:{portal.Url.Port}", ViewportSize = new() { Width = Desk, Height = 900 } });
        var eva = new BrowserPerson(await context.NewPageAsync());
        var devices = await context.NewCDPSessionAsync(eva.Page);
        await devices.SendAsync("WebAuthn.enable");
        await devices.SendAsync("WebAuthn.addVirtualAuthenticator", new Dictionary<string, object>
        {
            ["options"] = new Dictionary<string, object>
            {
                ["protocol"] = "ctap2", ["transport"] = "internal", ["hasResidentKey"] = true, ["hasUserVerification"] = true,
                ["isUserVerified"] = true, ["automaticPresenceSimulation"] = true,
            },
        });
        await eva.SignInAsync("eva@bank.example", Password);
        await eva.OpenAsync("/account");
        await eva.Page.GetByPlaceholder("Name, such as the device").FillAsync("My laptop");
        await eva.Button("Add a passkey").ClickAsync();
        await Expect(eva.Page.GetByText("The passkey is added.")).ToBeVisibleAsync();
        await Expect(eva.Region("Passkeys")).ToContainTextAsync("My laptop");

        await eva.Page.GotoAsync("/sign-out");
        await eva.Button("Sign in with a passkey").ClickAsync();

        await Expect(eva.Heading("Home")).ToBeVisibleAsync();
        await eva.OpenAsync("/account");
        await Expect(eva.Region("Your sessions")).ToContainTextAsync("passkey");
    }

    private static async Task ExpectWrongAsync(ILocator field, string words)
    {
        await Expect(field).ToHaveAttributeAsync("aria-invalid", "true");
        await Expect(field).ToHaveAccessibleDescriptionAsync(new Regex(Regex.Escape(words)));
    }

    private async Task JoinAsync(BrowserPerson admin, string email, string role = "Author")
    {
        var link = await BrowserAdminSteps.InviteAsync(admin, "acme", email, email[..email.IndexOf('@')], role);
        var context = await portal.EnterAsync(new() { BaseURL = portal.Url.ToString() });
        await BrowserAuthorSteps.AcceptsAsync(new BrowserPerson(await context.NewPageAsync()), link, Password);
        await context.CloseAsync();
    }

    private async Task<IEnumerable<JsonElement>> MembersAsync() =>
        (await portal.Api.GetFromJsonAsync<JsonElement>("tenants/acme/members", TestContext.Current.CancellationToken)).EnumerateArray();
}
