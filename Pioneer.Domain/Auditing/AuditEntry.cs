namespace Pioneer.Domain.Auditing;

/// <summary>
/// Who did what to which thing, with the values before and after. Rows are only ever added, and each holds the hash of the one before
/// (<see cref="AuditChain"/>), so that a row that was changed or taken out afterwards is found.
/// </summary>
public sealed class AuditEntry
{
    public long Id { get; init; }

    public required DateTimeOffset At { get; init; }

    public required string ActorId { get; init; }

    public required string ActorName { get; init; }

    /// <summary>A fact in the past tense: <c>TenantCreated</c>, <c>EntitlementGranted</c>.</summary>
    public required string Action { get; init; }

    /// <summary>Kind of the thing: <c>tenant</c>, <c>feed</c>, <c>subscription</c> ...</summary>
    public required string SubjectKind { get; init; }

    public required string Subject { get; init; }

    public TenantId? TenantId { get; init; }

    /// <summary>JSON; never holds a secret.</summary>
    public string? Before { get; init; }

    /// <summary>JSON; never holds a secret.</summary>
    public string? After { get; init; }

    public OperationId? OperationId { get; init; }

    /// <summary>Place in the chain, from 1; null for rows of releases that had none.</summary>
    public long? Sequence { get; set; }

    /// <summary>SHA-256 of the row and of the hash before it, hex.</summary>
    public string? Hash { get; set; }
}

/// <summary>The end of the chain: one row, which every transaction with audit entries takes hold of.</summary>
public sealed class AuditHead
{
    /// <summary>The id of the only row.</summary>
    public const int Only = 1;

    public int Id { get; init; } = Only;

    public long Sequence { get; set; }

    public required string Hash { get; set; }
}

/// <summary>How far one receiver outside has been given the log.</summary>
public sealed class AuditExportPosition
{
    /// <summary>Such as <c>file</c> or <c>webhook</c>.</summary>
    public required string Receiver { get; init; }

    /// <summary>The last entry that it confirmed.</summary>
    public long Sequence { get; set; }

    public DateTimeOffset At { get; set; }
}
