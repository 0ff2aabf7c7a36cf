using Microsoft.AspNetCore.Components;
using MudBlazor;
using Pioneer.Domain;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Components;
using Pioneer.Portal.Live;
using Pioneer.Portal.Shell;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Features.Settings;

/// <summary>Accounts and their roles over the platform.</summary>
public sealed partial class UsersPage
{
    private UserList? _list;
    private Error? _error;

    // a select keeps what was chosen though it was refused, unless it is drawn anew
    private int _asked;

    [SupplyParameterFromQuery(Name = "q")]
    private string? Text { get; set; }

    [SupplyParameterFromQuery(Name = "page")]
    private int? PageQuery { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    [Inject]
    public required UserViews Views { get; set; }

    [Inject]
    public required ManageMembers Members { get; set; }

    [Inject]
    public required Accounts Accounts { get; set; }

    [Inject]
    public required CurrentActor Me { get; set; }

    [Inject]
    public required IDialogService Dialogs { get; set; }

    protected override LiveTopic Topics => LiveTopic.Audit;

    private int PageNumber => Pager.Number(PageQuery);

    private static string UrlOf(string? text, int page) => PortalUrls.With(PortalUrls.Settings, ("q", text), ("page", page > 1 ? page : null));

    protected override async Task LoadAsync(CancellationToken cancellationToken) => _list = await Views.UsersAsync(Text, PageNumber, cancellationToken);

    private async Task AddAsync()
    {
        if (await Dialogs.AskAsync<InviteDialog, string>("Invite a person") is not null)
        {
            await ReloadAsync();
        }
    }

    private async Task SetRoleAsync(UserLine row, ChangeEventArgs e)
    {
        _asked++;
        if (!Enum.TryParse<PlatformRole>(e.Value?.ToString(), out var role))
        {
            return;
        }

        if (role > row.PlatformRole)
        {
            // more over the platform is accepted by the account's owner: whoever made the account does not get it
            var parameters = new DialogParameters<InviteDialog> { { x => x.Email, row.Email }, { x => x.PlatformRole, role } };
            await Dialogs.AskAsync<InviteDialog, string>($"Make {row.Email} {UserViews.Word(role).ToLowerInvariant()}", parameters);
            await ReloadAsync();
            return;
        }

        if (!await Dialogs.ConfirmAsync(
            $"Take from {row.Email}", $"They are {UserViews.Word(row.PlatformRole).ToLowerInvariant()} no longer, and their sessions end.", "Take the role away"))
        {
            await ReloadAsync();
            return;
        }

        await ApplyAsync(await Members.SetPlatformRoleAsync(Me.Actor, row.Id, role, default));
    }

    private async Task SetDisabledAsync(UserLine row)
    {
        if (row.Disabled || await Dialogs.ConfirmAsync(
            $"Shut {row.Email} out", "Open sessions end within two seconds and nobody signs in with this account until it is let in again. Roles and work stay.", "Shut out"))
        {
            await ApplyAsync(await Members.SetDisabledAsync(Me.Actor, row.Id, !row.Disabled, default));
        }
    }

    private async Task ResetAsync(UserLine row)
    {
        if (!await Dialogs.ConfirmAsync(
            $"Reset the password of {row.Email}",
            "The password, second factors, passkeys and tokens of the account stop working and its sessions end. You get a link to hand over, by which its owner "
            + "chooses a new password.", "Reset and make a link"))
        {
            return;
        }

        var made = await Accounts.ResetAsync(Me.Actor, row.Id, default);
        _error = made.Error;
        if (made.IsSuccess)
        {
            // on the next page too if this one was left: nobody sees the link again
            await Dialogs.ShowSecretAsync($"Link for {row.Email}", "Link", OneTimeAddress.Of(Navigation, made.Value));
        }
    }

    private async Task ApplyAsync(Result result)
    {
        _error = result.Error;
        await ReloadAsync();
    }
}
