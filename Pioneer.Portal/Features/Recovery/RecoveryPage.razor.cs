using Microsoft.AspNetCore.Components;
using MudBlazor;
using Pioneer.Domain;
using Pioneer.Domain.Recovery;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Recovery;
using Pioneer.Portal.Components;
using Pioneer.Portal.Live;
using Pioneer.Portal.Shell;
using Pioneer.Portal.SignIn;
using Tone = Pioneer.Portal.Components.Tone;

namespace Pioneer.Portal.Features.Recovery;

/// <summary>The status page: is anything wrong, who is affected, what is lost or about to be, what is being done. A tenant sees its own part.</summary>
public sealed partial class RecoveryPage
{
    private const int LastIncidents = 10;
    private const int ShownTenants = 50;

    private RecoveryStatus? _status;
    private IncidentView? _incident;
    private IReadOnlyList<Incident> _latest = [];
    private Error? _error;

    [Inject]
    public required RecoveryStatusReader Status { get; set; }

    [Inject]
    public required RecoveryViews Views { get; set; }

    [Inject]
    public required DrillSteps Drills { get; set; }

    [Inject]
    public required CurrentActor Me { get; set; }

    [Inject]
    public required IDialogService Dialogs { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    protected override LiveTopic Topics => LiveTopic.Recovery;

    private bool SeesPlatform => Me.Actor.PlatformRole != PlatformRole.None;

    private bool MayOperate => Me.Actor.PlatformRole >= PlatformRole.Operator;

    private ComponentStatus? Unseen => _status?.Components.FirstOrDefault(component => component.Level == StatusLevel.NotObserved);

    private bool IsAtRisk => _status?.Level is StatusLevel.AtRisk;

    private Tone DoneTone => _incident switch
    {
        { Run: { } run } => run.State.Word().Tone,
        null when Unseen is null && !IsAtRisk => Tone.Ok,
        _ => Tone.Warn,
    };

    private string DoneAnswer => _incident switch
    {
        null when Unseen is not null => "Look at what does not answer",
        null when IsAtRisk => "Somebody has to act",
        null => "Nothing has to be done",
        { Run: { } run } => StepText(run),
        _ => "Nobody acts yet",
    };

    private string DoneDetail => _incident switch
    {
        null when Unseen is { } silent => $"{silent.Name} is asked every second, and nobody else acts: {silent.State.ToLowerInvariant()}.",
        null when IsAtRisk => "Nobody does by now: what stands must go on before the horizon ends.",
        null => "The platform is watched every second.",
        { Run: { } run } => $"Playbook {run.Scenario}, asked for by {run.RequestedBy}.{Others}",
        _ => $"A playbook is proposed below.{Others}",
    };

    // the card speaks of the most important incident, which must not read as if it were the only one
    private string Others => _status is { OpenIncidentCount: > 1 and var open } ? $" {Plural.Of(open - 1, "more incident is", "more incidents are")} open." : "";

    protected override async Task LoadAsync(CancellationToken cancellationToken)
    {
        _status = await Status.ReadAsync(cancellationToken);
        _incident = _status.OpenIncidents.IsEmpty ? null : await Views.FindAsync(_status.OpenIncidents[0].Id.Value, cancellationToken);
        _latest = SeesPlatform ? await Views.LatestAsync(LastIncidents, cancellationToken) : [];
    }

    private static string StepText(PlaybookRun run)
    {
        var current = run.Steps.OrderBy(s => s.Ordinal).FirstOrDefault(s => s.State is PlaybookStepState.Running or PlaybookStepState.Waiting or PlaybookStepState.Failed);
        return current is null ? run.State.Word().Text : $"Step {current.Ordinal} of {run.Steps.Count}: {current.Name}";
    }

    private static IReadOnlyList<TenantStatus> Affected(RecoveryStatus status) =>
        [.. status.Tenants.Where(t => t.Level is StatusLevel.Degraded or StatusLevel.AtRisk or StatusLevel.Lost)];

    private static string WrongDetail(RecoveryStatus status) => status.Components.Where(c => c.Level != StatusLevel.Fine).Select(c => $"{c.Name}: {c.State}. {c.Evidence}").FirstOrDefault()
        ?? (status.LookedAt is null ? "The first look is under way." : "Every probe answers as it should.");

    private static string AffectedDetail(RecoveryStatus status) => Affected(status) is [var first, ..]
        ? first.Sentence
        : $"{Plural.Of(status.Tenants.Length, "tenant is", "tenants are")} watched.";

    private static Tone LostTone(RecoveryStatus status) => status.Level switch
    {
        StatusLevel.Lost => Tone.Bad,
        StatusLevel.AtRisk => Tone.Warn,
        StatusLevel.NotObserved => Tone.Note,
        _ => Tone.Ok,
    };

    private static string LostAnswer(RecoveryStatus status) => status.Level switch
    {
        StatusLevel.Lost => "Records were lost",
        StatusLevel.AtRisk => "Nothing yet",
        StatusLevel.NotObserved => "Not observed",
        StatusLevel.Degraded => "Nothing yet",
        _ => "Nothing, and nothing is about to be",
    };

    private static string LostDetail(RecoveryStatus status) =>
        status.Tenants.Where(t => t.Horizon.Kind == LossHorizonKind.Running).MinBy(t => t.Horizon.Left) is { } shortest
            ? $"Shortest horizon {Durations.Words(shortest.Horizon.Left ?? TimeSpan.Zero)} ({shortest.Tenant}, {Plural.Of(shortest.Horizon.Undelivered, "record waits", "records wait")})."
            : "No record waits in a topic with a time limit.";

    private async Task DrillAsync()
    {
        if (await Dialogs.AskAsync<DrillDialog, PlaybookStarted>("Run a drill") is { } started)
        {
            Navigation.NavigateTo(PortalUrls.PlaybookRun(started.Run.Value));
        }
    }

    private async Task TriedAsync(Error? error)
    {
        _error = error;
        await ReloadAsync();
    }
}
