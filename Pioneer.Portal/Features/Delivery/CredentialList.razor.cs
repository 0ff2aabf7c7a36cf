using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using MudBlazor;
using Pioneer.Domain;
using Pioneer.Domain.Delivery;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Components;
using Pioneer.Portal.Live;
using Pioneer.Portal.Shell;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Features.Delivery;

/// <summary>SCRAM users of one tenant: issued, rotated side by side, revoked.</summary>
public sealed partial class CredentialList
{
    private IReadOnlyList<CredentialLine>? _rows;
    private Error? _error;

    [Parameter, EditorRequired]
    public required string Slug { get; set; }

    [CascadingParameter]
    public required Task<AuthenticationState> Authentication { get; set; }

    [Inject]
    public required CredentialViews Views { get; set; }

    [Inject]
    public required ManageCredentials Credentials { get; set; }

    [Inject]
    public required CurrentActor Me { get; set; }

    [Inject]
    public required IDialogService Dialogs { get; set; }

    [Inject]
    public required Toaster Toaster { get; set; }

    protected override LiveTopic Topics => LiveTopic.Credentials | LiveTopic.Operations;

    private bool MayAdminister { get; set; }

    protected override async Task LoadAsync(CancellationToken cancellationToken)
    {
        MayAdminister = (await Authentication).User.May(Slug, TenantRole.Admin);
        _rows = await Views.ListAsync(Slug, cancellationToken);
    }

    private async Task IssueAsync()
    {
        var parameters = new DialogParameters<IssueCredentialDialog> { { x => x.Slug, Slug } };
        if (await Dialogs.AskAsync<IssueCredentialDialog, IssuedCredential>("Issue a credential", parameters) is { } issued)
        {
            await ShowOnceAsync(issued);
        }
    }

    private async Task RotateAsync(CredentialLine row)
    {
        if (!await Dialogs.ConfirmAsync(
            $"Rotate {row.Principal}",
            "A second credential with the same rights is issued. Both work until you revoke the old one, so that readers can move one by one.",
            "Issue the second", danger: false))
        {
            return;
        }

        var issued = await Credentials.RotateAsync(Me.Actor, Slug, row.Id, default);
        _error = issued.Error;
        Toaster.RefusedUnseen(issued.Error, IsGone);
        if (issued.IsSuccess)
        {
            // on the next page too if this one was left: nobody sees the password again
            await ShowOnceAsync(issued.Value);
        }
    }

    private async Task RevokeAsync(CredentialLine row)
    {
        if (!await Dialogs.ConfirmAsync(
            $"Revoke {row.Principal}",
            "Its rights are taken at once: readers that use it are refused with their next request. It cannot be brought back.",
            "Revoke"))
        {
            return;
        }

        var revoked = await Credentials.RevokeAsync(Me.Actor, Slug, row.Id, default);
        _error = revoked.Error;
        Toaster.RefusedUnseen(revoked.Error, IsGone);
        if (revoked.IsSuccess)
        {
            Toaster.Started($"{row.Principal} is being revoked.", "Follow it", PortalUrls.Operation(revoked.Value.Value));
            await ReloadAsync();
        }
    }

    private async Task ShowOnceAsync(IssuedCredential issued)
    {
        var parameters = new DialogParameters<CredentialOnceDialog> { { x => x.Issued, issued }, { x => x.Slug, Slug } };
        var dialog = await Dialogs.ShowAsync<CredentialOnceDialog>(
            $"Password of {issued.Principal}", parameters, new DialogOptions { MaxWidth = MaxWidth.Medium, FullWidth = true, BackdropClick = false, CloseOnEscapeKey = false });
        await dialog.Result;
        await ReloadAsync();
    }
}
