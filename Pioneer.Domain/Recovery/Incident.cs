namespace Pioneer.Domain.Recovery;

/// <summary>A recognised disaster from its detection to its verdict.</summary>
public sealed class Incident : IRevisioned
{
    public required IncidentId Id { get; init; }

    /// <summary>Number of the scenario in the catalogue, such as <c>S10</c>.</summary>
    public required string Scenario { get; init; }

    /// <summary>The failed thing; one open incident a scenario and subject.</summary>
    public required string Subject { get; init; }

    public required string Title { get; set; }

    public IncidentState State { get; set; } = IncidentState.Open;

    /// <summary>The last moment at which evidence was good.</summary>
    public DateTimeOffset? LastGoodAt { get; set; }

    public required DateTimeOffset DetectedAt { get; init; }

    public DateTimeOffset? DeliveredAgainAt { get; set; }

    public DateTimeOffset? ClosedAt { get; set; }

    /// <summary>Why this scenario was recognised, in words.</summary>
    public required string Reason { get; set; }

    public bool IsDrill { get; init; }

    public List<IncidentTenant> Tenants { get; init; } = [];

    public List<IncidentEvent> Timeline { get; init; } = [];

    public long Revision { get; set; }
}

public enum IncidentState
{
    Open,
    Recovering,
    Verifying,
    Closed,
}

/// <summary>What an incident means for one tenant.</summary>
public sealed class IncidentTenant
{
    public required IncidentId IncidentId { get; init; }

    public required TenantId TenantId { get; init; }

    public required Verdict Verdict { get; set; }

    /// <summary>What the verdict rests on, in words for the tenant.</summary>
    public required string Explanation { get; set; }

    /// <summary>The facts behind it as JSON: offsets per partition before and after.</summary>
    public string? Proof { get; set; }

    /// <summary>When records begin to be lost if nothing is done; null where nothing threatens.</summary>
    public DateTimeOffset? LossBeginsAt { get; set; }
}

/// <summary>Who got everything, and who has to be seeded again.</summary>
public enum Verdict
{
    Unknown,
    Full,
    FullLate,
    FullWithDuplicates,
    Lost,
    ReseedNeeded,
}

/// <summary>One line of an incident's timeline.</summary>
public sealed class IncidentEvent
{
    public long Id { get; init; }

    public required IncidentId IncidentId { get; init; }

    public required DateTimeOffset At { get; init; }

    public required string Text { get; init; }
}
