using Microsoft.AspNetCore.DataProtection;
using Pioneer.Portal.Hosting;

namespace Pioneer.Portal.SignIn;

/// <summary>
/// A cookie by which a browser shows that an e-mail has signed in with it before. It lets nobody in; it only keeps strangers' guesses from making the
/// owner wait.
/// </summary>
internal sealed class KnownBrowsers(IDataProtectionProvider protection, PortalAddress address)
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(90);

    private readonly ITimeLimitedDataProtector _protector = protection.CreateProtector("Pioneer.KnownBrowser.v1").ToTimeLimitedDataProtector();

    private string Name => PortalCookie.NameOf("pioneer-known", address);

    /// <summary>The e-mail signed in with this browser.</summary>
    public void Remember(HttpContext http, string email) => http.Response.Cookies.Append(Name, _protector.Protect(Normal(email), Longest), new CookieOptions
    {
        HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = address.IsHttps || http.Request.IsHttps, MaxAge = Longest, Path = "/", IsEssential = true,
    });

    /// <summary>True when the browser shows that the e-mail signed in with it.</summary>
    public bool Knows(HttpContext http, string email)
    {
        try
        {
            return http.Request.Cookies[Name] is { Length: > 0 } cookie && _protector.Unprotect(cookie) == Normal(email);
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return false; // made up or over
        }
    }

    private static string Normal(string email) => email.Trim().ToUpperInvariant();
}
