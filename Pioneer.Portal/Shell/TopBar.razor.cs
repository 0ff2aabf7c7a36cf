using System.Security.Claims;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Shell;

/// <summary>Search, verdict, platform, person, theme: what every page has in common.</summary>
public sealed partial class TopBar : IDisposable
{
    private ClaimsPrincipal _user = new();
    private IReadOnlyList<TenantGrant> _grants = [];
    private VerdictLine? _verdict;
    private int _notices;
    private Task<AuthenticationState>? _watched;

    [Parameter]
    public bool Dark { get; set; }

    [Parameter]
    public bool NavOpen { get; set; }

    [Parameter]
    public EventCallback OnToggleTheme { get; set; }

    [Parameter]
    public EventCallback OnToggleNav { get; set; }

    [Parameter]
    public EventCallback OnShortcuts { get; set; }

    [CascadingParameter]
    public required Task<AuthenticationState> Authentication { get; set; }

    [Inject]
    public required ShellFacts Facts { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    private string AccountLabel => $"{_user.DisplayRole(Facts.CurrentSlug(Navigation.Uri, _user))} · {_user.Identity?.Name}";

    public void Dispose() => Facts.Changed -= OnFactsChanged;

    protected override async Task OnInitializedAsync()
    {
        Facts.Changed += OnFactsChanged;
        _user = (await Authentication).User;
        _grants = _user.TenantGrants();
        _verdict = await Facts.VerdictAsync();
        _notices = await Facts.NoticesAsync();
        _watched = Authentication;
    }

    // rights that were added to an open window show at once
    protected override async Task OnParametersSetAsync()
    {
        if (_watched is not null && _watched != Authentication)
        {
            _watched = Authentication;
            _user = (await Authentication).User;
            _grants = _user.TenantGrants();
        }
    }

    /// <summary>The same page for another tenant.</summary>
    private string HrefOf(TenantGrant grant) => PortalUrls.InTenant(Navigation.Uri, grant.Slug, grant.Role >= TenantRole.Author);

    private void OnFactsChanged() => _ = InvokeAsync(async () =>
    {
        _verdict = await Facts.VerdictAsync();
        _notices = await Facts.NoticesAsync();
        StateHasChanged();
    });
}
