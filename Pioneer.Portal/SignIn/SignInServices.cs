using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.Identity;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Shell;

namespace Pioneer.Portal.SignIn;

/// <summary>Accounts, cookies, policies. <c>Authentication:Provider</c> chooses between Local (default) and Entra.</summary>
public static class SignInServices
{
    public static void AddPortalSignIn(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddHttpContextAccessor();
        services.AddCascadingAuthenticationState();
        services.AddAuthorization(Policies.AddPioneerPolicies);
        services.AddScoped<IAuthorizationHandler, TenantRequirementHandler>();
        services.AddScoped<CurrentActor>();
        services.AddScoped<CircuitHandler, CurrentActorCircuitHandler>();
        services.AddScoped<FirstAdmin>();
        services.AddIdentityCore<PioneerUser>(ConfigureIdentity)
            .AddEntityFrameworkStores<PioneerDbContext>()
            .AddClaimsPrincipalFactory<PioneerPrincipalFactory>()
            .AddSignInManager()
            .AddDefaultTokenProviders();
        services.Configure<SecurityStampValidatorOptions>(o => o.ValidationInterval = TimeSpan.FromMinutes(1));

        var authentication = services.AddAuthentication(o =>
        {
            o.DefaultScheme = IdentityConstants.ApplicationScheme;
            o.DefaultSignInScheme = IdentityConstants.ExternalScheme;
        });
        if (string.Equals(builder.Configuration["Authentication:Provider"], "Entra", StringComparison.OrdinalIgnoreCase))
        {
            authentication.AddEntraSignIn(builder.Configuration);
            return;
        }

        services.AddScoped<AuthenticationStateProvider, RevalidatingSignIn>();
        authentication.AddIdentityCookies(cookies => cookies.ApplicationCookie!.Configure(o =>
        {
            o.LoginPath = PortalUrls.SignIn;
            o.AccessDeniedPath = PortalUrls.AccessDenied;
            o.Cookie.Name = "pioneer";
            o.Cookie.HttpOnly = true;
            o.Cookie.SameSite = SameSiteMode.Lax;
            o.ExpireTimeSpan = TimeSpan.FromHours(12);
            o.SlidingExpiration = true;
            o.Events.OnRedirectToLogin = context => RefuseProgramsAsync(context, StatusCodes.Status401Unauthorized);
            o.Events.OnRedirectToAccessDenied = context => RefuseProgramsAsync(context, StatusCodes.Status403Forbidden);
        }));
    }

    private static void ConfigureIdentity(IdentityOptions options)
    {
        options.User.RequireUniqueEmail = true;
        options.Password.RequiredLength = FirstAdmin.MinPasswordLength;
        options.Password.RequireDigit = false;
        options.Password.RequireLowercase = false;
        options.Password.RequireUppercase = false;
        options.Password.RequireNonAlphanumeric = false;
        options.Password.RequiredUniqueChars = 4;
        options.Lockout.MaxFailedAccessAttempts = 5;
        options.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(5);
    }

    // people are led to a page, programs are told the status
    private static Task RefuseProgramsAsync(RedirectContext<Microsoft.AspNetCore.Authentication.Cookies.CookieAuthenticationOptions> context, int status)
    {
        if (context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase) || context.Request.Path.StartsWithSegments("/metrics", StringComparison.OrdinalIgnoreCase))
        {
            context.Response.StatusCode = status;
        }
        else
        {
            context.Response.Redirect(context.RedirectUri);
        }

        return Task.CompletedTask;
    }
}
