using Microsoft.AspNetCore.Components;
using MudBlazor;
using Pioneer.Domain;
using Pioneer.Domain.Operations;
using Pioneer.Portal.Components;
using Pioneer.Portal.Live;
using Pioneer.Portal.Shell;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Features.Operations;

/// <summary>One operation while it runs and ever after.</summary>
public sealed partial class OperationPage
{
    private OperationView? _detail;
    private Error? _error;

    [Parameter]
    public Guid Id { get; set; }

    [Inject]
    public required OperationViews Views { get; set; }

    [Inject]
    public required ControlOperations Control { get; set; }

    [Inject]
    public required CurrentActor Me { get; set; }

    [Inject]
    public required IDialogService Dialogs { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    // a seed or playbook run is cancelled and gone on with on a page of its own
    private bool MayControl => _detail is { MayControl: true, Operation: var operation } && operation.WorkHref() is null;

    private bool CanCancel => MayControl && !_detail!.Operation.State.IsOver();

    private bool CanRetry => MayControl && ControlOperations.IsRetriable(_detail!.Operation.State);

    protected override LiveTopic Topics => LiveTopic.Operations;

    protected override async Task LoadAsync(CancellationToken cancellationToken) => _detail = await Views.FindAsync(new OperationId(Id), cancellationToken);

    private async Task CancelAsync()
    {
        if (await Dialogs.ConfirmAsync(
            "Cancel the operation", "It ends before its next change. What was done stays done; planning again shows what is left.", "Cancel the operation"))
        {
            _error = (await Control.CancelAsync(Me.Actor, new OperationId(Id), default)).Error;
            await ReloadAsync();
        }
    }

    private async Task RetryAsync()
    {
        var again = await Control.RetryAsync(Me.Actor, new OperationId(Id), default);
        _error = again.Error;
        if (again.IsSuccess)
        {
            LeadTo(Navigation, PortalUrls.Operation(again.Value.Value));
        }
    }
}
