using System.Collections.Immutable;
using Pioneer.Domain.Recovery;

namespace Pioneer.Jobs.Recovery;

/// <summary>What a step did.</summary>
/// <param name="Detail">For platform people, with figures and names.</param>
public sealed record StepOutcome(bool Succeeded, string Detail)
{
    /// <summary>
    /// What all tenants of the incident may read of it: no tenant's name, and nothing of one. A failure's own words may name whatever failed, so they
    /// stay with the platform.
    /// </summary>
    public string Shared { get; init; } = Succeeded ? Detail : "It did not succeed; the platform's people see why.";
}

/// <summary>One step of a playbook. <paramref name="Act"/> is idempotent: a runner that dies in it is followed by one that calls it again.</summary>
/// <param name="Name">What is done, as a verb.</param>
/// <param name="Timeout">After it the step has failed and the run pauses for a person.</param>
public sealed record PlaybookStepDefinition(string Name, TimeSpan Timeout, Func<PlaybookContext, CancellationToken, Task<StepOutcome>> Act);

/// <summary>The steps against one scenario.</summary>
public sealed record Playbook(Scenario Scenario, ImmutableArray<PlaybookStepDefinition> Steps);

/// <summary>What a step works with.</summary>
/// <param name="Before">The last evidence from before the failure; null when there is none.</param>
public sealed record PlaybookContext(PlaybookRun Run, EvidenceRound? Before, ImmutableArray<WatchedTenant> Tenants);
