namespace Pioneer.Domain.Auditing;

/// <summary>Who did what to which thing, with the values before and after. Rows are only ever added.</summary>
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
}
