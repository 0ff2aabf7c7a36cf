using Microsoft.AspNetCore.Components;
using MudBlazor;
using Pioneer.Domain;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Features.Settings;

/// <summary>Gives a person a role, over the platform or in a tenant; makes the account where there is none.</summary>
public sealed partial class UserDialog
{
    private string _email = "";
    private string _name = "";
    private TenantRole _role = TenantRole.Author;
    private PlatformRole _platformRole = PlatformRole.None;
    private string? _password;
    private Error? _error;
    private bool _busy;

    [CascadingParameter]
    public required IMudDialogInstance Instance { get; set; }

    /// <summary>Tenant to give the role in; null for a role over the platform.</summary>
    [Parameter]
    public string? Slug { get; set; }

    [Inject]
    public required UserViews Views { get; set; }

    [Inject]
    public required Accounts Accounts { get; set; }

    [Inject]
    public required ManageMembers Members { get; set; }

    [Inject]
    public required CurrentActor Me { get; set; }

    private async Task SaveAsync()
    {
        if (_busy)
        {
            return;
        }

        _busy = true;
        _error = await GrantAsync();
        _busy = false;
        if (_error is null && _password is null)
        {
            Instance.Close(DialogResult.Ok(_email));
        }
    }

    private async Task<Error?> GrantAsync()
    {
        var userId = await Views.FindIdAsync(_email, default);
        string? password = null;
        if (userId is null)
        {
            var made = await Accounts.CreateAsync(Me.Actor, _name.Length > 0 ? _name : _email, _email);
            if (made.IsFailure)
            {
                return made.Error;
            }

            (userId, password) = (made.Value.UserId, made.Value.Password);
        }

        var granted = Slug is { } slug
            ? await Members.GrantAsync(Me.Actor, slug, userId, _role, default)
            : await Members.SetPlatformRoleAsync(Me.Actor, userId, _platformRole, default);
        if (password is not null)
        {
            // the account is there, whatever came of its role; shown once, so that a stray key or click must not take it away
            _password = password;
            await Instance.SetOptionsAsync(Instance.Options with { BackdropClick = false, CloseOnEscapeKey = false });
        }

        return granted.Error;
    }
}
