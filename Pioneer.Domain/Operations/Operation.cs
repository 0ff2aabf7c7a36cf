using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Seeding;

namespace Pioneer.Domain.Operations;

/// <summary>A piece of background work that somebody asked for: the row is the request, its progress and its outcome.</summary>
public sealed class Operation : IRevisioned
{
    public required OperationId Id { get; init; }

    public required OperationKind Kind { get; init; }

    public TenantId? TenantId { get; init; }

    /// <summary>The thing it is about, such as <c>acme</c> or <c>acme.t.payments</c>; for people and links.</summary>
    public required string Subject { get; init; }

    /// <summary>Id of the row it is about (subscription, credential, seed run, playbook run), a connector's name, or how much of a plan may be applied (<see cref="RequestReconcile.ConsentOf"/>); what the job needs.</summary>
    public string? Target { get; init; }

    public OperationState State { get; set; } = OperationState.Queued;

    /// <summary>0 to 100.</summary>
    public int Progress { get; set; }

    public string? Error { get; set; }

    /// <summary>Fencing token: raised by each worker that takes the operation up; an older worker's writes are refused.</summary>
    public int Attempt { get; set; }

    public bool CancelRequested { get; set; }

    public required DateTimeOffset RequestedAt { get; init; }

    public required string RequestedBy { get; init; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? FinishedAt { get; set; }

    public List<OperationStep> Steps { get; init; } = [];

    public long Revision { get; set; }

    /// <summary>
    /// Notes that a person asked to cancel. One that waits ends at once, unless its seed run was begun: a worker has to bring the run's query back first.
    /// </summary>
    /// <param name="seed">The seed run that it does; null for other kinds.</param>
    public void AskToCancel(SeedRun? seed, DateTimeOffset now)
    {
        CancelRequested = true;
        if (State is OperationState.Queued && (seed is null || seed.TryCancelUntouched(now)))
        {
            State = OperationState.Cancelled;
            FinishedAt = now;
        }
    }
}

/// <summary>What a worker does for an operation.</summary>
public enum OperationKind
{
    /// <summary>Plan a tenant and apply the plan; creation, entitlements, credentials, subscriptions all end in this.</summary>
    ReconcileTenant,

    /// <summary>The same for all tenants and the platform.</summary>
    ReconcileAll,

    /// <summary>Apply one subscription's wanted state (deploy, upgrade, pause, resume, delete) and verify it with ksqlDB.</summary>
    ApplySubscription,

    RestartConnector,

    /// <summary>Read a state feed now; Target is the connector.</summary>
    RunBatch,

    RunSeed,
    RunPlaybook,
    RunDrill,

    /// <summary>Try what must be refused to a tenant, or to each of them.</summary>
    CheckIsolation,
}

public enum OperationState
{
    Queued,
    Running,
    Succeeded,
    Failed,
    Cancelled,
}

/// <summary>The journal row of one change: what was going to be done, and what came of it.</summary>
public sealed class OperationStep
{
    public required OperationId OperationId { get; init; }

    public TenantId? TenantId { get; init; }

    /// <summary>1, 2, ... in the order of execution.</summary>
    public required int Ordinal { get; init; }

    public required string Title { get; init; }

    /// <summary>Which way it goes; null in journals that older versions wrote.</summary>
    public ChangeKind? Kind { get; init; }

    /// <summary>Such as <c>topic</c>, <c>acl</c>, <c>connector</c>.</summary>
    public required string ResourceType { get; init; }

    public required string Resource { get; init; }

    public required string IdempotencyKey { get; init; }

    /// <summary>Table of a source that every key of <see cref="Resource"/>, a topic, was held against; null where none was.</summary>
    public string? ComparedTable { get; init; }

    public string? Before { get; init; }

    public string? After { get; init; }

    public OperationStepState State { get; set; } = OperationStepState.Waiting;

    public int Attempt { get; set; }

    public string? Error { get; set; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? FinishedAt { get; set; }
}

public enum OperationStepState
{
    Waiting,
    Running,
    Succeeded,
    Failed,
    Skipped,
}
