namespace Pioneer.Domain.Seeding;

/// <summary>One execution of a seed job. The row is the durable state of the run's machine: a killed process goes on from here.</summary>
public sealed class SeedRun : IRevisioned
{
    public required SeedRunId Id { get; init; }

    public required TenantId TenantId { get; init; }

    public required SeedJobId SeedJobId { get; init; }

    public required SubscriptionId SubscriptionId { get; init; }

    public OperationId? OperationId { get; set; }

    public SeedRunState State { get; set; } = SeedRunState.Queued;

    /// <summary>Raised whenever a process takes the run up; fences the one that had it before.</summary>
    public int Attempt { get; set; }

    /// <summary>The machine's own state as JSON: offsets, chunk position, checksums.</summary>
    public string? MachineState { get; set; }

    /// <summary>Rows of the state that were copied so far, before the query filters them.</summary>
    public long Rows { get; set; }

    /// <summary>Rows that the state has; null until it was read.</summary>
    public long? RowsExpected { get; set; }

    public double RowsPerSecond { get; set; }

    public int ChunksDone { get; set; }

    public int ChunksTotal { get; set; }

    /// <summary>A <see cref="SeedCertificate"/> as JSON; null until it was verified.</summary>
    public string? Certificate { get; set; }

    public string? Error { get; set; }

    public required DateTimeOffset RequestedAt { get; init; }

    public required string RequestedBy { get; init; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? FinishedAt { get; set; }

    public long Revision { get; set; }

    /// <summary>
    /// Ends a run that touched nothing yet. False for one that was begun: its query may be paused, so only a worker may end it, after it brought the
    /// query back.
    /// </summary>
    public bool TryCancelUntouched(DateTimeOffset now)
    {
        if (MachineState is not null || State is not SeedRunState.Queued)
        {
            return false;
        }

        State = SeedRunState.Cancelled;
        FinishedAt = now;
        return true;
    }
}

/// <summary>States of a seed run, in the order a good one passes them.</summary>
public enum SeedRunState
{
    Queued,
    Preparing,
    Snapshotting,
    HandingOver,
    Verifying,
    Done,
    Failed,
    Cancelled,
}
