using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Microsoft.Identity.Web;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Shell;

namespace Pioneer.Portal.SignIn;

/// <summary>
/// Sign-in with Microsoft Entra ID through Microsoft.Identity.Web: authorization code with PKCE, so that no token passes through the browser. A session
/// lasts as long as the id token and is then renewed by the issuer, so that a role taken away there is gone here within the hour.
/// </summary>
internal static class EntraSignIn
{
    public static void AddEntraSignIn(this AuthenticationBuilder authentication, IConfiguration configuration)
    {
        var section = EntraSettings.Read(configuration);
        var services = authentication.Services;
        services.AddOptions<EntraMappingOptions>().Bind(section.GetSection("Mapping"));
        authentication.AddMicrosoftIdentityWebApp(section, OpenIdConnectDefaults.AuthenticationScheme, IdentityConstants.ApplicationScheme);
        services.Configure<AuthenticationOptions>(o => o.DefaultChallengeScheme = OpenIdConnectDefaults.AuthenticationScheme);
        services.Configure<OpenIdConnectOptions>(OpenIdConnectDefaults.AuthenticationScheme, Configure);
    }

    private static void Configure(OpenIdConnectOptions oidc)
    {
        oidc.ResponseType = OpenIdConnectResponseType.Code;
        oidc.UsePkce = true;
        oidc.UseTokenLifetime = true;
        oidc.AccessDeniedPath = PortalUrls.AccessDenied;
        oidc.SignedOutRedirectUri = PortalUrls.SignIn;
        var before = oidc.Events.OnTokenValidated;
        oidc.Events.OnTokenValidated = async context =>
        {
            await before(context);
            if (context.Principal?.Identity is ClaimsIdentity identity)
            {
                await MapAsync(identity, context.HttpContext);
                await BeginSessionAsync(identity, context.HttpContext, new DateTimeOffset(context.SecurityToken.ValidTo, TimeSpan.Zero));
            }
        };
        oidc.Events.OnRemoteFailure = context =>
        {
            // the cause helps whoever runs the portal, and whoever tries tokens: it goes to the log only
            var reference = System.Diagnostics.Activity.Current?.TraceId.ToString() ?? context.HttpContext.TraceIdentifier;
            var logger = context.HttpContext.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(EntraSignIn));
            SignInLog.RemoteSignInRefused(logger, context.Failure, reference);
            context.Response.Redirect(PortalUrls.With(PortalUrls.SignInFailed, ("reference", reference)));
            context.HandleResponse();
            return Task.CompletedTask;
        };
    }

    // it ends with the token, so that a role taken away at the issuer is gone here within the hour
    private static async Task BeginSessionAsync(ClaimsIdentity identity, HttpContext http, DateTimeOffset until)
    {
        var person = new ClaimsPrincipal(identity);
        var session = await http.RequestServices.GetRequiredService<Sessions>().BeginAsync(
            new NewSession(
                person.FindFirstValue(ClaimTypes.NameIdentifier) ?? "", identity.Name ?? "", DeviceWords.Of(http.Request.Headers.UserAgent), http.Address(),
                "organisation", until),
            http.RequestAborted);
        identity.AddClaim(PioneerClaims.SessionClaim(session));
    }

    private static async Task MapAsync(ClaimsIdentity identity, HttpContext http)
    {
        var mapping = http.RequestServices.GetRequiredService<IOptions<EntraMappingOptions>>().Value;
        var database = http.RequestServices.GetRequiredService<PioneerDbContext>();

        // who the person is decides the tenant scope, so the tenants are read outside of it
        var tenants = await database.Tenants.IgnoreQueryFilters().AsNoTracking().Where(t => t.State != TenantState.Deleted)
            .Select(t => new { t.Slug, t.Id }).ToListAsync(http.RequestAborted);
        identity.AddClaims(EntraClaimsMapping.Map(identity, mapping, tenants.ToDictionary(t => t.Slug.Value, t => t.Id)));
    }
}
