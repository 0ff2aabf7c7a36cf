using System.Collections.Immutable;

namespace Pioneer.Domain.Provisioning;

/// <summary>The order of dependency: what relies on something stops before it goes and starts after it came; records are deleted last.</summary>
internal enum PlanPhase
{
    StopConnectors,
    StopQueries,
    DropStreams,
    RemoveServices,
    RevokeRights,
    RemoveUsers,
    RemoveQuotas,
    CreateTopics,
    ConfigureTopics,
    CreateUsers,
    SetQuotas,
    GrantRights,
    HostServices,
    DeclareStreams,
    StartQueries,
    StartConnectors,
    DeleteTopics,
}

/// <summary>Collects the parts of a plan and puts them in order: by phase, within a phase by name, so that equal inputs print equal plans.</summary>
internal sealed class PlanBuilder
{
    private readonly List<(PlanPhase Phase, Change Change)> _changes = [];
    private readonly ImmutableArray<BlockedChange>.Builder _blocked = ImmutableArray.CreateBuilder<BlockedChange>();
    private readonly List<Change> _withheld = [];
    private readonly ImmutableArray<PlanNote>.Builder _notes = ImmutableArray.CreateBuilder<PlanNote>();
    private readonly ImmutableArray<ForeignResource>.Builder _foreign = ImmutableArray.CreateBuilder<ForeignResource>();

    public void Add(PlanPhase phase, Change change) => _changes.Add((phase, change));

    /// <summary>The thing is there, not as wanted, and somebody has to do something about it.</summary>
    public void Block(string type, string resource, string reason, string wayOut) => _blocked.Add(new(type, resource, reason, wayOut));

    /// <summary>The thing is there, not as wanted, and a later plan mends it.</summary>
    public void Wait(string type, string resource, string reason, string wayOut) =>
        _blocked.Add(new(type, resource, reason, wayOut) { Kind = BlockKind.Waits });

    /// <summary>The thing cannot be made; whatever needs it is not tried.</summary>
    public void Withhold(Change change, string reason, string wayOut)
    {
        _withheld.Add(change);
        _blocked.Add(new(change.ResourceType, change.Resource, reason, wayOut) { Kind = BlockKind.Withheld });
    }

    public void Note(string type, string resource, string reason, string wayOut) => _notes.Add(new(type, resource, reason, wayOut));

    public void Foreign(string type, string resource) => _foreign.Add(new(type, resource));

    public Plan Build()
    {
        var plan = new Plan(
            [.. _changes.Select(item => (item.Phase, item.Change, item.Change.Resource))
                .OrderBy(item => item.Phase)
                .ThenBy(item => item.Resource, StringComparer.Ordinal)
                .ThenByDescending(item => item.Change.Risk)
                .Select(item => item.Change)],
            _blocked.ToImmutable(),
            _foreign.ToImmutable())
        {
            Notes = _notes.ToImmutable(),
        };
        return _withheld.Aggregate(plan, WithoutDependents);
    }

    // Each is named with what it lacks: it is asked for, and it will not be there.
    private static Plan WithoutDependents(Plan plan, Change withheld)
    {
        var rest = plan.Without(change => PlanDependencies.Needs(change, withheld));
        var dropped = plan.Changes.Except(rest.Changes).Select(change => new BlockedChange(
            change.ResourceType, change.Resource, $"It needs {withheld.ResourceType} '{withheld.Resource}', which cannot be made.", "Mend that first.")
        { Kind = BlockKind.Withheld });
        return rest with { Blocked = [.. plan.Blocked, .. dropped] };
    }
}
