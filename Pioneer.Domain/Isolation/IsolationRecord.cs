using System.Collections.Immutable;

namespace Pioneer.Domain.Isolation;

/// <summary>What came of one check of a tenant's isolation: dated, and never changed afterwards.</summary>
public sealed class IsolationRecord
{
    public long Id { get; init; }

    public required TenantId TenantId { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset FinishedAt { get; init; }

    public required IsolationOutcome Outcome { get; init; }

    /// <summary>Attempts that were refused, controls that worked.</summary>
    public required int Held { get; init; }

    /// <summary>Attempts that succeeded though they must be refused.</summary>
    public required int Broken { get; init; }

    /// <summary>Attempts that could not be made, or whose answer proves nothing.</summary>
    public required int NotObserved { get; init; }

    /// <summary>The operation that made it.</summary>
    public OperationId? OperationId { get; init; }

    /// <summary>The <see cref="IsolationAttempt"/>s as JSON.</summary>
    public required string Attempts { get; init; }
}

/// <summary>What a check shows as a whole.</summary>
public enum IsolationOutcome
{
    /// <summary>Everything that was tried was refused, and nothing was left untried.</summary>
    Held,

    /// <summary>What was tried was refused, and something could not be tried.</summary>
    HeldInPart,

    /// <summary>Something succeeded that must be refused.</summary>
    Broken,

    /// <summary>Nothing could be tried.</summary>
    NotObserved,
}

/// <summary>One thing that was tried.</summary>
/// <param name="Way">By which way.</param>
/// <param name="As">The principal or token that tried it; of the tenant that is checked.</param>
/// <param name="What">In words that name no other tenant.</param>
/// <param name="Target">The thing; may name another tenant, so it is for the platform's people.</param>
/// <param name="Wanted">The answer that keeps tenants apart.</param>
/// <param name="Seen">The answer that came; names no other tenant.</param>
public sealed record IsolationAttempt(
    IsolationWay Way, string As, string What, string? Target, string Wanted, string Seen, AttemptResult Result, DateTimeOffset At)
{
    /// <summary>A control: what the same principal must be able to do. Where it cannot, its refusals prove nothing.</summary>
    public bool IsControl { get; init; }

    /// <summary>The tenant whose things were reached; null for the platform's own, and where nothing was.</summary>
    public string? Reached { get; init; }

    /// <summary>The brokers' rules that let it through; for the platform's people.</summary>
    public ImmutableArray<string> Rules { get; init; } = [];
}

/// <summary>Ways to other tenants' things.</summary>
public enum IsolationWay
{
    Broker,
    Rules,
    Ksql,
    Connect,
    Api,
    Events,
    Search,
}

/// <summary>What an attempt shows.</summary>
public enum AttemptResult
{
    /// <summary>Refused as it must be; for a control, it worked.</summary>
    Held,

    /// <summary>It succeeded: a hole.</summary>
    Broken,

    /// <summary>It could not be made, or its answer proves nothing.</summary>
    NotObserved,
}
