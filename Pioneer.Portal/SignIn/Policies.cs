using Microsoft.AspNetCore.Authorization;
using Pioneer.Domain.Tenants;

namespace Pioneer.Portal.SignIn;

/// <summary>The policies that pages, API and the job dashboard share.</summary>
public static class Policies
{
    /// <summary>Everything, users and platform credentials included.</summary>
    public const string PlatformAdmin = nameof(PlatformAdmin);

    /// <summary>See every tenant, reconcile, run playbooks and drills.</summary>
    public const string Operate = nameof(Operate);

    /// <summary>Look at the tenant named by the route value <c>slug</c>.</summary>
    public const string ViewTenant = nameof(ViewTenant);

    /// <summary>Write, preview, deploy and seed in the tenant named by the route.</summary>
    public const string AuthorTenant = nameof(AuthorTenant);

    /// <summary>Members, credentials and webhooks of the tenant named by the route.</summary>
    public const string AdminTenant = nameof(AdminTenant);

    /// <summary>Anybody who is signed in, also without any role: for their own account.</summary>
    public const string SignedIn = nameof(SignedIn);

    public static void AddPioneerPolicies(AuthorizationOptions options)
    {
        var signedIn = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().RequireAssertion(c => c.User.HasAnyRole()).Build();
        options.DefaultPolicy = signedIn;
        options.FallbackPolicy = signedIn;
        options.AddPolicy(SignedIn, p => p.RequireAuthenticatedUser());
        options.AddPolicy(PlatformAdmin, p => p.RequireAuthenticatedUser().RequireAssertion(c => c.User.IsPlatformAdmin()));
        options.AddPolicy(Operate, p => p.RequireAuthenticatedUser().RequireAssertion(c => c.User.SeesPlatform()));
        options.AddPolicy(ViewTenant, p => p.RequireAuthenticatedUser().AddRequirements(new TenantRequirement(TenantRole.Viewer)));
        options.AddPolicy(AuthorTenant, p => p.RequireAuthenticatedUser().AddRequirements(new TenantRequirement(TenantRole.Author)));
        options.AddPolicy(AdminTenant, p => p.RequireAuthenticatedUser().AddRequirements(new TenantRequirement(TenantRole.Admin)));
    }
}
