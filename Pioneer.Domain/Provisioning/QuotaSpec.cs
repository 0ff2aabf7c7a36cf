using System.Collections.Immutable;

namespace Pioneer.Domain.Provisioning;

/// <summary>The limits of one entity by Kafka's names, such as <see cref="QuotaKeys.ProducerByteRate"/>; each counts per broker.</summary>
public sealed record QuotaSpec(QuotaEntity Entity, ImmutableSortedDictionary<string, double> Limits)
{
    public bool Equals(QuotaSpec? other) => other is not null && Entity == other.Entity && Limits.SequenceEqual(other.Limits);

    public override int GetHashCode() => HashCode.Combine(Entity, Limits.Count);
}

/// <summary>Whom a quota binds. A part that is not named is null; <see cref="Default"/> is everybody without one of their own.</summary>
public readonly record struct QuotaEntity(string? User, string? ClientId = null, string? Ip = null)
{
    public const string Default = "";

    /// <summary>The quota of a user whatever its client id: the only kind that Pioneer sets.</summary>
    public bool IsUserOnly => User is not null and not Default && ClientId is null && Ip is null;

    public override string ToString() => IsUserOnly ? User! : string.Join(", ", Parts());

    private IEnumerable<string> Parts()
    {
        foreach (var (kind, name) in new[] { ("user", User), ("client id", ClientId), ("address", Ip) })
        {
            if (name is not null)
            {
                yield return name == Default ? $"any other {kind}" : $"{kind} {name}";
            }
        }
    }
}

/// <summary>Why a cluster does not take a kind of quota, and what a person can do.</summary>
public sealed record QuotaRefusal(string Reason, string WayOut);

/// <summary>Kafka's names of the quotas that Pioneer sets.</summary>
public static class QuotaKeys
{
    public const string ProducerByteRate = "producer_byte_rate";
    public const string ConsumerByteRate = "consumer_byte_rate";
    public const string RequestPercentage = "request_percentage";
    public const string ControllerMutationRate = "controller_mutation_rate";

    /// <summary>All of them, in ordinal order.</summary>
    public static readonly ImmutableArray<string> All = [ConsumerByteRate, ControllerMutationRate, ProducerByteRate, RequestPercentage];
}
