using System.Collections.Immutable;

namespace Pioneer.Domain.Provisioning;

/// <summary>Sets or lifts the limits of a user that differ; others are left as they are.</summary>
/// <param name="User">The principal, without <c>User:</c>.</param>
/// <param name="Current">The differing limits by key as they are; null where there is none.</param>
/// <param name="Wanted">The same keys as they are to be; null lifts the limit.</param>
public sealed record QuotaChange(
    ChangeKind Kind, string User, ImmutableSortedDictionary<string, double?> Current, ImmutableSortedDictionary<string, double?> Wanted)
    : Change(Kind, RiskOf(Current, Wanted))
{
    public override string ResourceType => "quota";

    public override string Resource => User;

    public override string? Before => Kind is ChangeKind.Create ? null : ChangeText.Limits(Current);

    public override string? After => Kind is ChangeKind.Delete ? null : ChangeText.Limits(Wanted);

    public override Change Inverse => new QuotaChange(
        Kind switch { ChangeKind.Create => ChangeKind.Delete, ChangeKind.Delete => ChangeKind.Create, var same => same }, User, Wanted, Current);

    public bool Equals(QuotaChange? other) =>
        other is not null && Kind == other.Kind && User == other.User && Current.SequenceEqual(other.Current) && Wanted.SequenceEqual(other.Wanted);

    public override int GetHashCode() => HashCode.Combine(Kind, User, Current.Count);

    // Less than a client was given so far can leave it behind.
    private static ChangeRisk RiskOf(ImmutableSortedDictionary<string, double?> current, ImmutableSortedDictionary<string, double?> wanted) =>
        wanted.Any(limit => limit.Value < current[limit.Key]) ? ChangeRisk.InterruptsDelivery : ChangeRisk.Safe;
}
