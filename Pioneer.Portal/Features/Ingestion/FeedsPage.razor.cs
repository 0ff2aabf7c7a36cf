using Microsoft.AspNetCore.Components;
using MudBlazor;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Recovery;
using Pioneer.Portal.Components;
using Pioneer.Portal.Live;
using Pioneer.Portal.Shell;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Features.Ingestion;

/// <summary>Kinds of records, each described once for all tenants.</summary>
public sealed partial class FeedsPage
{
    private IReadOnlyList<FeedLine>? _rows;

    [SupplyParameterFromQuery(Name = "new")]
    private bool? New { get; set; }

    [Inject]
    public required IngestionViews Views { get; set; }

    [Inject]
    public required IngestionQueries Ingestion { get; set; }

    [Inject]
    public required ManageFeeds Feeds { get; set; }

    [Inject]
    public required PlatformPicture Picture { get; set; }

    [Inject]
    public required CurrentActor Me { get; set; }

    [Inject]
    public required IDialogService Dialogs { get; set; }

    [Inject]
    public required Toaster Toaster { get; set; }

    protected override LiveTopic Topics => LiveTopic.Ingestion | LiveTopic.Recovery;

    private bool IsAdmin => Me.Actor.PlatformRole == PlatformRole.Admin;

    protected override async Task LoadAsync(CancellationToken cancellationToken) => _rows = await Views.FeedsAsync(cancellationToken);

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender && New is true && IsAdmin)
        {
            await DefineAsync();
        }
    }

    private async Task EditAsync(FeedLine row)
    {
        var found = await Ingestion.FeedAsync(Me.Actor, row.Name, default);
        if (found.IsFailure)
        {
            Toaster.Refused(found.Error.ToText());
            return;
        }

        var parameters = new DialogParameters<FeedDialog> { { x => x.Existing, found.Value } };
        if (await Dialogs.AskAsync<FeedDialog, string>($"Feed {row.Name}", parameters) is { } name)
        {
            Toaster.Done($"Feed {name} is saved.", row.Tenants > 0 ? "See the operation" : null, row.Tenants > 0 ? PortalUrls.Operations : null);
            await ReloadAsync();
        }
    }

    private async Task RemoveAsync(FeedLine row)
    {
        if (await Dialogs.ConfirmAsync($"Remove feed {row.Name}", "Its description goes. Feeds that a tenant has, or had and keeps the records of, cannot be removed.", "Remove", row.Name))
        {
            var removed = await Feeds.RemoveAsync(Me.Actor, row.Name, default);
            if (removed.IsFailure)
            {
                Toaster.Refused(removed.Error.ToText());
                return;
            }

            Toaster.Done($"Feed {row.Name} is removed.");
            await ReloadAsync();
        }
    }

    private async Task DefineAsync()
    {
        if (await Dialogs.AskAsync<FeedDialog, string>("New feed") is { } name)
        {
            Toaster.Done($"Feed {name} is defined.", "Give it to tenants", PortalUrls.Ingestion);
            await ReloadAsync();
        }
    }
}
