using System.Net;
using System.Text.RegularExpressions;

namespace Pioneer.Tests.SignIn;

/// <summary>What a browser does in a sign-in: keeps cookies, follows redirects, submits the issuer's form. Trusts one certificate.</summary>
internal sealed partial class SignInBrowser : IDisposable
{
    private const int MaxHops = 12;

    private readonly HttpClient _http;

    public SignInBrowser(Uri portal, LoopbackCertificate trusted)
    {
        var handler = trusted.NewHandler();
        handler.AllowAutoRedirect = false;
        handler.CookieContainer = Cookies;
        _http = new HttpClient(handler) { BaseAddress = portal };
    }

    public CookieContainer Cookies { get; } = new();

    /// <summary>Every address of the last visit, in order.</summary>
    public List<Uri> Trail { get; } = [];

    /// <summary>Opens an address and goes wherever the answers lead.</summary>
    public Task<Page> VisitAsync(string address, CancellationToken ct) =>
        FollowAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(_http.BaseAddress!, address)), ct);

    /// <summary>Submits a form without fields and goes wherever the answers lead.</summary>
    public Task<Page> SubmitAsync(string address, CancellationToken ct) =>
        FollowAsync(new HttpRequestMessage(HttpMethod.Post, new Uri(_http.BaseAddress!, address)), ct);

    public void Dispose() => _http.Dispose();

    private async Task<Page> FollowAsync(HttpRequestMessage request, CancellationToken ct)
    {
        Trail.Clear();
        for (var hop = 0; hop < MaxHops; hop++)
        {
            var at = request.RequestUri!;
            Trail.Add(at);
            using var response = await _http.SendAsync(request, ct);
            var text = await response.Content.ReadAsStringAsync(ct);
            if (response.Headers.Location is { } location)
            {
                request = new HttpRequestMessage(HttpMethod.Get, new Uri(at, location));
            }
            else if (Form().Match(text) is { Success: true } form)
            {
                request = new HttpRequestMessage(HttpMethod.Post, WebUtility.HtmlDecode(form.Groups[1].Value))
                {
                    Content = new FormUrlEncodedContent(Input().Matches(text).ToDictionary(
                        input => input.Groups[1].Value, input => WebUtility.HtmlDecode(input.Groups[2].Value))),
                };
            }
            else
            {
                return new Page(response.StatusCode, at, WebUtility.HtmlDecode(text));
            }
        }

        throw new InvalidOperationException($"The sign-in goes round in circles: {string.Join(" -> ", Trail)}");
    }

    [GeneratedRegex("""<form method="post" action="(https[^"]+)">""")]
    private static partial Regex Form();

    [GeneratedRegex("""<input type="hidden" name="([^"]+)" value="([^"]*)">""")]
    private static partial Regex Input();

    /// <summary>Where a visit ended.</summary>
    internal sealed record Page(HttpStatusCode Status, Uri Address, string Text);
}
