namespace Pioneer.Domain.Recovery;

/// <summary>
/// One execution of a playbook; a persisted state machine that jobs only wake. One at a time against a scenario and subject, which an index of the
/// database holds.
/// </summary>
public sealed class PlaybookRun : IRevisioned
{
    /// <summary>The states that a run does not leave any more.</summary>
    public static readonly PlaybookRunState[] Over = [PlaybookRunState.Completed, PlaybookRunState.CompletedWithLoss, PlaybookRunState.Aborted];

    public required PlaybookRunId Id { get; init; }

    public IncidentId? IncidentId { get; init; }

    /// <summary>Number of the scenario in the catalogue, such as <c>S10</c>.</summary>
    public required string Scenario { get; init; }

    /// <summary>The thing acted on, such as a connector's name.</summary>
    public required string Subject { get; init; }

    public bool IsDrill { get; init; }

    /// <summary>Started by Pioneer itself. Such a run never waits for a person: a step that fails ends it, and the next one comes after a pause.</summary>
    public bool IsAutomatic { get; init; }

    public PlaybookRunState State { get; set; } = PlaybookRunState.Planned;

    /// <summary>Raised by each runner that takes the run up; an older one may no longer act.</summary>
    public long FencingToken { get; set; }

    public OperationId? OperationId { get; set; }

    public required DateTimeOffset RequestedAt { get; init; }

    public required string RequestedBy { get; init; }

    public string? ApprovedBy { get; set; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>Fault to normal delivery, in milliseconds, measured.</summary>
    public long? RtoMs { get; set; }

    /// <summary>Milliseconds of data lost, measured; 0 is proven by offsets, null is not known.</summary>
    public long? RpoMs { get; set; }

    public string? Error { get; set; }

    public List<PlaybookStep> Steps { get; init; } = [];

    public long Revision { get; set; }
}

public enum PlaybookRunState
{
    Planned,
    WaitingForApproval,
    Running,
    PausedByOperator,
    PausedByFailedStep,
    Verifying,
    Completed,
    CompletedWithLoss,
    Aborted,
}

/// <summary>One step of a playbook run.</summary>
public sealed class PlaybookStep
{
    public required PlaybookRunId PlaybookRunId { get; init; }

    /// <summary>1, 2, ... in the order of execution.</summary>
    public required int Ordinal { get; init; }

    public required string Name { get; init; }

    public required string IdempotencyKey { get; init; }

    public PlaybookStepState State { get; set; } = PlaybookStepState.Waiting;

    /// <summary>What it did or why it failed, in words.</summary>
    public string? Detail { get; set; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? FinishedAt { get; set; }
}

public enum PlaybookStepState
{
    Waiting,
    Running,
    Done,
    Skipped,
    Failed,
}
