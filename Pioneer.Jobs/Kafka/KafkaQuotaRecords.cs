namespace Pioneer.Jobs.Kafka;

/// <summary>The quotas of one entity. A part that is not named is null; an empty name is the default for all without one of their own.</summary>
public sealed record KafkaQuota(string? User, string? ClientId, string? Ip, IReadOnlyDictionary<string, double> Limits);

/// <summary>Limits of one user to set, or, where the value is null, to remove; keys that are not named stay.</summary>
public sealed record KafkaQuotaAlteration(string User, IReadOnlyDictionary<string, double?> Limits);
