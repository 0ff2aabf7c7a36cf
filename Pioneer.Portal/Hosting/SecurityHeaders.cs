using System.Security.Cryptography;

namespace Pioneer.Portal.Hosting;

/// <summary>
/// What browsers are told to refuse, on every response. Scripts run from this origin or with the response's nonce, and never from text.
/// Styles may be inline: MudBlazor and Monaco write style elements and attributes while they run, where a nonce cannot reach them.
/// </summary>
public static class SecurityHeaders
{
    private const int NonceBytes = 16;
    private static readonly object NonceKey = new();

    private const string Permissions =
        "accelerometer=(), autoplay=(), camera=(), display-capture=(), fullscreen=(), geolocation=(), gyroscope=(), magnetometer=(), "
        + "microphone=(), midi=(), payment=(), publickey-credentials-get=(self), publickey-credentials-create=(self), screen-wake-lock=(), usb=(), xr-spatial-tracking=()";

    /// <summary>First in the pipeline behind the fault handler, so that what that answers carries them too.</summary>
    public static void UseSecurityHeaders(this WebApplication app) => app.Use(AddAsync);

    /// <summary>Lets one inline script of this response run. A new one for each request.</summary>
    public static string ScriptNonce(this HttpContext http)
    {
        if (http.Items[NonceKey] is not string nonce)
        {
            http.Items[NonceKey] = nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(NonceBytes));
        }

        return nonce;
    }

    private static Task AddAsync(HttpContext http, RequestDelegate next)
    {
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = Policy(http.ScriptNonce());
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY"; // what frame-ancestors says, for those who read only this
        headers["Referrer-Policy"] = "same-origin";
        headers["Permissions-Policy"] = Permissions;
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        return next(http);
    }

    // data: is for the pictures inside the style sheets of MudBlazor and Monaco; the circuit's WebSocket is 'self' too
    private static string Policy(string nonce) =>
        $"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
        + "connect-src 'self'; worker-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";
}
