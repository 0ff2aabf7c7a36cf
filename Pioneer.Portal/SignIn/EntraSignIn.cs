using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Identity.Web;
using Pioneer.Domain.Persistence;
using Pioneer.Portal.Shell;

namespace Pioneer.Portal.SignIn;

/// <summary>Sign-in with Microsoft Entra ID (or any OpenID Connect issuer) through Microsoft.Identity.Web; section <c>Authentication:Entra</c>.</summary>
public static class EntraSignIn
{
    public static void AddEntraSignIn(this AuthenticationBuilder authentication, IConfiguration configuration)
    {
        authentication.Services.AddOptions<EntraMappingOptions>().Bind(configuration.GetSection("Authentication:Entra:Mapping"));
        authentication.AddMicrosoftIdentityWebApp(
            configuration.GetSection("Authentication:Entra"),
            OpenIdConnectDefaults.AuthenticationScheme,
            IdentityConstants.ApplicationScheme);
        authentication.Services.Configure<AuthenticationOptions>(o => o.DefaultChallengeScheme = OpenIdConnectDefaults.AuthenticationScheme);
        authentication.Services.Configure<OpenIdConnectOptions>(OpenIdConnectDefaults.AuthenticationScheme, o =>
        {
            o.AccessDeniedPath = PortalUrls.AccessDenied;
            var before = o.Events.OnTokenValidated;
            o.Events.OnTokenValidated = async context =>
            {
                await before(context);
                if (context.Principal?.Identity is ClaimsIdentity identity)
                {
                    await MapAsync(identity, context.HttpContext);
                }
            };
        });
    }

    private static async Task MapAsync(ClaimsIdentity identity, HttpContext http)
    {
        var mapping = http.RequestServices.GetRequiredService<Microsoft.Extensions.Options.IOptions<EntraMappingOptions>>().Value;
        var database = http.RequestServices.GetRequiredService<PioneerDbContext>();
        var tenants = await database.Tenants.IgnoreQueryFilters().AsNoTracking().Select(t => new { t.Slug, t.Id }).ToListAsync(http.RequestAborted);
        identity.AddClaims(EntraClaimsMapping.Map(identity, mapping, tenants.ToDictionary(t => t.Slug.Value, t => t.Id)));
    }
}
