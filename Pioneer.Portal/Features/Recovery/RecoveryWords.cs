using Pioneer.Domain;
using Pioneer.Domain.Recovery;
using Pioneer.Jobs.Recovery;
using Pioneer.Portal.Components;

namespace Pioneer.Portal.Features.Recovery;

/// <summary>Levels, verdicts and runs in the words of a page.</summary>
public static class RecoveryWords
{
    public static Tone Tone(this StatusLevel level) => level switch
    {
        StatusLevel.Fine => Components.Tone.Ok,
        StatusLevel.Degraded or StatusLevel.AtRisk => Components.Tone.Warn,
        StatusLevel.Lost => Components.Tone.Bad,
        _ => Components.Tone.Note,
    };

    public static string Word(this StatusLevel level) => level switch
    {
        StatusLevel.Fine => "Fine",
        StatusLevel.Paused => "Paused on purpose",
        StatusLevel.Degraded => "Degraded",
        StatusLevel.AtRisk => "At risk",
        StatusLevel.Lost => "Lost",
        _ => "Not observed",
    };

    public static (Tone Tone, string Text) Word(this Verdict verdict) => verdict switch
    {
        Verdict.Full => (Components.Tone.Ok, "Full"),
        Verdict.FullLate => (Components.Tone.Ok, "Full, late"),
        Verdict.FullWithDuplicates => (Components.Tone.Warn, "Full, with duplicates"),
        Verdict.Lost => (Components.Tone.Bad, "Lost"),
        Verdict.ReseedNeeded => (Components.Tone.Bad, "Reseed needed"),
        _ => (Components.Tone.Note, "Not known yet"),
    };

    /// <summary>What a list says of an incident; losses speak louder than where its recovery stands.</summary>
    public static (Tone Tone, string Text) Of(IncidentState state, int losing) => (state, losing) switch
    {
        (_, > 0) => (Components.Tone.Bad, $"{Plural.Of(losing, "tenant")} lost records"),
        (IncidentState.Closed, _) => (Components.Tone.Ok, "Closed"),
        _ => (Components.Tone.Warn, state.ToString()),
    };

    public static (Tone Tone, string Text, bool Moving) Word(this PlaybookRunState state) => state switch
    {
        PlaybookRunState.Planned => (Components.Tone.Note, "Planned", false),
        PlaybookRunState.WaitingForApproval => (Components.Tone.Warn, "Waits for approval", false),
        PlaybookRunState.Running => (Components.Tone.Info, "Running", true),
        PlaybookRunState.Verifying => (Components.Tone.Info, "Verifying", true),
        PlaybookRunState.PausedByOperator => (Components.Tone.Warn, "Paused by a person", false),
        PlaybookRunState.PausedByFailedStep => (Components.Tone.Bad, "A step failed", false),
        PlaybookRunState.Completed => (Components.Tone.Ok, "Completed", false),
        PlaybookRunState.CompletedWithLoss => (Components.Tone.Bad, "Completed with loss", false),
        _ => (Components.Tone.Warn, "Aborted", false),
    };

    public static (Tone Tone, string Icon) Mark(this PlaybookStepState state) => state switch
    {
        PlaybookStepState.Done => (Components.Tone.Ok, Shell.PioneerIcons.Check),
        PlaybookStepState.Running => (Components.Tone.Info, Shell.PioneerIcons.Progress),
        PlaybookStepState.Failed => (Components.Tone.Bad, Shell.PioneerIcons.Problem),
        PlaybookStepState.Skipped => (Components.Tone.Plain, Shell.PioneerIcons.Minus),
        _ => (Components.Tone.Plain, Shell.PioneerIcons.Waiting),
    };

    /// <summary>Milliseconds in words; 'not known' where nothing was measured.</summary>
    public static string Measured(long? ms) => ms is { } value ? Durations.Words(TimeSpan.FromMilliseconds(value)) : "not known";

    public static (Tone Tone, string Text) Word(this LossHorizon horizon) => horizon.Kind switch
    {
        LossHorizonKind.Running when horizon.Left is { } left => (left < TimeSpan.FromDays(1) ? left < TimeSpan.FromHours(6) ? Components.Tone.Bad : Components.Tone.Warn : Components.Tone.Ok, $"{(horizon.IsAtMost ? "at most " : "")}{Durations.Words(left)}"),
        LossHorizonKind.Running => (Components.Tone.Warn, "limited by size"),
        LossHorizonKind.NothingUndelivered => (Components.Tone.Ok, "nothing waits"),
        LossHorizonKind.KeptForever => (Components.Tone.Ok, "kept forever"),
        LossHorizonKind.NobodyReads => (Components.Tone.Note, "nothing is subscribed"),
        LossHorizonKind.Lost => (Components.Tone.Bad, $"{Plural.Of(horizon.Undelivered, "record")} lost"),
        _ => (Components.Tone.Note, "not observed"),
    };

    /// <summary>Share of seven days that is left; full where no clock runs.</summary>
    public static double Share(this LossHorizon horizon) => horizon.Kind switch
    {
        LossHorizonKind.Running => Math.Clamp((horizon.Left ?? TimeSpan.Zero) / TimeSpan.FromDays(7), 0.02, 1),
        LossHorizonKind.NotObserved or LossHorizonKind.NobodyReads => 0,
        LossHorizonKind.Lost => 0.02,
        _ => 1,
    };
}
