using Pioneer.Domain.Tenants;

namespace Pioneer.Portal.Shell;

/// <summary>A page that the search finds, with the words that it is found by.</summary>
internal sealed record SearchablePage(string Name, string Words, string Href);

/// <summary>The pages that people look for by name.</summary>
internal static class SearchablePages
{
    private static readonly SearchablePage[] Everybodys =
    [
        new("Recovery", "recovery status loss horizon", PortalUrls.Recovery),
        new("Activity", "activity audit log", PortalUrls.Activity),
        new("Your account", "account password sessions passkey second factor", PortalUrls.Account),
    ];

    private static readonly SearchablePage[] Platforms =
    [
        new("Runs and drills", "runs drills playbooks scenarios", PortalUrls.Drills),
        new("Incidents", "incidents", PortalUrls.Incidents),
        new("Loss horizons", "loss horizons retention", PortalUrls.Horizons),
        new("Sources", "sources databases", PortalUrls.Sources),
        new("Feeds", "feeds", PortalUrls.Feeds),
        new("Connectors", "connectors", PortalUrls.Connectors),
        new("Operations", "operations jobs", PortalUrls.Operations),
    ];

    private static readonly SearchablePage[] Admins =
    [
        new("Users", "users people accounts roles", PortalUrls.Settings),
        new("Sessions", "sessions sign-ins", PortalUrls.Sessions),
        new("API tokens", "api tokens", PortalUrls.ApiTokens),
        new("Rights", "rights effective acl rules who may read", PortalUrls.Rights),
        new("Platform", "platform connections settings", PortalUrls.Platform),
    ];

    /// <summary>Those that the actor's role includes.</summary>
    public static IEnumerable<SearchablePage> Of(Actor actor) =>
        Everybodys.Concat(actor.PlatformRole is PlatformRole.None ? [] : Platforms).Concat(actor.PlatformRole is PlatformRole.Admin ? Admins : []);
}
