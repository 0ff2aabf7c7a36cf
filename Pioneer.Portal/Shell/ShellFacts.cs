using System.Security.Claims;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Shell;

/// <summary>What the frame around every page shows: counts, verdict, platform. One per circuit.</summary>
public abstract class ShellFacts
{
    /// <summary>Raised, on any thread, when a figure may have changed.</summary>
    public event Action? Changed;

    /// <summary>Such as 'Embedded platform' or the name of the cluster.</summary>
    public abstract string PlatformName { get; }

    public abstract string PlatformDetail { get; }

    public abstract Task<NavCounts> CountsAsync();

    /// <summary>Null until the first evidence is there.</summary>
    public abstract Task<VerdictLine?> VerdictAsync();

    /// <summary>The tenant that the address names, else the only or first one of a tenant person; null for platform people elsewhere.</summary>
    public string? CurrentSlug(string url, ClaimsPrincipal user)
    {
        var parts = new Uri(url).AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts is ["t", var slug, ..] ? slug
            : parts is ["tenants", not "new" and var tenant, ..] ? tenant
            : user.SeesPlatform() ? null
            : user.TenantGrants() is [var first, ..] ? first.Slug
            : null;
    }

    protected void RaiseChanged() => Changed?.Invoke();
}
