using System.Collections.Immutable;

namespace Pioneer.Domain.Subscriptions;

/// <summary>A column that a new version delivers otherwise than the present one.</summary>
/// <param name="Before">Its type now, with 'key' where it is the key; null for one that is new.</param>
/// <param name="After">Its type then; null for one that goes.</param>
public sealed record ColumnDifference(string Name, string? Before, string? After)
{
    /// <summary>Readers that rely on the column as it was meet something else.</summary>
    public bool BreaksReaders => Before is not null;
}

/// <summary>What a new version would mean for whoever reads the deliveries, computed before it is deployed.</summary>
/// <param name="Source">The topic that the present version reads.</param>
/// <param name="NewSource">The topic that the new one reads.</param>
/// <param name="GoesOn">Both read one topic, so the new query begins where the old one ends.</param>
/// <param name="Columns">Columns that differ, in the order of the new version, those that go last.</param>
public sealed record UpgradeOutlook(string Source, string NewSource, bool GoesOn, ImmutableArray<ColumnDifference> Columns)
{
    /// <summary>What is kept and what is not, in sentences.</summary>
    public string Promise => GoesOn
        ? "The running query ends, the new one takes over its offsets: nothing is skipped and nothing is delivered twice. Delivery pauses for a moment."
        : $"The new version reads {NewSource} instead of {Source}, and begins with what comes from then on. What is in {NewSource} already is not delivered unless a seed job does, and what comes "
            + $"in {Source} from then on is not either, also where a later version goes back to it.";

    /// <summary>Compares a version with the one that would follow it.</summary>
    public static UpgradeOutlook Of(SubscriptionVersion present, CompiledSubscription next)
    {
        var before = present.ResultSchema.ToDictionary(column => column.Name, Type, StringComparer.Ordinal);
        var after = next.ResultSchema.ToDictionary(column => column.Name, Type, StringComparer.Ordinal);
        return new UpgradeOutlook(
            present.SourceTopic, next.SourceTopic, present.SourceTopic == next.SourceTopic,
            [
                .. next.ResultSchema.Where(column => before.GetValueOrDefault(column.Name) != after[column.Name])
                    .Select(column => new ColumnDifference(column.Name, before.GetValueOrDefault(column.Name), after[column.Name])),
                .. present.ResultSchema.Where(column => !after.ContainsKey(column.Name)).Select(column => new ColumnDifference(column.Name, before[column.Name], null)),
            ]);
    }

    private static string Type(ResultColumn column) => column.IsKey ? $"{column.Type}, key" : column.Type;
}
