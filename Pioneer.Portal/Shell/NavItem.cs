using Microsoft.AspNetCore.Components.Routing;

namespace Pioneer.Portal.Shell;

/// <summary>One line of the navigation. A null <paramref name="Href"/> is a caption over the lines that follow.</summary>
public sealed record NavItem(string Text, string? Href = null, string? IconName = null, string? Count = null, NavLinkMatch Match = NavLinkMatch.Prefix, string? Under = null, string? Also = null);
