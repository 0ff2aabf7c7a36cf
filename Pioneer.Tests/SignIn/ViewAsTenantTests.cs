using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace Pioneer.Tests.SignIn;

/// <summary>A platform person looks at one tenant as its viewers do: nothing else is seen, nothing changed, the banner says so and the audit log knows.</summary>
public sealed class ViewAsTenantTests(EntraPortal portal) : IClassFixture<EntraPortal>
{
    private const string Banner = "You see <b>acme</b> as its viewers do";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Pioneer.PlatformAdmin")]
    [InlineData("Pioneer.Operator")]
    public async Task View_shows_what_a_viewer_sees_until_it_is_stopped(string role)
    {
        using var browser = await SignedInAsync("vera", role);
        Assert.Contains("View as tenant", (await browser.VisitAsync("/tenants/acme", Token)).Text, StringComparison.Ordinal);
        var begun = await AuditedAsync("ViewAsBegun");
        var ended = await AuditedAsync("ViewAsEnded");

        var home = await browser.SubmitAsync("/view-as/acme", Token);

        Assert.Contains(Banner, home.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("globex", home.Text, StringComparison.Ordinal);
        Assert.Contains(Banner, (await browser.VisitAsync("/t/acme/subscriptions", Token)).Text, StringComparison.Ordinal);
        foreach (var address in new[] { "/t/acme/editor", "/tenants/globex", "/t/globex/delivery", "/settings/users", "/operations/hangfire" })
        {
            Assert.True(await IsRefusedAsync(browser, address), address);
        }

        Assert.DoesNotContain("View as tenant", (await browser.VisitAsync("/tenants/acme", Token)).Text.Replace("aria-label=\"View as tenant\"", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.SubmitAsync("/view-as/globex", Token)).Status);
        Assert.Equal((begun + 1, ended), (await AuditedAsync("ViewAsBegun"), await AuditedAsync("ViewAsEnded")));

        await browser.SubmitAsync("/stop-viewing", Token);

        var after = await browser.VisitAsync("/tenants/globex", Token);
        Assert.DoesNotContain("as its viewers do", after.Text, StringComparison.Ordinal);
        Assert.False(await IsRefusedAsync(browser, "/tenants/globex"));
        Assert.Equal((begun + 1, ended + 1), (await AuditedAsync("ViewAsBegun"), await AuditedAsync("ViewAsEnded")));
    }

    [Fact]
    public async Task Member_of_a_tenant_cannot_view_another()
    {
        using var browser = await SignedInAsync("otto", "Tenant.globex.Admin");

        Assert.Equal(HttpStatusCode.Forbidden, (await browser.SubmitAsync("/view-as/acme", Token)).Status);

        Assert.DoesNotContain(browser.Cookies.GetAllCookies(), cookie => cookie.Name == "__Host-pioneer-view-as");
    }

    [Fact]
    public async Task Cookie_of_one_person_is_nothing_to_another_and_a_made_up_one_to_nobody()
    {
        using var vera = await SignedInAsync("vera", "Pioneer.PlatformAdmin");
        await vera.SubmitAsync("/view-as/acme", Token);
        var cookie = vera.Cookies.GetAllCookies().Single(candidate => candidate.Name == "__Host-pioneer-view-as");
        Assert.True(cookie is { HttpOnly: true, Secure: true });
        using var ada = await SignedInAsync("ada", "Pioneer.PlatformAdmin");

        foreach (var value in new[] { cookie.Value, "made-up" })
        {
            ada.Cookies.Add(portal.Portal.Url, new Cookie("__Host-pioneer-view-as", value) { Secure = true });
            Assert.DoesNotContain(Banner, (await ada.VisitAsync("/tenants/globex", Token)).Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Sign_out_ends_the_view()
    {
        using var browser = await SignedInAsync("vera", "Pioneer.PlatformAdmin");
        await browser.SubmitAsync("/view-as/acme", Token);

        await browser.VisitAsync("/sign-out", Token);

        Assert.DoesNotContain(browser.Cookies.GetAllCookies(), cookie => cookie.Name is "__Host-pioneer-view-as" or "__Host-pioneer");
    }

    [Fact]
    public async Task Tenant_that_there_is_not_cannot_be_viewed()
    {
        using var browser = await SignedInAsync("vera", "Pioneer.PlatformAdmin");

        Assert.Equal(HttpStatusCode.NotFound, (await browser.SubmitAsync("/view-as/nobody", Token)).Status);
    }

    private async Task<SignInBrowser> SignedInAsync(string name, string role)
    {
        portal.Issuer.Person = OidcPerson.With(name, role);
        var browser = portal.NewBrowser();
        Assert.Equal(HttpStatusCode.OK, (await browser.VisitAsync("/", Token)).Status);
        return browser;
    }

    private async Task<int> AuditedAsync(string action) => (await portal.Portal.Api.GetFromJsonAsync<JsonElement>($"audit?action={action}&tenant=acme", Token))
        .GetProperty("total").GetInt32();

    private static async Task<bool> IsRefusedAsync(SignInBrowser browser, string address)
    {
        var page = await browser.VisitAsync(address, Token);
        return page.Status is HttpStatusCode.Forbidden or HttpStatusCode.NotFound || page.Text.Contains("Your role does not include this page", StringComparison.Ordinal);
    }
}
