using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.Identity;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;

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
        services.AddScoped<PasswordSignIn>();
        services.AddSingleton<ViewAs>();
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
        var provider = SignInProvider.Read(builder.Configuration);
        services.AddSingleton(provider);
        if (provider.IsEntra)
        {
            services.AddScoped<AuthenticationStateProvider, ExpiringSignIn>();
            authentication.AddEntraSignIn(builder.Configuration);
            return;
        }

        services.AddScoped<AuthenticationStateProvider, RevalidatingSignIn>();
        authentication.AddIdentityCookies(cookies => cookies.ApplicationCookie!.Configure(PortalCookie.Configure));
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
}
