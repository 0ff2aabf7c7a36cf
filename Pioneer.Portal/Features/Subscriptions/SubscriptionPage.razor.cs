using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using MudBlazor;
using Pioneer.Domain;
using Pioneer.Domain.Recovery;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Recovery;
using Pioneer.Portal.Components;
using Pioneer.Portal.Live;
using Pioneer.Portal.Shell;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Features.Subscriptions;

/// <summary>One subscription: what it delivers right now, and its versions.</summary>
public sealed partial class SubscriptionPage
{
    private const string NotObserved = "What waits for it, and until when nothing is lost, is not observed.";

    private SubscriptionView? _view;
    private Error? _error;

    [Parameter]
    public string Slug { get; set; } = "";

    [Parameter]
    public string Name { get; set; } = "";

    [Parameter]
    public string? Tab { get; set; }

    [CascadingParameter]
    public required Task<AuthenticationState> Authentication { get; set; }

    [Inject]
    public required SubscriptionViews Views { get; set; }

    [Inject]
    public required ControlSubscriptions Control { get; set; }

    [Inject]
    public required PlatformPicture Picture { get; set; }

    [Inject]
    public required FlowQueries Flows { get; set; }

    [Inject]
    public required CurrentActor Me { get; set; }

    [Inject]
    public required IDialogService Dialogs { get; set; }

    [Inject]
    public required Toaster Toaster { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    protected override LiveTopic Topics => LiveTopic.Subscriptions | LiveTopic.Operations | LiveTopic.Recovery;

    private string Active => Tab is "versions" ? "versions" : "tail";

    private bool MayAuthor { get; set; }

    protected override async Task LoadAsync(CancellationToken cancellationToken)
    {
        MayAuthor = (await Authentication).User.May(Slug, TenantRole.Author);
        _view = await Views.FindAsync(Slug, Name, cancellationToken);
    }

    private IReadOnlyList<PageTab> TabsOf(SubscriptionView view) =>
    [
        new("tail", "Live", PortalUrls.Subscription(Slug, Name)),
        new("versions", "Versions", PortalUrls.Subscription(Slug, Name, "versions"), view.Versions.Count),
    ];

    private async Task PauseAsync()
    {
        var outlook = await OutlookAsync();
        if (await Dialogs.ConfirmAsync($"Pause {Name}", outlook?.IfItStands ?? NotObserved, "Pause", danger: false))
        {
            Follow(await Control.PauseAsync(Me.Actor, Slug, Name, default));
        }
    }

    private async Task ResumeAsync()
    {
        var outlook = await OutlookAsync();
        if (await Dialogs.ConfirmAsync($"Resume {Name}", outlook?.IfItGoesOn ?? NotObserved, "Resume", danger: outlook?.Horizon.Kind is LossHorizonKind.Lost))
        {
            Follow(await Control.ResumeAsync(Me.Actor, Slug, Name, default));
        }
    }

    private async Task<ReaderOutlook?> OutlookAsync()
    {
        var flows = await Flows.SubscriptionsAsync(Me.Actor, Slug, Gone);
        return flows.IsSuccess ? flows.Value.FirstOrDefault(flow => flow.Subscription == Name)?.Outlook : null;
    }

    private async Task RollbackAsync(int version)
    {
        var parameters = new DialogParameters<RollbackDialog> { { x => x.Slug, Slug }, { x => x.Name, Name }, { x => x.Version, version } };
        if (await Dialogs.AskAsync<RollbackDialog, SubscriptionDeployed>($"Run version {version} again", parameters) is { } deployed)
        {
            Follow(deployed.Operation);
        }
    }

    private async Task DeleteAsync()
    {
        var parameters = new DialogParameters<DeleteSubscriptionDialog> { { x => x.Slug, Slug }, { x => x.Name, Name } };
        if (await Dialogs.AskAsync<DeleteSubscriptionDialog, OperationId?>($"Delete {Name}", parameters) is { } operation)
        {
            Toaster.Started($"{Name} is being deleted.", "Follow it", PortalUrls.Operation(operation.Value));
            Navigation.NavigateTo(PortalUrls.Subscriptions(Slug));
        }
    }

    private void Follow(Result<OperationId> started)
    {
        _error = started.Error;
        Toaster.RefusedUnseen(started.Error, IsGone);
        if (started.IsSuccess)
        {
            Toaster.Started("Started.", "Follow it", PortalUrls.Operation(started.Value.Value));
        }
    }
}
