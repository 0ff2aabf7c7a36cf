using Pioneer.Portal.Shell;

namespace Pioneer.Portal.SignIn;

/// <summary>Where a sign-in may lead back to: paths of this portal, never another host.</summary>
internal static class LocalUrl
{
    /// <summary>The path, or the start page for anything else.</summary>
    public static string Of(string? url) =>
        url is ['/', not ('/' or '\\'), ..] && Uri.IsWellFormedUriString(url, UriKind.Relative) ? url : PortalUrls.Overview;
}
