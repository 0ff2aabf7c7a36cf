using System.Net;
using System.Text.RegularExpressions;
using Pioneer.Domain;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.SignIn;
using Pioneer.Tests.Api;
using Pioneer.Tests.Persistence;

namespace Pioneer.Tests.SignIn;

/// <summary>A person at a browser without scripts: keeps cookies, fills the portal's own forms in, follows nothing by itself.</summary>
internal sealed partial class PortalPerson : IDisposable
{
    public const string Password = "a sentence that nobody guesses";

    private readonly HttpClient _http;

    public PortalPerson(Uri portal, CookieContainer? cookies = null)
    {
        Cookies = cookies ?? new CookieContainer();
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = Cookies }) { BaseAddress = portal };
    }

    public CookieContainer Cookies { get; }

    private static CancellationToken Ct => ApiPortal.Token;

    /// <summary>Opens an address; the answer's text is read.</summary>
    public async Task<PersonSees> VisitAsync(string path)
    {
        using var answer = await _http.GetAsync(path, Ct);
        return await SeeAsync(answer);
    }

    /// <summary>Opens a page and submits its form with these fields.</summary>
    public async Task<PersonSees> SubmitAsync(string path, params (string Name, string Value)[] fields)
    {
        var page = await VisitAsync(path);
        // the first of each name: those of the page's own form come before a passkey's
        var all = Hidden().Matches(page.Text).GroupBy(input => input.Groups[1].Value)
            .ToDictionary(input => input.Key, input => WebUtility.HtmlDecode(input.First().Groups[2].Value));
        foreach (var (name, value) in fields)
        {
            all[name] = value;
        }

        using var answer = await _http.PostAsync(path, new FormUrlEncodedContent(all), Ct);
        return await SeeAsync(answer);
    }

    public Task<PersonSees> SignInAsync(string email, string password) => SubmitAsync("/sign-in", ("Input.Email", email), ("Input.Password", password));

    /// <summary>Waits for the end of the session: what the portal knows of one may be a second old.</summary>
    public Task UntilSignedOutAsync() => Wait.UntilAsync(async () => (await VisitAsync("/")).IsSignedOut);

    public void Dispose() => _http.Dispose();

    /// <summary>An account that its owner made by an invitation to the tenant, or to the platform where there is none.</summary>
    public static async Task<string> JoinAsync(ApiPortal portal, string email, string? slug, TenantRole? role, PlatformRole platform = PlatformRole.None)
    {
        var link = (await portal.UseAsync<Invitations, Result<IssuedLink>>(invitations =>
            invitations.InviteAsync(Actors.Admin, new InvitationRequest(slug, email, "Jo", role, platform), Ct))).Value;
        return (await portal.UseAsync<Accounts, Result<string>>(accounts => accounts.JoinAsync(link.Token, "Jo", Password, Ct))).Value;
    }

    private static async Task<PersonSees> SeeAsync(HttpResponseMessage answer) =>
        new(answer.StatusCode, PathOf(answer.Headers.Location), WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Ct)), answer.Headers.RetryAfter?.Delta);

    private static string? PathOf(Uri? location) => location is { IsAbsoluteUri: true } ? location.PathAndQuery : location?.ToString();

    [GeneratedRegex("""<input type="hidden" name="([^"]+)" value="([^"]*)"\s*/?>""")]
    private static partial Regex Hidden();
}

/// <summary>What came of a request.</summary>
internal sealed record PersonSees(HttpStatusCode Status, string? Leads, string Text, TimeSpan? RetryAfter)
{
    public bool IsSignedOut => Status is HttpStatusCode.Redirect && Leads?.Contains("/sign-in", StringComparison.Ordinal) is true;
}
