using Microsoft.AspNetCore.Components;
using MudBlazor;
using Pioneer.Domain;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Components;
using Pioneer.Portal.Shell;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Features.Settings;

/// <summary>Invites a person to a role, over the platform or in a tenant: shows the link once.</summary>
public sealed partial class InviteDialog
{
    private string _email = "";
    private string _name = "";
    private TenantRole _role = TenantRole.Author;
    private PlatformRole _platformRole = PlatformRole.None;
    private IssuedLink? _issued;
    private Error? _error;
    private bool _busy;

    [CascadingParameter]
    public required IMudDialogInstance Instance { get; set; }

    /// <summary>Tenant to give the role in; null for a role over the platform.</summary>
    [Parameter]
    public string? Slug { get; set; }

    /// <summary>Whom, where that is known already.</summary>
    [Parameter]
    public string? Email { get; set; }

    /// <summary>The role over the platform that is meant.</summary>
    [Parameter]
    public PlatformRole PlatformRole { get; set; }

    [Inject]
    public required Invitations Invitations { get; set; }

    [Inject]
    public required CurrentActor Me { get; set; }

    [Inject]
    public required ViewerTime Viewer { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    protected override void OnInitialized() => (_email, _platformRole) = (Email ?? "", PlatformRole);

    private string AddressOf(IssuedLink link) => OneTimeAddress.Of(Navigation, link);

    private async Task InviteAsync()
    {
        if (_busy)
        {
            return;
        }

        _busy = true;
        var invited = await Invitations.InviteAsync(
            Me.Actor, new InvitationRequest(Slug, _email, _name, Slug is null ? null : _role, Slug is null ? _platformRole : PlatformRole.None), default);
        (_busy, _error) = (false, invited.Error);
        if (invited.IsSuccess)
        {
            // shown once, so that a stray key or click must not take it away
            _issued = invited.Value;
            await Instance.SetOptionsAsync(Instance.Options with { BackdropClick = false, CloseOnEscapeKey = false });
        }
    }
}

/// <summary>The address that a one-time link is handed over as.</summary>
internal static class OneTimeAddress
{
    public static string Of(NavigationManager navigation, IssuedLink link) =>
        navigation.ToAbsoluteUri(PortalUrls.With(PortalUrls.Join, ("token", link.Token))).AbsoluteUri;
}
