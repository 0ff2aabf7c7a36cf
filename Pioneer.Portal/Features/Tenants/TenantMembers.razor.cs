using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using MudBlazor;
using Pioneer.Domain;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Components;
using Pioneer.Portal.Features.Settings;
using Pioneer.Portal.Live;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Features.Tenants;

/// <summary>People with a role in this tenant.</summary>
public sealed partial class TenantMembers
{
    private IReadOnlyList<MemberLine>? _rows;
    private Error? _error;

    [Parameter, EditorRequired]
    public required string Slug { get; set; }

    [Parameter, EditorRequired]
    public TenantId TenantId { get; set; }

    [CascadingParameter]
    public required Task<AuthenticationState> Authentication { get; set; }

    [Inject]
    public required UserViews Views { get; set; }

    [Inject]
    public required ManageMembers Members { get; set; }

    [Inject]
    public required CurrentActor Me { get; set; }

    [Inject]
    public required IDialogService Dialogs { get; set; }

    protected override LiveTopic Topics => LiveTopic.Audit;

    private bool MayAdminister { get; set; }

    protected override async Task LoadAsync(CancellationToken cancellationToken)
    {
        MayAdminister = (await Authentication).User.May(Slug, TenantRole.Admin);
        _rows = await Views.MembersAsync(TenantId, cancellationToken);
    }

    private async Task AddAsync()
    {
        var parameters = new DialogParameters<UserDialog> { { x => x.Slug, Slug } };
        if (await Dialogs.AskAsync<UserDialog, string>($"Add a member of {Slug}", parameters) is not null)
        {
            await ReloadAsync();
        }
    }

    private async Task SetRoleAsync(MemberLine row, ChangeEventArgs e)
    {
        if (Enum.TryParse<TenantRole>(e.Value?.ToString(), out var role))
        {
            _error = (await Members.GrantAsync(Me.Actor, Slug, row.UserId, role, Gone)).Error;
            await ReloadAsync();
        }
    }

    private async Task RemoveAsync(MemberLine row)
    {
        if (await Dialogs.ConfirmAsync($"Remove {row.Email}", builder => builder.AddContent(0, $"They no longer see {Slug}. What they wrote stays."), "Remove"))
        {
            _error = (await Members.RemoveAsync(Me.Actor, Slug, row.UserId, Gone)).Error;
            await ReloadAsync();
        }
    }

    private static string Word(TenantRole role) => role == TenantRole.Admin ? "Tenant admin" : role.ToString();
}
