using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Provisioning;

/// <summary>Reads observed state from the platform. Implemented in Jobs. An unreachable component is an <see cref="Error"/> naming it, never an empty state.</summary>
public interface IObservedStateReader
{
    /// <summary>Everything under the tenant's names, its principals' rights, its ksqlDB service; all tenants when null.</summary>
    Task<Result<ObservedState>> ReadAsync(TenantSlug? tenant, CancellationToken cancellationToken);

    /// <summary>
    /// Everything at once, parted by tenant, for whoever plans many: as many requests as <see cref="ReadAsync"/> makes for all. A ksqlDB service that
    /// does not answer is missing for those only whose queries may run in it.
    /// </summary>
    Task<Result<ObservedPlatform>> ReadPlatformAsync(CancellationToken cancellationToken);
}

/// <summary>Makes one change happen. Implemented in Jobs. Idempotent: a change that is there already succeeds.</summary>
public interface IChangeApplier
{
    Task<Result> ApplyAsync(Change change, CancellationToken cancellationToken);
}

/// <summary>Knows where the platform can run ksqlDB services. Implemented in Jobs; answers without asking the platform.</summary>
public interface IKsqlHosting
{
    /// <summary>Whether the service can be made, or an operator named where it runs.</summary>
    bool HasPlaceFor(string serviceId);
}

/// <summary>Protects secrets at rest. Implemented in Jobs with ASP.NET Data Protection, keys in <c>data/keys</c>.</summary>
public interface ISecretProtector
{
    string Protect(string secret);

    /// <summary>Throws <see cref="System.Security.Cryptography.CryptographicException"/> where the keys are lost.</summary>
    string Unprotect(string protectedValue);
}
