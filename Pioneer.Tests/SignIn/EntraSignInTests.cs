using System.Net;
using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;
using Xunit;

namespace Pioneer.Tests.SignIn;

/// <summary>Sign-in through Microsoft.Identity.Web against a real issuer: code flow with PKCE, roles into rights, refusals, sign-out.</summary>
public sealed class EntraSignInTests(EntraPortal portal) : IClassFixture<EntraPortal>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Platform_admin_role_signs_in_and_reaches_the_admin_pages()
    {
        using var browser = portal.NewBrowser();
        portal.Issuer.Person = OidcPerson.With("ada", "Pioneer.PlatformAdmin");

        var page = await browser.VisitAsync("/settings/users?q=x", Token);

        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Equal("/settings/users?q=x", page.Address.PathAndQuery);
        Assert.Contains("ada@bank.example", page.Text, StringComparison.Ordinal);
        Assert.Contains(browser.Trail, hop => hop.AbsolutePath == "/signin-oidc");
        Assert.Equal(HttpStatusCode.OK, (await browser.VisitAsync("/operations/hangfire", Token)).Status);
    }

    [Theory]
    [InlineData("Tenant.acme.Author", "", "acme", "globex")]
    [InlineData("", "group-globex-authors", "globex", "acme")]
    public async Task Author_of_one_tenant_reaches_that_tenant_only(string role, string group, string own, string other)
    {
        using var browser = portal.NewBrowser();
        portal.Issuer.Person = new OidcPerson("oid-otto", "otto@bank.example", role.Length > 0 ? [role] : [], group.Length > 0 ? [group] : []);

        Assert.Contains("otto@bank.example", (await browser.VisitAsync($"/t/{own}/editor", Token)).Text, StringComparison.Ordinal);

        Assert.DoesNotContain("Your role does not include this page", (await browser.VisitAsync($"/t/{own}/editor", Token)).Text, StringComparison.Ordinal);
        Assert.True(await IsRefusedAsync(browser, $"/t/{other}/editor"));
        Assert.True(await IsRefusedAsync(browser, "/operations/hangfire"));
        Assert.True(await IsRefusedAsync(browser, "/settings/users"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Tenant.nobody.Admin")]
    [InlineData("Pioneer.Emperor")]
    public async Task Person_without_a_role_is_told_who_gives_roles(string role)
    {
        using var browser = portal.NewBrowser();
        portal.Issuer.Person = OidcPerson.With("nina", role.Length > 0 ? [role] : []);

        var page = await browser.VisitAsync("/", Token);

        Assert.Equal(HttpStatusCode.Forbidden, page.Status);
        Assert.Contains("nina@bank.example", page.Text, StringComparison.Ordinal);
        Assert.Contains("no role", page.Text, StringComparison.Ordinal);
        Assert.Contains("Tenant.<tenant>.Author", page.Text, StringComparison.Ordinal);
        Assert.Contains("/sign-out", page.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("issuer")]
    [InlineData("audience")]
    [InlineData("expired")]
    [InlineData("nonce")]
    [InlineData("signature")]
    public async Task Token_that_is_not_right_is_refused(string wrong)
    {
        using var browser = portal.NewBrowser();
        portal.Issuer.Person = OidcPerson.With("mallory", "Pioneer.PlatformAdmin");
        using var strange = RSA.Create(2048);
        portal.Issuer.Forge = token =>
        {
            switch (wrong)
            {
                case "issuer": token.Issuer = token.Issuer.Replace(OidcIssuer.Directory, Guid.Empty.ToString(), StringComparison.Ordinal); break;
                case "audience": token.Audience = "another-application"; break;
                case "expired": (token.NotBefore, token.Expires) = (token.NotBefore.AddDays(-1), token.Expires.AddDays(-1)); break;
                case "nonce": token.Nonce = "of-another-sign-in"; break;
                default: token.Key = new RsaSecurityKey(strange.ExportParameters(true)) { KeyId = "key-1" }; break;
            }
        };
        try
        {
            var page = await browser.VisitAsync("/", Token);

            Assert.Equal(HttpStatusCode.Unauthorized, page.Status);
            Assert.Equal("/sign-in/failed", page.Address.AbsolutePath);
            Assert.Contains("Try again", page.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("IDX", page.Text, StringComparison.Ordinal);
            Assert.DoesNotContain(browser.Cookies.GetAllCookies(), cookie => cookie.Name == "__Host-pioneer");
        }
        finally
        {
            portal.Issuer.Forge = null;
        }
    }

    [Fact]
    public async Task Answer_that_this_browser_did_not_ask_for_is_refused()
    {
        using var browser = portal.NewBrowser();

        var page = await browser.VisitAsync("/signin-oidc?code=stolen&state=made-up", Token);

        Assert.Equal("/sign-in/failed", page.Address.AbsolutePath);
    }

    [Fact]
    public async Task Sign_out_ends_the_session_here_and_at_the_issuer()
    {
        using var browser = portal.NewBrowser();
        portal.Issuer.Person = OidcPerson.With("ada", "Pioneer.PlatformAdmin");
        await browser.VisitAsync("/settings/users", Token);
        var before = portal.Issuer.SignOuts;

        var page = await browser.VisitAsync("/sign-out", Token);

        Assert.Equal(before + 1, portal.Issuer.SignOuts);
        Assert.Equal("/sign-in", page.Address.AbsolutePath);
        Assert.DoesNotContain("""type="password" """.Trim(), page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(browser.Cookies.GetAllCookies(), cookie => cookie.Name == "__Host-pioneer");
    }

    [Fact]
    public async Task Sign_in_page_leads_to_the_issuer_and_back_to_this_portal_only()
    {
        using var browser = portal.NewBrowser();
        portal.Issuer.Person = OidcPerson.With("ada", "Pioneer.PlatformAdmin");

        var page = await browser.VisitAsync("/sign-in/organisation?ReturnUrl=https://evil.example/", Token);

        Assert.Equal(portal.Portal.Url.Authority, page.Address.Authority);
        Assert.Equal("/", page.Address.AbsolutePath);
        Assert.Contains("/sign-in/organisation", (await portal.NewBrowser().VisitAsync("/sign-in", Token)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Portal_that_entra_signs_people_in_for_offers_no_local_admin() => Assert.Null(portal.Portal.SetupLink);

    private static async Task<bool> IsRefusedAsync(SignInBrowser browser, string address)
    {
        var page = await browser.VisitAsync(address, Token);
        return page.Status is HttpStatusCode.Forbidden or HttpStatusCode.NotFound || page.Text.Contains("Your role does not include this page", StringComparison.Ordinal);
    }
}
