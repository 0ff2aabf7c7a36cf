using Microsoft.AspNetCore.Components;
using MudBlazor;
using Pioneer.Domain;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Components;
using Pioneer.Portal.Live;
using Pioneer.Portal.Shell;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Features.Settings;

/// <summary>Bearer tokens of the API: all for platform admins, their tenants' for tenant admins.</summary>
public sealed partial class TokensPage
{
    private TokenList? _list;
    private Error? _error;

    [SupplyParameterFromQuery(Name = "q")]
    private string? Text { get; set; }

    [SupplyParameterFromQuery(Name = "page")]
    private int? PageQuery { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    [Inject]
    public required UserViews Views { get; set; }

    [Inject]
    public required ManageApiTokens Tokens { get; set; }

    [Inject]
    public required CurrentActor Me { get; set; }

    [Inject]
    public required IDialogService Dialogs { get; set; }

    protected override LiveTopic Topics => LiveTopic.Audit;

    private bool MayIssue => Me.Actor.PlatformRole == PlatformRole.Admin || Me.Actor.Memberships.Values.Any(r => r == TenantRole.Admin);

    private int PageNumber => Pager.Number(PageQuery);

    private static string UrlOf(string? text, int page) => PortalUrls.With(PortalUrls.ApiTokens, ("q", text), ("page", page > 1 ? page : null));

    protected override async Task LoadAsync(CancellationToken cancellationToken) => _list = await Views.TokensAsync(Me.Actor, Text, PageNumber, cancellationToken);

    private async Task IssueAsync()
    {
        if (await Dialogs.AskAsync<IssueTokenDialog, IssuedApiToken>("Issue a token") is { } issued)
        {
            await Dialogs.ShowSecretAsync("API token", "Token", issued.Token);
            await ReloadAsync();
        }
    }

    private async Task RenewAsync(TokenLine row)
    {
        if (await Dialogs.ConfirmAsync($"Renew {row.Name}", $"It goes on for {ApiTokenRules.LongestLife.TotalDays:0} days from today, by your word.", "Renew", danger: false))
        {
            _error = (await Tokens.RenewAsync(Me.Actor, row.Id, default)).Error;
            await ReloadAsync();
        }
    }

    private async Task RevokeAsync(TokenLine row)
    {
        if (await Dialogs.ConfirmAsync($"Revoke {row.Name}", "Programs that use it are refused with their next request.", "Revoke"))
        {
            _error = (await Tokens.RevokeAsync(Me.Actor, row.Id, default)).Error;
            await ReloadAsync();
        }
    }
}
