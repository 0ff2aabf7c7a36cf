using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Pioneer.Tests.SignIn;

/// <summary>Who signs in at the issuer, with the claims that Entra would put into the id token.</summary>
internal sealed record OidcPerson(string ObjectId, string Username, string[] Roles, string[] Groups)
{
    public static OidcPerson With(string name, params string[] roles) => new($"oid-{name}", $"{name}@bank.example", roles, []);
}

/// <summary>
/// An OpenID Connect issuer on loopback with the addresses, claims and checks of Microsoft Entra ID v2.0: discovery, keys, authorize (code, S256 PKCE,
/// nonce, form_post), token (secret, one-time code, verifier) and logout. What is not a proper request gets an error, as it would there.
/// </summary>
internal sealed class OidcIssuer : IAsyncDisposable
{
    public const string Directory = "7d1f2f4c-6f5e-4b1e-9d57-3f6c0e0a1b2c";
    public const string ClientId = "3a0c1a52-7b8e-4f0e-8f0a-5b2f4d6c7e89";
    public const string ClientSecret = "s3cret~of~the~portal";

    private readonly WebApplication _app;
    private readonly RsaSecurityKey _key = new(RSA.Create(2048)) { KeyId = "key-1" };
    private readonly ConcurrentDictionary<string, Grant> _grants = new();

    private OidcIssuer(WebApplication app) => _app = app;

    /// <summary>Who is at the keyboard.</summary>
    public OidcPerson Person { get; set; } = OidcPerson.With("nobody");

    /// <summary>What a forger does to the token before it is signed, or to its signature; null for honest tokens.</summary>
    public Action<Token>? Forge { get; set; }

    /// <summary>Sign-outs that reached the issuer.</summary>
    public int SignOuts { get; private set; }

    public Uri Instance { get; private set; } = new("https://127.0.0.1");

    public string Issuer => $"{Instance}{Directory}/v2.0";

    public static async Task<OidcIssuer> StartAsync(X509Certificate2 certificate, CancellationToken ct)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        builder.WebHost.UseKestrelHttpsConfiguration();
        var issuer = new OidcIssuer(builder.Build());
        issuer.Map();
        await issuer._app.StartAsync(ct);
        issuer.Instance = new Uri(issuer._app.Urls.Single() + "/");
        return issuer;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private void Map()
    {
        _app.MapGet($"/{Directory}/v2.0/.well-known/openid-configuration", () => Results.Json(new Dictionary<string, object>
        {
            ["issuer"] = Issuer,
            ["authorization_endpoint"] = $"{Instance}{Directory}/oauth2/v2.0/authorize",
            ["token_endpoint"] = $"{Instance}{Directory}/oauth2/v2.0/token",
            ["end_session_endpoint"] = $"{Instance}{Directory}/oauth2/v2.0/logout",
            ["jwks_uri"] = $"{Instance}{Directory}/discovery/v2.0/keys",
            ["response_types_supported"] = new[] { "code", "id_token" },
            ["response_modes_supported"] = new[] { "query", "form_post" },
            ["subject_types_supported"] = new[] { "pairwise" },
            ["id_token_signing_alg_values_supported"] = new[] { "RS256" },
        }));
        _app.MapGet($"/{Directory}/discovery/v2.0/keys", Keys);
        _app.MapGet($"/{Directory}/oauth2/v2.0/authorize", Authorize);
        _app.MapPost($"/{Directory}/oauth2/v2.0/token", ExchangeAsync);
        _app.MapGet($"/{Directory}/oauth2/v2.0/logout", (HttpRequest request) =>
        {
            SignOuts++;
            return Results.Redirect(request.Query["post_logout_redirect_uri"].ToString() + QueryOf(("state", request.Query["state"].ToString())));
        });
    }

    private IResult Keys()
    {
        var rsa = _key.Rsa.ExportParameters(includePrivateParameters: false);
        var jwk = new { kty = "RSA", use = "sig", alg = "RS256", kid = _key.KeyId, n = Base64UrlEncoder.Encode(rsa.Modulus), e = Base64UrlEncoder.Encode(rsa.Exponent) };
        return Results.Json(new { keys = new[] { jwk } });
    }

    private IResult Authorize(HttpRequest request)
    {
        var query = request.Query;
        if (query["client_id"] != ClientId || query["response_type"] != "code" || query["response_mode"] != "form_post"
            || query["code_challenge_method"] != "S256" || query["nonce"].Count == 0 || query["state"].Count == 0
            || !query["scope"].ToString().Split(' ').Contains("openid"))
        {
            return Results.BadRequest($"not a request of the code flow with PKCE: {request.QueryString}");
        }

        var code = WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(32));
        _grants[code] = new Grant(Person, query["nonce"]!, query["code_challenge"]!, query["redirect_uri"]!);
        var html = HtmlEncoder.Default;
        return Results.Content(
            $"""
            <form method="post" action="{html.Encode(query["redirect_uri"]!)}">
            <input type="hidden" name="code" value="{code}"><input type="hidden" name="state" value="{html.Encode(query["state"]!)}">
            </form>
            """,
            "text/html");
    }

    private async Task<IResult> ExchangeAsync(HttpRequest request)
    {
        var form = await request.ReadFormAsync();
        var verifier = WebEncoders.Base64UrlEncode(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString())));
        if (form["grant_type"] != "authorization_code" || form["client_id"] != ClientId || form["client_secret"] != ClientSecret
            || !_grants.TryRemove(form["code"].ToString(), out var grant) || grant.Challenge != verifier || grant.RedirectUri != form["redirect_uri"])
        {
            return Results.Json(new { error = "invalid_grant" }, statusCode: StatusCodes.Status400BadRequest);
        }

        return Results.Json(new { token_type = "Bearer", expires_in = 3600, access_token = "opaque", id_token = Sign(grant) });
    }

    private string Sign(Grant grant)
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        var token = new Token { Issuer = Issuer, Audience = ClientId, NotBefore = now.AddMinutes(-5), Expires = now.AddHours(1), Nonce = grant.Nonce };
        Forge?.Invoke(token);
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = token.Issuer,
            Audience = token.Audience,
            NotBefore = token.NotBefore,
            IssuedAt = token.NotBefore,
            Expires = token.Expires,
            SigningCredentials = new SigningCredentials(token.Key ?? _key, SecurityAlgorithms.RsaSha256),
            Claims = new Dictionary<string, object>
            {
                ["sub"] = $"pairwise-{grant.Person.ObjectId}",
                ["oid"] = grant.Person.ObjectId,
                ["tid"] = Directory,
                ["ver"] = "2.0",
                ["preferred_username"] = grant.Person.Username,
                ["name"] = grant.Person.Username,
                ["nonce"] = token.Nonce,
                ["roles"] = grant.Person.Roles,
                ["groups"] = grant.Person.Groups,
            },
        });
    }

    private static string QueryOf(params (string Name, string Value)[] parameters) =>
        QueryString.Create(parameters.Where(p => p.Value.Length > 0).Select(p => new KeyValuePair<string, string?>(p.Name, p.Value))).ToString();

    private sealed record Grant(OidcPerson Person, string Nonce, string Challenge, string RedirectUri);

    /// <summary>What a forger can change.</summary>
    internal sealed class Token
    {
        public required string Issuer { get; set; }

        public required string Audience { get; set; }

        public required DateTime NotBefore { get; set; }

        public required DateTime Expires { get; set; }

        public required string Nonce { get; set; }

        /// <summary>Signs with another key of the same name.</summary>
        public RsaSecurityKey? Key { get; set; }
    }
}
