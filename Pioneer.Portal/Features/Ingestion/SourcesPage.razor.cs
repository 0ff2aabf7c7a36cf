using Microsoft.AspNetCore.Components;
using MudBlazor;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Components;
using Pioneer.Portal.Live;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Features.Ingestion;

/// <summary>Systems that data comes from, with the last word on whether they answer.</summary>
public sealed partial class SourcesPage
{
    private IReadOnlyList<SourceLine>? _rows;

    [SupplyParameterFromQuery(Name = "new")]
    private bool? New { get; set; }

    [Inject]
    public required IngestionViews Views { get; set; }

    [Inject]
    public required ManageSources Sources { get; set; }

    [Inject]
    public required CurrentActor Me { get; set; }

    [Inject]
    public required IDialogService Dialogs { get; set; }

    [Inject]
    public required Toaster Toaster { get; set; }

    protected override LiveTopic Topics => LiveTopic.Ingestion;

    private bool IsAdmin => Me.Actor.PlatformRole == PlatformRole.Admin;

    protected override async Task LoadAsync(CancellationToken cancellationToken) => _rows = await Views.SourcesAsync(cancellationToken);

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender && New is true && IsAdmin)
        {
            await EditAsync(null);
        }
    }

    private async Task RemoveAsync(SourceLine row)
    {
        if (await Dialogs.ConfirmAsync($"Remove source {row.Name}", "Its address and password go. A source that a feed reads cannot be removed.", "Remove", row.Name))
        {
            var removed = await Sources.RemoveAsync(Me.Actor, row.Name, default);
            if (removed.IsFailure)
            {
                Toaster.Refused(removed.Error.ToText());
                return;
            }

            Toaster.Done($"Source {row.Name} is removed.");
            await ReloadAsync();
        }
    }

    private async Task EditAsync(SourceLine? row)
    {
        var parameters = new DialogParameters<SourceDialog> { { x => x.Existing, row } };
        if (await Dialogs.AskAsync<SourceDialog, string>(row is null ? "New source" : $"Source {row.Name}", parameters) is { } name)
        {
            Toaster.Done($"Source {name} is saved.");
            await ReloadAsync();
        }
    }
}
