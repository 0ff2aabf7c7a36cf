namespace Pioneer.Domain.Subscriptions;

/// <summary>
/// What a new version of a subscription may do to the form of its records, in the words of schema registries. Compared are the version that delivers and the
/// one that would follow it; the rule is <see cref="SchemaCompatibility"/>.
/// </summary>
public enum Compatibility
{
    /// <summary>Anything goes.</summary>
    None,

    /// <summary>A reader written for the new version can read the records of the present one, which are in the topic still.</summary>
    Backward,

    /// <summary>A reader written for the present version can read the records of the new one.</summary>
    Forward,

    /// <summary>Both.</summary>
    Full,
}
