using Microsoft.AspNetCore.Components;
using MudBlazor;
using Pioneer.Domain.Tenants;
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
    public required CurrentActor Me { get; set; }

    [Inject]
    public required IDialogService Dialogs { get; set; }

    [Inject]
    public required Toaster Toaster { get; set; }

    protected override LiveTopic Topics => LiveTopic.Ingestion;

    private bool IsAdmin => Me.Actor.PlatformRole == PlatformRole.Admin;

    protected override async Task LoadAsync(CancellationToken cancellationToken) => _rows = await Views.FeedsAsync(cancellationToken);

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender && New is true && IsAdmin)
        {
            await DefineAsync();
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
