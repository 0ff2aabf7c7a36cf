namespace Pioneer.Domain.Seeding;

/// <summary>Where a client-layer seed run stands. The order of the members is the order of the run.</summary>
public enum SeedPhase
{
    /// <summary>Nothing has been touched yet.</summary>
    Queued,

    /// <summary>The live query is being paused, so that its committed offsets stand still.</summary>
    Pausing,

    /// <summary>The committed offsets of the live query are being taken as the cut.</summary>
    Cutting,

    /// <summary>The state below the cut is being written to the private seed topic.</summary>
    Copying,

    /// <summary>The seed query is being started on the seed topic.</summary>
    Querying,

    /// <summary>The seed query is running; its lag has not reached zero yet.</summary>
    Draining,

    /// <summary>The seed query is being terminated, before anything live may follow.</summary>
    Stopping,

    /// <summary>The 'seed complete' record is being written to the delivery topic.</summary>
    Completing,

    /// <summary>The live query is being resumed at the cut.</summary>
    Resuming,

    /// <summary>The delivery topic is being folded and compared with the state.</summary>
    Verifying,

    /// <summary>The certificate holds.</summary>
    Done,

    /// <summary>The run was given up: the live query runs again from the cut, and what failed is recorded.</summary>
    Failed,

    /// <summary>A person cancelled the run: the live query runs again from the cut.</summary>
    Cancelled,
}
