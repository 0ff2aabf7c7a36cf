using System.Net;
using System.Net.Http.Headers;
using Pioneer.Tests.Stories;
using Xunit;

namespace Pioneer.Tests.Portal;

/// <summary>The headers of every kind of response that the portal gives.</summary>
[Collection(WholePlatformCollection.Name)]
public sealed class SecurityHeadersTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_kind_of_response_tells_the_browser_what_to_refuse()
    {
        await using var portal = await PortalProcess.StartAsync(Ct, [.. PortalProcess.Unattended, "--demo", "false"]);
        using var browser = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = portal.Url };
        (HttpMethod Method, string Path, HttpStatusCode Status, bool WithToken)[] kinds =
        [
            (HttpMethod.Get, "/sign-in", HttpStatusCode.OK, false),
            (HttpMethod.Get, "/tenants", HttpStatusCode.Redirect, false),
            (HttpMethod.Get, "/css/pioneer.css", HttpStatusCode.OK, false),
            (HttpMethod.Get, "/_framework/blazor.web.js", HttpStatusCode.OK, false),
            (HttpMethod.Get, "/_content/BlazorMonaco/lib/monaco-editor/min/vs/loader.js", HttpStatusCode.OK, false),
            (HttpMethod.Post, "/_blazor/negotiate?negotiateVersion=1", HttpStatusCode.Redirect, false),
            (HttpMethod.Get, "/error", HttpStatusCode.OK, false),
            (HttpMethod.Get, "/health/live", HttpStatusCode.OK, false),
            (HttpMethod.Get, "/metrics", HttpStatusCode.OK, false),
            (HttpMethod.Get, "/api/v1/tenants", HttpStatusCode.Unauthorized, false),
            (HttpMethod.Get, "/api/v1/tenants", HttpStatusCode.OK, true),
            (HttpMethod.Get, "/api/v1/tenants/nobody", HttpStatusCode.NotFound, true),
        ];
        foreach (var (method, path, status, withToken) in kinds)
        {
            using var request = new HttpRequestMessage(method, path);
            request.Headers.Authorization = withToken ? new AuthenticationHeaderValue("Bearer", PortalProcess.ApiToken) : null;
            using var response = await browser.SendAsync(request, Ct);

            Assert.True(response.StatusCode == status, $"{path}: {response.StatusCode}");
            var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
            Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
            Assert.Matches("script-src 'self' 'nonce-[A-Za-z0-9+/=]{20,}';", policy);
            Assert.DoesNotContain("unsafe-eval", policy, StringComparison.Ordinal);
            Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
            Assert.Equal("DENY", Assert.Single(response.Headers.GetValues("X-Frame-Options")));
            Assert.Equal("same-origin", Assert.Single(response.Headers.GetValues("Referrer-Policy")));
            Assert.Contains("camera=()", Assert.Single(response.Headers.GetValues("Permissions-Policy")), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Inline_script_of_a_page_carries_the_nonce_of_its_own_response_and_no_other()
    {
        await using var portal = await PortalProcess.StartAsync(Ct, [.. PortalProcess.Unattended, "--demo", "false"]);
        using var browser = new HttpClient(new SocketsHttpHandler()) { BaseAddress = portal.Url };
        var nonces = new HashSet<string>();
        for (var i = 0; i < 2; i++)
        {
            using var response = await browser.GetAsync("/sign-in", Ct);
            var html = WebUtility.HtmlDecode(await response.Content.ReadAsStringAsync(Ct));
            var nonce = response.Headers.GetValues("Content-Security-Policy").Single().Split("'nonce-")[1].Split('\'')[0];
            Assert.Contains($"nonce=\"{nonce}\"", html, StringComparison.Ordinal);
            Assert.True(nonces.Add(nonce));
        }
    }
}
