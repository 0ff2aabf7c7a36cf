using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Kafka;

namespace Pioneer.Jobs.Provisioning;

/// <summary>Opens protected secrets at the moment of use. Nothing keeps what it returns.</summary>
public sealed class PlatformSecrets(SecretStore store)
{
    /// <summary>The secret in clear; throws <see cref="SecretMissingException"/> when it is not kept (any more) or cannot be read.</summary>
    public async Task<string> OpenAsync(string name, CancellationToken ct)
    {
        var secret = await store.RevealAsync(name, ct);
        return secret.IsSuccess ? secret.Value : throw new SecretMissingException(secret.Error);
    }

    /// <summary>The principal as which the portal reads for a tenant, with its password; throws as <see cref="OpenAsync"/>.</summary>
    public async Task<KafkaPrincipal> OpenPortalAsync(TenantSlug tenant, CancellationToken ct) =>
        new(Principals.Portal(tenant), await OpenAsync(SecretNames.PortalPrincipal(tenant), ct));
}

/// <summary>A secret that a change needs cannot be had.</summary>
public sealed class SecretMissingException(Error error) : InvalidOperationException(error.Message)
{
    public Error Error { get; } = error;
}
