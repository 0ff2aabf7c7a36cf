using System.Collections.Immutable;
using Pioneer.Domain.Provisioning;

namespace Pioneer.Jobs.Provisioning;

/// <summary>Cuts a plan into stages: what is in one stage does not depend on the rest of it and runs side by side, in batches of one kind.</summary>
internal static class PlanStages
{
    public static ImmutableArray<PlanStage> Of(Plan plan) =>
        [.. plan.Changes.GroupBy(Rank).OrderBy(stage => stage.Key).Select(stage => new PlanStage(
            [.. stage.GroupBy(change => (change.ResourceType, change.Kind)).Select(batch => batch.ToImmutableArray())]))];

    /// <summary>
    /// The planner's order of phases, with those that do not need each other made one: topics, users, quotas and rights; services and connectors.
    /// </summary>
    private static int Rank(Change change) => change switch
    {
        ConnectorChange { Kind: ChangeKind.Delete } => 0,
        KsqlQueryChange { Action: QueryAction.Terminate } => 0,
        KsqlStreamChange { Kind: ChangeKind.Delete } => 1,
        KsqlServiceChange { Kind: ChangeKind.Delete } => 2,
        AclChange { Kind: ChangeKind.Delete } => 3,
        ScramUserChange { Kind: ChangeKind.Delete } or QuotaChange { Kind: ChangeKind.Delete } => 4,
        TopicChange { Kind: ChangeKind.Delete } => 9,
        TopicChange or AclChange or ScramUserChange or QuotaChange or TopicConfigChange or PartitionChange or ReplicationChange => 5,
        KsqlServiceChange or ConnectorChange => 6,
        KsqlStreamChange => 7,
        _ => 8,
    };
}

/// <summary>Batches that may run at the same time; the changes of a batch are of one type and kind.</summary>
internal sealed record PlanStage(ImmutableArray<ImmutableArray<Change>> Batches);
