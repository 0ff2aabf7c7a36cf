using Microsoft.AspNetCore.Components;
using MudBlazor;
using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Components;
using Pioneer.Portal.Live;
using Pioneer.Portal.Shell;
using Pioneer.Portal.SignIn;
using Tone = Pioneer.Portal.Components.Tone;

namespace Pioneer.Portal.Features.Tenants;

/// <summary>One tenant: a head that stays, and a tab in the address.</summary>
public sealed partial class TenantPage
{
    private static readonly string[] Tabs = ["overview", "entitlements", "topics", "subscriptions", "credentials", "quotas", "members", "isolation", "activity", "plan"];

    // while another tenant loads, nothing of the one before is shown: buttons would act on the new one
    private string? _loadedFor;
    private TenantHead? _head;
    private Plan? _planned;
    private Error? _error;

    [Parameter]
    public string Slug { get; set; } = "";

    [Parameter]
    public string? Tab { get; set; }

    [Inject]
    public required TenantViews Views { get; set; }

    [Inject]
    public required TenantLifecycle Lifecycle { get; set; }

    [Inject]
    public required RequestReconcile Reconcile { get; set; }

    [Inject]
    public required CurrentActor Me { get; set; }

    [Inject]
    public required IDialogService Dialogs { get; set; }

    [Inject]
    public required Toaster Toaster { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    protected override LiveTopic Topics => LiveTopic.Tenants | LiveTopic.Operations | LiveTopic.Subscriptions | LiveTopic.Credentials | LiveTopic.Ingestion | LiveTopic.Audit;

    private string Active => Tab is { } tab && Tabs.Contains(tab) ? tab : "overview";

    protected override async Task LoadAsync(CancellationToken cancellationToken)
    {
        var head = await Views.HeadAsync(Slug, cancellationToken);
        if (head?.Slug != _head?.Slug)
        {
            // the search leads from one tenant to another on the same page: what was planned or refused was the other's
            (_planned, _error) = (null, null);
        }

        (_head, _loadedFor) = (head, Slug);
    }

    private static IReadOnlyList<PageTab> TabsOf(TenantHead head)
    {
        var slug = head.Slug.Value;
        return
        [
            new("overview", "Overview", PortalUrls.Tenant(slug)),
            new("entitlements", "Entitlements", PortalUrls.Tenant(slug, "entitlements"), head.Feeds),
            new("topics", "Topics", PortalUrls.Tenant(slug, "topics")),
            new("subscriptions", "Subscriptions", PortalUrls.Tenant(slug, "subscriptions"), head.Subscriptions),
            new("credentials", "Credentials", PortalUrls.Tenant(slug, "credentials"), head.Credentials),
            new("quotas", "Quotas", PortalUrls.Tenant(slug, "quotas")),
            new("members", "Members", PortalUrls.Tenant(slug, "members"), head.Members),
            new("isolation", "Isolation", PortalUrls.Tenant(slug, "isolation")),
            new("activity", "Activity", PortalUrls.Tenant(slug, "activity")),
            new("plan", "Plan", PortalUrls.Tenant(slug, "plan"), head.Drift is > 0 ? head.Drift : null, Tone.Warn),
        ];
    }

    private async Task ApplyAsync()
    {
        if (!TakesAway)
        {
            Follow(await Reconcile.ForTenantAsync(Me.Actor, Slug, confirmation: null, default));
        }
        else if (await Dialogs.ConfirmAsync(
            $"Apply the plan of {Slug}", ConsentWords.Of(_planned!.Changes), "Apply all", requiredText: Slug))
        {
            Follow(await Reconcile.ForTenantAsync(Me.Actor, Slug, Slug, default));
        }
    }

    private bool TakesAway => _planned?.Changes.Any(change => change.NeedsConfirmation) == true;

    private int Harmless => _planned?.With(PlanConsent.Asked).Changes.Length ?? 0;

    private async Task ApplyHarmlessAsync() => Follow(await Reconcile.ForTenantAsync(Me.Actor, Slug, null, takesNothing: true, default));

    private async Task ResumeAsync() => Follow(await Lifecycle.ResumeAsync(Me.Actor, Slug, default));

    private async Task SuspendAsync()
    {
        if (await Dialogs.ConfirmAsync($"Suspend {Slug}", "Its rights are taken away, its queries and connectors pause. Data, offsets and wanted state stay; resuming brings everything back.", "Suspend"))
        {
            Follow(await Lifecycle.SuspendAsync(Me.Actor, Slug, default));
        }
    }

    private async Task OffboardAsync()
    {
        if (await Dialogs.ConfirmAsync($"Off-board {Slug}", "All topics of the tenant with their records, its credentials, queries and connectors are deleted. The slug is never used again. This cannot be undone.", "Off-board", requiredText: Slug))
        {
            Follow(await Lifecycle.OffboardAsync(Me.Actor, Slug, Slug, null, default));
        }
    }

    private void Follow(Result<OperationId> started)
    {
        _error = started.Error;
        Toaster.RefusedUnseen(started.Error, IsGone);
        if (started.IsSuccess)
        {
            Toaster.Started("Started.", "Follow it", PortalUrls.Operation(started.Value.Value));
            LeadTo(Navigation, PortalUrls.Operation(started.Value.Value));
        }
    }
}
