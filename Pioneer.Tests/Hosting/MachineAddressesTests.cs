using System.Net;
using Pioneer.Tests.Api;
using Pioneer.Tests.Stories;
using Xunit;

namespace Pioneer.Tests.Hosting;

/// <summary>A portal behind a proxy: who is believed about the sender, who reads the addresses for machines, and where clear text leads.</summary>
public sealed class MachineAddressesTests : IAsyncLifetime
{
    private readonly ApiPortal _portal = new(["--Api:Burst=100000", "--Portal:Url=https://pioneer.bank.example", "--Portal:Proxies=127.0.0.1"]);

    public ValueTask InitializeAsync() => _portal.InitializeAsync();

    public ValueTask DisposeAsync() => _portal.DisposeAsync();

    [Fact]
    public async Task Metrics_and_the_description_of_the_api_are_not_for_everybody_who_comes_by_the_proxy()
    {
        using var client = _portal.NewClient(null);
        foreach (var path in new[] { "/metrics", "/openapi/v1.json" })
        {
            Assert.Equal(HttpStatusCode.OK, (await AskAsync(client, path)).StatusCode);
            Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(client, path, ("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "https"))).StatusCode);
            var admitted = await AskAsync(
                client, path, ("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "https"), ("Authorization", $"Bearer {PortalProcess.ApiToken}"));
            Assert.Equal(HttpStatusCode.OK, admitted.StatusCode);
        }
    }

    [Fact]
    public async Task Clear_text_is_led_to_the_public_address_and_a_foreign_host_is_refused()
    {
        using var client = _portal.NewClient(null);

        using var led = await AskAsync(client, "/tenants?q=a%20b", ("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "http"));
        Assert.Equal((HttpStatusCode.Found, "https://pioneer.bank.example/tenants?q=a%20b"), (led.StatusCode, led.Headers.Location?.AbsoluteUri));

        using var probe = await AskAsync(client, "/health/live", ("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "http"));
        Assert.Equal(HttpStatusCode.OK, probe.StatusCode);

        using var asked = await AskAsync(
            client, "/tenants", ("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "https"), ("Host", "pioneer.bank.example"));
        Assert.StartsWith("https://pioneer.bank.example/sign-in", asked.Headers.Location?.AbsoluteUri, StringComparison.Ordinal);
        Assert.Contains("max-age=31536000", Assert.Single(asked.Headers.GetValues("Strict-Transport-Security")), StringComparison.Ordinal);

        using var foreign = await AskAsync(client, "/tenants", ("Host", "evil.example"));
        Assert.Equal(HttpStatusCode.BadRequest, foreign.StatusCode);
    }

    private static Task<HttpResponseMessage> AskAsync(HttpClient client, string path, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return client.SendAsync(request, ApiPortal.Token);
    }
}
