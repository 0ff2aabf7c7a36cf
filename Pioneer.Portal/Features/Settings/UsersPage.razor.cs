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
        if (await Dialogs.AskAsync<UserDialog, string>("Add a user") is not null)
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

        if (role == PlatformRole.Admin && !await Dialogs.ConfirmAsync(
            $"Make {row.Email} a platform admin", "They see every tenant and may change and delete everything, accounts included.", "Make platform admin", danger: false))
        {
            return;
        }

        await ApplyAsync(await Members.SetPlatformRoleAsync(Me.Actor, row.Id, role, Gone));
    }

    private async Task SetDisabledAsync(UserLine row)
    {
        if (row.Disabled || await Dialogs.ConfirmAsync(
            $"Shut {row.Email} out", "Open sign-ins end and nobody signs in with this account until it is let in again. Roles and work stay.", "Shut out"))
        {
            await ApplyAsync(await Members.SetDisabledAsync(Me.Actor, row.Id, !row.Disabled, Gone));
        }
    }

    private async Task ResetAsync(UserLine row)
    {
        if (!await Dialogs.ConfirmAsync($"New password for {row.Email}", "The old password stops working and open sign-ins end.", "Make a new password"))
        {
            return;
        }

        var made = await Accounts.ResetPasswordAsync(Me.Actor, row.Id);
        _error = made.Error;
        if (made.IsSuccess)
        {
            await Dialogs.ShowSecretAsync($"Password of {row.Email}", "Password", made.Value.Password);
        }
    }

    private async Task ApplyAsync(Result result)
    {
        _error = result.Error;
        await ReloadAsync();
    }
}
