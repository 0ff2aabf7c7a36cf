using Pioneer.Domain.Provisioning;
using Pioneer.Embedded;
using Pioneer.Embedded.Connect;

namespace Pioneer.Portal.Hosting;

/// <summary>Gives the embedded Connect worker what <c>${pioneer:bank:password}</c> stands for: the password of the source <c>bank</c>, which is sealed in the database.</summary>
public sealed class SealedSourcePasswords(IServiceScopeFactory scopes) : IConfigProvider
{
    private const string PasswordKey = "password";

    /// <inheritdoc/>
    public string Name => EmbeddedPlatformExtensions.SecretProvider;

    /// <inheritdoc/>
    public async Task<string> GetAsync(string path, string key, CancellationToken cancellationToken)
    {
        if (key != PasswordKey)
        {
            throw new KeyNotFoundException($"of a source there is the key '{PasswordKey}' only.");
        }

        await using var scope = scopes.CreateAsyncScope();
        var secret = await scope.ServiceProvider.GetRequiredService<SecretStore>().RevealAsync(SecretNames.Source(path), cancellationToken);
        return secret.IsSuccess ? secret.Value : throw new KeyNotFoundException(secret.Error.ToText());
    }
}
