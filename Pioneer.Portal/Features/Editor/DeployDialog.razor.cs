using Microsoft.AspNetCore.Components;
using MudBlazor;
using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Subscriptions;
using Pioneer.Portal.Features.Subscriptions;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Features.Editor;

/// <summary>Name, plan, agreement: from text in the editor to a subscription that runs.</summary>
public sealed partial class DeployDialog
{
    private string _name = "";
    private string _description = "";
    private Plan? _plan;
    private SubscriptionView? _theirs; // what somebody else made of it meanwhile
    private UpgradeOutlook? _outlook;
    private Error? _error;
    private bool _busy;

    [CascadingParameter]
    public required IMudDialogInstance Instance { get; set; }

    [Parameter, EditorRequired]
    public required string Slug { get; set; }

    [Parameter, EditorRequired]
    public required string Sql { get; set; }

    [Parameter, EditorRequired]
    public required EditorDocument Document { get; set; }

    /// <summary>The name that the text itself gives a new subscription; null where the person has to find one.</summary>
    [Parameter]
    public string? SuggestedName { get; set; }

    [Inject]
    public required DeploySubscription Deploy { get; set; }

    [Inject]
    public required SubscriptionViews Views { get; set; }

    [Inject]
    public required CurrentActor Me { get; set; }

    protected override async Task OnInitializedAsync()
    {
        _description = Document.Description;
        _name = SuggestedName ?? "";
        await CompareAsync();
    }

    private async Task CompareAsync()
    {
        if (Document.Subscription is { } existing)
        {
            var outlook = await Deploy.OutlookAsync(Me.Actor, Slug, existing, Sql, default);
            (_outlook, _error) = (outlook.IsSuccess ? outlook.Value : null, outlook.Error);
        }
    }

    private string Name => _name.Trim();

    private void SetName(string? name)
    {
        _name = name ?? "";
        _plan = null;
    }

    private async Task PlanAsync()
    {
        if (_busy)
        {
            return;
        }

        (_busy, _error) = (true, null);
        var plan = await Deploy.PreviewAsync(Me.Actor, Slug, Name, Sql, default);
        (_busy, _error, _plan) = (false, plan.Error, plan.IsSuccess ? plan.Value : null);
    }

    private async Task DeployAsync()
    {
        if (_busy)
        {
            return;
        }

        (_busy, _error) = (true, null);
        var deployed = Document.Subscription is { } existing
            ? await Deploy.UpdateAsync(Me.Actor, Slug, existing, Sql, _description, _theirs?.Revision ?? Document.Revision, default)
            : await Deploy.CreateAsync(Me.Actor, Slug, Name, Sql, _description, default);
        (_busy, _error) = (false, deployed.Error);
        if (deployed.IsSuccess)
        {
            Instance.Close(DialogResult.Ok(deployed.Value));
        }
        else if (deployed.Error.Kind is ErrorKind.Concurrency && Document.Subscription is { } changed)
        {
            // no dead end: what is there now is shown, and the person decides with it in sight
            _theirs = await Views.FindAsync(Slug, changed, default);
            await CompareAsync();
        }
    }
}
