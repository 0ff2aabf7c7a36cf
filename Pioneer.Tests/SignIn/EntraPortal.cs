using System.Net;
using System.Net.Http.Json;
using Pioneer.Tests.Stories;
using Xunit;

namespace Pioneer.Tests.SignIn;

/// <summary>The real portal over https, configured for Entra with an issuer on loopback, with the tenants acme and globex. No cluster answers: sign-in needs none.</summary>
public sealed class EntraPortal : IAsyncLifetime
{
    private readonly LoopbackCertificate _certificate = new();
    private OidcIssuer? _issuer;
    private PortalProcess? _portal;

    internal OidcIssuer Issuer => _issuer!;

    internal PortalProcess Portal => _portal!;

    internal SignInBrowser NewBrowser() => new(_portal!.Url, _certificate);

    public async ValueTask InitializeAsync()
    {
        var ct = TestContext.Current.CancellationToken;
        _issuer = await OidcIssuer.StartAsync(_certificate.Certificate, ct);
        _portal = await PortalProcess.StartAsync(
            _certificate,
            [
                .. PortalProcess.WithoutPlatform,
                $"--Setup:ApiToken={PortalProcess.ApiToken}",
                "--Authentication:Provider=Entra",
                $"--Authentication:Entra:Instance={_issuer.Instance}",
                $"--Authentication:Entra:TenantId={OidcIssuer.Directory}",
                $"--Authentication:Entra:ClientId={OidcIssuer.ClientId}",
                $"--Authentication:Entra:ClientSecret={OidcIssuer.ClientSecret}",
                "--Authentication:Entra:Mapping:Tenants:0:Value=group-globex-authors",
                "--Authentication:Entra:Mapping:Tenants:0:Slug=globex",
                "--Authentication:Entra:Mapping:Tenants:0:Role=Author",
            ],
            ct);
        foreach (var slug in new[] { "acme", "globex" })
        {
            using var created = await _portal.Api.PostAsJsonAsync("tenants", new { slug, name = slug }, ct);
            Assert.Equal(HttpStatusCode.Accepted, created.StatusCode);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_portal is not null)
        {
            await _portal.DisposeAsync();
        }

        if (_issuer is not null)
        {
            await _issuer.DisposeAsync();
        }

        _certificate.Dispose();
    }
}
