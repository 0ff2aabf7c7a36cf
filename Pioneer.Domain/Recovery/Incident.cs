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

    /// <summary>The last moment at which evidence was good before the first detection.</summary>
    public DateTimeOffset? LastGoodAt { get; set; }

    public required DateTimeOffset DetectedAt { get; init; }

    public DateTimeOffset? DeliveredAgainAt { get; set; }

    public DateTimeOffset? ClosedAt { get; set; }

    /// <summary>Why this scenario was recognised, in words.</summary>
    public required string Reason { get; set; }

    /// <summary>
    /// Puts the scenario's own words in place of the reason: what Connect or a broker says of a failure may name a source's address and other tenants,
    /// so it is for the platform's people. Only for an incident that is shown, never for one that is saved.
    /// </summary>
    public void WithholdReason() => Reason = Recovery.Scenario.Find(Scenario)?.Meaning ?? "The platform's people see why.";

    /// <summary>
    /// The moments of the rounds of evidence that the verdict compares with, the earliest first: more than one when the failure came again before
    /// the verdict and there was something new to lose by then.
    /// </summary>
    public IEnumerable<DateTimeOffset> EvidenceMoments() =>
        Timeline.Select(line => line.LastGoodAt).OfType<DateTimeOffset>().Order().Prepend(LastGoodAt ?? DetectedAt);

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

/// <summary>
/// One line of an incident's timeline. An incident may touch many tenants, so each line says who may read it: platform people, and beside them one
/// tenant (<see cref="TenantId"/>), every tenant that the incident touches (<see cref="IsShared"/>), or nobody.
/// </summary>
public sealed class IncidentEvent
{
    public long Id { get; init; }

    public required IncidentId IncidentId { get; init; }

    /// <summary>The tenant that the line speaks of; null where it speaks of the whole incident.</summary>
    public TenantId? TenantId { get; init; }

    /// <summary>Whether every tenant that the incident touches may read the line: such a line names no tenant, and nothing of one.</summary>
    public bool IsShared { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>The last moment at which evidence was good before the detection that the line tells of; null on every other line and on the first one's.</summary>
    public DateTimeOffset? LastGoodAt { get; init; }

    public required string Text { get; init; }
}
