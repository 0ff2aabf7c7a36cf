using System.Security.Claims;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Shell;

/// <summary>What the frame around every page shows: counts, verdict, platform. One per circuit.</summary>
public abstract class ShellFacts
{
    private string? _visited;

    /// <summary>Raised, on any thread, when a figure may have changed.</summary>
    public event Action? Changed;

    /// <summary>Such as 'Embedded platform' or the name of the cluster.</summary>
    public abstract string PlatformName { get; }

    public abstract string PlatformDetail { get; }

    public abstract Task<NavCounts> CountsAsync();

    /// <summary>How much was done to the person's account that they have not seen.</summary>
    public virtual Task<int> NoticesAsync() => Task.FromResult(0);

    /// <summary>Null until the first evidence is there.</summary>
    public abstract Task<VerdictLine?> VerdictAsync();

    /// <summary>The tenant that the address names; elsewhere, for a tenant person, the one last visited, at first their first; null for platform people.</summary>
    public string? CurrentSlug(string url, ClaimsPrincipal user)
    {
        if (PortalUrls.TenantIn(url) is { } named)
        {
            return named;
        }

        var slugs = user.SeesPlatform() ? [] : user.TenantGrants().Select(grant => grant.Slug).ToList();
        return _visited is { } visited && slugs.Contains(visited) ? visited : slugs is [var first, ..] ? first : null;
    }

    /// <summary>A page was opened: the tenant that its address names is the current one until another is named.</summary>
    public void Visit(string url) => _visited = PortalUrls.TenantIn(url) ?? _visited;

    protected void RaiseChanged() => Changed?.Invoke();
}
