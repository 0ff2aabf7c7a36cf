using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Hosting;

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
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, AccessDeniedHandler>();
        services.AddScoped<CurrentActor>();
        services.AddScoped<CircuitHandler, CurrentActorCircuitHandler>();
        services.AddScoped<FirstAdmin>();
        services.AddSingleton<NobodysHash>();
        services.AddScoped<PasswordSignIn>();
        services.AddSingleton<Accounts>();
        services.AddSingleton<ViewAs>();
        services.AddSingleton<SecondFactorRule>();
        services.AddSingleton<KnownBrowsers>();
        services.AddSingleton<SignInThrottle>();
        services.AddSingleton<SessionPrincipals>();
        services.AddSingleton<SessionBook>();
        services.AddHostedService(provider => provider.GetRequiredService<SessionBook>());
        services.AddScoped<AuthenticationStateProvider, SessionSignIn>();
        services.AddIdentityCore<PioneerUser>(ConfigureIdentity)
            .AddUserStore<PioneerUserStore>()
            .AddPasswordValidator<CommonPasswords>()
            .AddClaimsPrincipalFactory<PioneerPrincipalFactory>()
            .AddSignInManager<PioneerSignInManager>()
            .AddDefaultTokenProviders();
        services.AddScoped(provider => (PioneerSignInManager)provider.GetRequiredService<SignInManager<PioneerUser>>());

        var authentication = services.AddAuthentication(o =>
        {
            o.DefaultScheme = IdentityConstants.ApplicationScheme;
            o.DefaultSignInScheme = IdentityConstants.ExternalScheme;
        });
        var provider = SignInProvider.Read(builder.Configuration);
        services.AddSingleton(provider);
        if (provider.IsEntra)
        {
            authentication.AddEntraSignIn(builder.Configuration);
        }
        else
        {
            authentication.AddIdentityCookies();
        }

        services.AddOptions<CookieAuthenticationOptions>(IdentityConstants.ApplicationScheme)
            .Configure<PortalAddress, IOptions<SessionLimits>>((cookie, address, sessions) => PortalCookie.Configure(cookie, address, sessions.Value));
        services.AddOptions<CookieAuthenticationOptions>(IdentityConstants.TwoFactorUserIdScheme).Configure<PortalAddress>((cookie, address) =>
        {
            cookie.Cookie.Name = PortalCookie.NameOf("pioneer-second-factor", address);
            cookie.Cookie.SecurePolicy = address.IsHttps ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
        });
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
        // guesses are made to wait (SignInThrottle); a lock could be turned against its owner by anybody
        options.Lockout.AllowedForNewUsers = false;
        options.Stores.SchemaVersion = IdentitySchemaVersions.Version3;
        options.Tokens.AuthenticatorIssuer = "Pioneer";
    }
}
