using Pioneer.Domain.Provisioning;

namespace Pioneer.Jobs.Subscriptions;

/// <summary>What a reader found when it was resumed, for the operation's journal.</summary>
/// <param name="Topic">The topic that it reads.</param>
/// <param name="Reader">The query.</param>
/// <param name="Found">What waited for it, and what was lost while it stood, in a sentence or two.</param>
public sealed record ResumedReader(string Topic, string Reader, string Found) : Change(ChangeKind.Update, ChangeRisk.Safe)
{
    /// <summary>Its word in journals.</summary>
    internal const string Type = "records";

    /// <inheritdoc/>
    public override string ResourceType => Type;

    /// <inheritdoc/>
    public override string Resource => Topic;

    /// <inheritdoc/>
    public override string? Before => $"{Reader} stood still";

    /// <inheritdoc/>
    public override string? After => Found;
}
