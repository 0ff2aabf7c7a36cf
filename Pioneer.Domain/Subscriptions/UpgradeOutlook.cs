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
/// <param name="Version">The present version.</param>
/// <param name="NextVersion">The number that the new one gets.</param>
/// <param name="Revision">The state of the subscription that this was computed from.</param>
/// <param name="State">What the subscription does now.</param>
/// <param name="Source">The topic that the present version reads.</param>
/// <param name="NewSource">The topic that the new one reads.</param>
/// <param name="Columns">Columns that differ, in the order of the new version, those that go last.</param>
/// <param name="Seedable">Whether the new version can be given what its source holds already.</param>
public sealed record UpgradeOutlook(
    int Version, int NextVersion, long Revision, SubscriptionState State, string Source, string NewSource, ImmutableArray<ColumnDifference> Columns,
    VersionSeedability Seedable)
{
    /// <summary>What the subscription promises its readers of the form of its records.</summary>
    public required Compatibility Compatibility { get; init; }

    /// <summary>Why the version is refused; null where it may be deployed.</summary>
    public required Error? Refusal { get; init; }

    /// <summary>Both read one topic, so the new query begins where the old one ends.</summary>
    public bool GoesOn => Source == NewSource;

    /// <summary>Whether somebody who reads the deliveries could miss records or meet another form of them.</summary>
    public bool NeedsAttention => Refusal is not null || !GoesOn || Columns.Any(column => column.BreaksReaders);

    /// <summary>What is kept and what is not, in sentences.</summary>
    public string Promise => GoesOn
        ? $"{Handover} nothing is skipped and nothing is delivered twice.{(State is SubscriptionState.Running ? " Delivery pauses for a moment." : "")}"
        : $"The new version reads {NewSource} instead of {Source}, and begins with what comes from then on. {Earlier} What comes in {Source} from then on is not delivered, also where a "
            + "later version goes back to it.";

    private string Handover => State switch
    {
        SubscriptionState.Paused => "The subscription is paused and the new version starts it. It takes over the offsets:",
        SubscriptionState.Failed => "The new query takes over the offsets of the last one that ran:",
        _ => "The running query ends, the new one takes over its offsets:",
    };

    private string Earlier => Seedable.IsRefused
        ? $"What is in {NewSource} already is not delivered, and no seed job can do it: {string.Join(" ", Seedable.Reasons)}"
        : $"What is in {NewSource} already is not delivered unless a seed job does.";

    /// <summary>Compares the present version of a subscription with the one that would follow it.</summary>
    public static UpgradeOutlook Of(Subscription subscription, int nextVersion, CompiledSubscription next, VersionSeedability seedable, Error? refusal)
    {
        var present = subscription.Versions.Single(version => version.Number == subscription.CurrentVersion);
        var before = present.ResultSchema.ToDictionary(column => column.Name, Type, StringComparer.Ordinal);
        var after = next.ResultSchema.ToDictionary(column => column.Name, Type, StringComparer.Ordinal);
        return new UpgradeOutlook(
            present.Number, nextVersion, subscription.Revision, subscription.State, present.SourceTopic, next.SourceTopic,
            [
                .. next.ResultSchema.Where(column => before.GetValueOrDefault(column.Name) != after[column.Name])
                    .Select(column => new ColumnDifference(column.Name, before.GetValueOrDefault(column.Name), after[column.Name])),
                .. present.ResultSchema.Where(column => !after.ContainsKey(column.Name)).Select(column => new ColumnDifference(column.Name, before[column.Name], null)),
            ],
            seedable)
        {
            Compatibility = subscription.Compatibility,
            Refusal = refusal,
        };
    }

    private static string Type(ResultColumn column) => column.IsKey ? $"{column.Type}, key" : column.Type;
}
