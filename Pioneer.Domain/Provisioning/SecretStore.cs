using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Persistence;

namespace Pioneer.Domain.Provisioning;

/// <summary>Makes, keeps and gives out the secrets that the platform needs again.</summary>
public sealed class SecretStore(IDbContextFactory<PioneerDbContext> contexts, ISecretProtector protector, TimeProvider clock)
{
    private const int PasswordBytes = 24;

    /// <summary>192 random bits in 32 characters that need no quoting in any shell, URL or JAAS file.</summary>
    public static string NewPassword() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(PasswordBytes));

    /// <summary>First 12 hex digits of the SHA-256: tells two secrets apart.</summary>
    public static string Fingerprint(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)))[..12];

    /// <summary>Adds or replaces a secret in the caller's transaction.</summary>
    public async Task PutAsync(PioneerDbContext db, string name, string secret, TenantId? tenant, CancellationToken cancellationToken)
    {
        var row = await db.Secrets.IgnoreQueryFilters().SingleOrDefaultAsync(secretRow => secretRow.Name == name, cancellationToken);
        if (row is null)
        {
            db.Secrets.Add(new PlatformSecret
            {
                Name = name,
                ProtectedValue = protector.Protect(secret),
                Generation = 1,
                TenantId = tenant,
                UpdatedAt = clock.GetUtcNow(),
            });
            return;
        }

        row.ProtectedValue = protector.Protect(secret);
        row.Generation++;
        row.UpdatedAt = clock.GetUtcNow();
    }

    /// <summary>Adds a secret with a new random value unless there is one already.</summary>
    public async Task EnsureAsync(PioneerDbContext db, string name, TenantId? tenant, CancellationToken cancellationToken)
    {
        if (!await db.Secrets.IgnoreQueryFilters().AnyAsync(row => row.Name == name, cancellationToken))
        {
            await PutAsync(db, name, NewPassword(), tenant, cancellationToken);
        }
    }

    /// <summary>The secret in clear, for the moment of use.</summary>
    public async Task<Result<string>> RevealAsync(string name, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var value = await db.Secrets.IgnoreQueryFilters().Where(row => row.Name == name).Select(row => row.ProtectedValue)
            .SingleOrDefaultAsync(cancellationToken);
        if (value is null)
        {
            return new Error("SecretMissing", $"The secret '{name}' is not kept any more.", "Rotate the credential that it belongs to.");
        }

        try
        {
            return protector.Unprotect(value);
        }
        catch (CryptographicException)
        {
            return new Error(
                "SecretUnreadable", $"The secret '{name}' cannot be read: the keys that protect it are gone.",
                "Restore data/keys from a backup, or rotate the credential.");
        }
    }
}
