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
    private readonly ImmutableArray<PlanNote>.Builder _notes = ImmutableArray.CreateBuilder<PlanNote>();
    private readonly ImmutableArray<ForeignResource>.Builder _foreign = ImmutableArray.CreateBuilder<ForeignResource>();

    public void Add(PlanPhase phase, Change change) => _changes.Add((phase, change));

    public void Block(string type, string resource, string reason, string wayOut) => _blocked.Add(new(type, resource, reason, wayOut));

    public void Note(string type, string resource, string reason, string wayOut) => _notes.Add(new(type, resource, reason, wayOut));

    public void Foreign(string type, string resource) => _foreign.Add(new(type, resource));

    public Plan Build() => new(
        [.. _changes.Select(item => (item.Phase, item.Change, item.Change.Resource))
            .OrderBy(item => item.Phase)
            .ThenBy(item => item.Resource, StringComparer.Ordinal)
            .Select(item => item.Change)],
        _blocked.ToImmutable(),
        _foreign.ToImmutable())
    {
        Notes = _notes.ToImmutable(),
    };
}
