using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using Pioneer.Domain;
using Pioneer.Domain.Isolation;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Components;
using Pioneer.Portal.Live;
using Pioneer.Portal.Shell;
using Pioneer.Portal.SignIn;
using Tone = Pioneer.Portal.Components.Tone;

namespace Pioneer.Portal.Features.Tenants;

/// <summary>What the last check of the tenant's isolation has shown, and the button for the next.</summary>
public sealed partial class TenantIsolation
{
    private static readonly TimeSpan OldAfter = TimeSpan.FromDays(2);

    private IsolationEvidence? _evidence;
    private ImmutableArray<IsolationSummary> _records = [];
    private Error? _error;
    private bool _busy;

    [Parameter, EditorRequired]
    public required TenantHead Head { get; set; }

    [Inject]
    public required IsolationChecks Checks { get; set; }

    [Inject]
    public required CurrentActor Me { get; set; }

    [Inject]
    public required ViewerTime Viewer { get; set; }

    [Inject]
    public required TimeProvider Time { get; set; }

    [Inject]
    public required Toaster Toaster { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    protected override LiveTopic Topics => LiveTopic.Operations;

    private bool MayCheck => Head.State is TenantState.Active && TenantAuthorisation.Allows(Me.Actor, Head.Id, TenantPermission.Operate);

    protected override async Task LoadAsync(CancellationToken cancellationToken)
    {
        var slug = Head.Slug.Value;
        var newest = await Checks.GetAsync(Me.Actor, slug, null, cancellationToken);
        var records = await Checks.ListAsync(Me.Actor, slug, cancellationToken);
        _evidence = newest.IsSuccess ? newest.Value : null;
        _records = records.IsSuccess ? records.Value : [];
    }

    private bool IsOld(IsolationSummary record) => Time.GetUtcNow() - record.FinishedAt > OldAfter;

    private async Task CheckAsync()
    {
        _busy = true;
        var started = await Checks.StartAsync(Me.Actor, Head.Slug.Value, default);
        _busy = false;
        _error = started.Error;
        Toaster.RefusedUnseen(started.Error, IsGone);
        if (started.IsSuccess)
        {
            Toaster.Started("The check is started.", "Follow it", PortalUrls.Operation(started.Value.Value));
        }
    }

    private static (Tone Tone, string Word) Outcome(IsolationOutcome outcome) => outcome switch
    {
        IsolationOutcome.Held => (Tone.Ok, "Kept apart"),
        IsolationOutcome.HeldInPart => (Tone.Warn, "Kept apart where it was tried"),
        IsolationOutcome.Broken => (Tone.Bad, "Not kept apart"),
        _ => (Tone.Note, "Not observed"),
    };

    private static (Tone Tone, string Word) Result(IsolationAttempt attempt) => (attempt.Result, attempt.IsControl) switch
    {
        (AttemptResult.Held, true) => (Tone.Ok, "Control works"),
        (AttemptResult.Held, _) => (Tone.Ok, "Refused"),
        (AttemptResult.Broken, _) => (Tone.Bad, "Let through"),
        _ => (Tone.Note, "Not observed"),
    };
}
