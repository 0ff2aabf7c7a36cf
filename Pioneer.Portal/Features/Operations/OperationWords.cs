using Pioneer.Domain.Operations;
using Pioneer.Portal.Components;

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
        _ => kind.ToString(),
    };

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
