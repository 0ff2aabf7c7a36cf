namespace Pioneer.Embedded.Broker.Cluster;

/// <summary>Whom a quota binds. A part that is not named is null; <see cref="Default"/> is everybody without a quota of their own.</summary>
/// <param name="User">The user.</param>
/// <param name="ClientId">The client id.</param>
public readonly record struct QuotaEntity(string? User, string? ClientId)
{
    /// <summary>The default of a part (null on the wire).</summary>
    public const string Default = "";
}
