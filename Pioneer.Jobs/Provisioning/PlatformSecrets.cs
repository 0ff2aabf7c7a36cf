using Pioneer.Domain;
using Pioneer.Domain.Provisioning;

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
}

/// <summary>A secret that a change needs cannot be had.</summary>
public sealed class SecretMissingException(Error error) : InvalidOperationException(error.Message)
{
    public Error Error { get; } = error;
}
