using Pioneer.Domain.Operations;
using Pioneer.Portal.Components;
using Pioneer.Portal.Shell;

namespace Pioneer.Portal.Features.Operations;

/// <summary>Operations in the words of a page.</summary>
public static class OperationWords
{
    public static string Title(this OperationLine row) => row.Kind.Title();

    public static string Title(this OperationKind kind) => kind switch
    {
        OperationKind.ReconcileTenant => "Apply plan for",
        OperationKind.ReconcileAll => "Reconcile the platform",
        OperationKind.ApplySubscription => "Subscription",
        OperationKind.RestartConnector => "Restart connector",
        OperationKind.RunBatch => "Run batch",
        OperationKind.RunSeed => "Seed",
        OperationKind.RunPlaybook => "Playbook",
        OperationKind.RunDrill => "Drill",
        OperationKind.CheckIsolation => "Check isolation of",
        _ => kind.ToString(),
    };

    /// <summary>The page on which the work itself is told: a seed run or a playbook run. Null where the operation's own steps tell it.</summary>
    public static string? WorkHref(this OperationLine row) => (row.Kind, row.Tenant) switch
    {
        (OperationKind.RunSeed, { } tenant) when Guid.TryParse(row.Target, out var run) => PortalUrls.SeedRun(tenant.Value, run),
        (OperationKind.RunPlaybook or OperationKind.RunDrill, _) when Guid.TryParse(row.Target, out var run) => PortalUrls.PlaybookRun(run),
        _ => null,
    };

    /// <summary>Such as '3 of 27'; a dash for work without changes.</summary>
    public static string Changes(this OperationLine row) => row.StepsTotal == 0 ? "–" : $"{row.StepsDone} of {row.StepsTotal}";

    public static Tone Tone(this OperationState state) => state switch
    {
        OperationState.Running => Components.Tone.Info,
        OperationState.Succeeded => Components.Tone.Ok,
        OperationState.Failed => Components.Tone.Bad,
        OperationState.Cancelled => Components.Tone.Warn,
        _ => Components.Tone.Note,
    };

    public static string Word(this OperationState state) => state switch
    {
        OperationState.Queued => "Waiting",
        OperationState.Running => "Running",
        OperationState.Succeeded => "Done",
        OperationState.Failed => "Failed",
        _ => "Cancelled",
    };

    public static Tone Tone(this OperationStepState state) => state switch
    {
        OperationStepState.Running => Components.Tone.Info,
        OperationStepState.Succeeded => Components.Tone.Ok,
        OperationStepState.Failed => Components.Tone.Bad,
        _ => Components.Tone.Plain,
    };

    public static string Word(this OperationStepState state) => state switch
    {
        OperationStepState.Waiting => "Waiting",
        OperationStepState.Running => "Running",
        OperationStepState.Succeeded => "Done",
        OperationStepState.Failed => "Failed",
        _ => "Skipped",
    };

    public static bool IsOver(this OperationState state) => state is OperationState.Succeeded or OperationState.Failed or OperationState.Cancelled;

    public static TimeSpan? Took(this OperationLine row) => row.FinishedAt - row.StartedAt;
}
