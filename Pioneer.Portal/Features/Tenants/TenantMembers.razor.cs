using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using MudBlazor;
using Pioneer.Domain;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Components;
using Pioneer.Portal.Features.Settings;
using Pioneer.Portal.Live;
using Pioneer.Portal.Shell;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Features.Tenants;

/// <summary>People with a role in this tenant.</summary>
public sealed partial class TenantMembers
{
    private MemberList? _list;
    private Error? _error;

    // a select keeps what was chosen though it was refused, unless it is drawn anew
    private int _asked;

    [Parameter, EditorRequired]
    public required string Slug { get; set; }

    [Parameter, EditorRequired]
    public TenantId TenantId { get; set; }

    /// <summary>Address that filter and pages stay under; the tenant's own tab where nothing is said.</summary>
    [Parameter]
    public string? Path { get; set; }

    [SupplyParameterFromQuery(Name = "q")]
    private string? Text { get; set; }

    [SupplyParameterFromQuery(Name = "page")]
    private int? PageQuery { get; set; }

    [CascadingParameter]
    public required Task<AuthenticationState> Authentication { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

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

    private int PageNumber => Pager.Number(PageQuery);

    protected override async Task LoadAsync(CancellationToken cancellationToken)
    {
        MayAdminister = (await Authentication).User.May(Slug, TenantRole.Admin);
        _list = await Views.MembersAsync(TenantId, Text, PageNumber, cancellationToken);
    }

    private string UrlOf(string? text, int page) => PortalUrls.With(Path ?? PortalUrls.Tenant(Slug, "members"), ("q", text), ("page", page > 1 ? page : null));

    private async Task AddAsync()
    {
        var parameters = new DialogParameters<InviteDialog> { { x => x.Slug, Slug } };
        if (await Dialogs.AskAsync<InviteDialog, string>($"Invite to {Slug}", parameters) is not null)
        {
            await ReloadAsync();
        }
    }

    private async Task SetRoleAsync(MemberLine row, ChangeEventArgs e)
    {
        _asked++;
        if (Enum.TryParse<TenantRole>(e.Value?.ToString(), out var role))
        {
            _error = (await Members.SetRoleAsync(Me.Actor, Slug, row.UserId, role, default)).Error;
            await ReloadAsync();
        }
    }

    private async Task RemoveAsync(MemberLine row)
    {
        if (await Dialogs.ConfirmAsync($"Remove {row.Email}", $"They no longer see {Slug}. What they wrote stays.", "Remove"))
        {
            _error = (await Members.RemoveAsync(Me.Actor, Slug, row.UserId, default)).Error;
            await ReloadAsync();
        }
    }

    private static string Word(TenantRole role) => role == TenantRole.Admin ? "Tenant admin" : role.ToString();
}
