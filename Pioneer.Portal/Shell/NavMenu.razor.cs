using System.Security.Claims;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Routing;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Shell;

/// <summary>The left navigation: the platform's for people who see it all, the tenant's for everybody else.</summary>
public sealed partial class NavMenu : IDisposable
{
    private ClaimsPrincipal _user = new();
    private NavCounts _counts = NavCounts.Unknown;

    [CascadingParameter]
    public required Task<AuthenticationState> Authentication { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    [Inject]
    public required ShellFacts Facts { get; set; }

    public void Dispose()
    {
        Navigation.LocationChanged -= OnLocationChanged;
        Facts.Changed -= OnFactsChanged;
    }

    protected override async Task OnInitializedAsync()
    {
        Navigation.LocationChanged += OnLocationChanged;
        Facts.Changed += OnFactsChanged;
        _user = (await Authentication).User;
        _counts = await Facts.CountsAsync();
    }

    // rights may be added to an open window
    protected override async Task OnParametersSetAsync() => _user = (await Authentication).User;

    private IEnumerable<NavItem> Items() =>
        _user.SeesPlatform() ? PlatformItems() : TenantItems(Facts.CurrentSlug(Navigation.Uri, _user));

    private IEnumerable<NavItem> PlatformItems()
    {
        var slug = Facts.CurrentSlug(Navigation.Uri, _user);
        yield return new("Overview", PortalUrls.Overview, PioneerIcons.Home, Match: NavLinkMatch.All);
        yield return new("Tenants", PortalUrls.Tenants, PioneerIcons.Tenants, Text(_counts.Tenants));
        yield return new("Ingestion", PortalUrls.Ingestion, PioneerIcons.Ingestion, Under: "/ingestion/");
        yield return new("Data");
        if (slug is null ? _user.IsPlatformAdmin() : _user.May(slug, TenantRole.Author))
        {
            yield return new("Editor", slug is null ? "/editor" : PortalUrls.Editor(slug), PioneerIcons.Editor, Under: "/editor");
        }

        yield return new("Subscriptions", PortalUrls.AllSubscriptions, PioneerIcons.Subscriptions, Text(_counts.Subscriptions), Under: "/subscriptions");
        yield return new("Delivery", slug is null ? "/delivery" : PortalUrls.Delivery(slug), PioneerIcons.Delivery, Under: "/delivery");
        yield return new("Topics", slug is null ? "/topics" : PortalUrls.Topics(slug), PioneerIcons.Database, Under: "/topics", Also: "/groups");
        yield return new("Seeding", PortalUrls.AllSeeds, PioneerIcons.Seeding, Running(_counts.RunningSeeds), Under: "/seeds");
        yield return new("Operate");
        yield return new("Recovery", PortalUrls.Recovery, PioneerIcons.Recovery);
        yield return new("Operations", PortalUrls.Operations, PioneerIcons.Operations, Running(_counts.RunningOperations));
        yield return new("Activity", PortalUrls.Activity, PioneerIcons.Activity);
        if (_user.IsPlatformAdmin())
        {
            yield return new("Settings", PortalUrls.Settings, PioneerIcons.Settings, Under: "/settings/");
        }
    }

    private IEnumerable<NavItem> TenantItems(string? slug)
    {
        yield return new("Home", PortalUrls.Overview, PioneerIcons.Home, Match: NavLinkMatch.All);
        if (slug is null)
        {
            yield break;
        }

        if (_user.May(slug, TenantRole.Author))
        {
            yield return new("Editor", PortalUrls.Editor(slug), PioneerIcons.Editor, Under: "/editor");
        }

        yield return new("Subscriptions", PortalUrls.Subscriptions(slug), PioneerIcons.Subscriptions, Text(_counts.Subscriptions));
        yield return new("Delivery", PortalUrls.Delivery(slug), PioneerIcons.Delivery);
        yield return new("Topics", PortalUrls.Topics(slug), PioneerIcons.Database, Under: "/topics", Also: "/groups");
        yield return new("Seeding", PortalUrls.Seeds(slug), PioneerIcons.Seeding, Running(_counts.RunningSeeds));
        yield return new("Recovery", PortalUrls.Recovery, PioneerIcons.Recovery);
        yield return new("Members", PortalUrls.Members(slug), PioneerIcons.Tenants, Under: "/members");
        yield return new("Activity", PortalUrls.Activity, PioneerIcons.Activity);
        if (_user.May(slug, TenantRole.Admin))
        {
            yield return new("API tokens", PortalUrls.ApiTokens, PioneerIcons.Key);
        }
    }

    private bool IsActive(NavItem item)
    {
        var path = new Uri(Navigation.Uri).AbsolutePath;
        return item switch
        {
            { Match: NavLinkMatch.All } => path == item.Href,
            // a tab of a tenant may be called as a page is
            { Under: { } part } => !path.StartsWith(PortalUrls.Tenants, StringComparison.Ordinal) 
                && (path.Contains(part, StringComparison.Ordinal) || (item.Also is { } other && path.Contains(other, StringComparison.Ordinal))),
            _ => path.StartsWith(item.Href!, StringComparison.Ordinal),
        };
    }

    private static string? Text(int? count) => count?.ToString("N0");

    private static string? Running(int? count) => count is > 0 ? $"{count:N0} running" : null;

    private void OnLocationChanged(object? sender, LocationChangedEventArgs e) => _ = InvokeAsync(StateHasChanged);

    private void OnFactsChanged() => _ = InvokeAsync(async () =>
    {
        _counts = await Facts.CountsAsync();
        StateHasChanged();
    });
}
