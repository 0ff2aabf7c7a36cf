using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.DataProtection;
using Pioneer.Domain;
using Pioneer.Domain.Provisioning;

namespace Pioneer.Jobs.Provisioning;

/// <summary>The keys that secrets and cookies are sealed with: files under <c>Data/keys</c> that only this account may read.</summary>
public static class SecretProtection
{
    /// <summary>
    /// Registers <see cref="ISecretProtector"/> on a key ring under <c>Data/keys</c>. With <c>Secrets:Certificate</c>, a PKCS#12 file with its private key
    /// (and <c>Secrets:CertificatePassword</c>), the keys are encrypted at rest; keys from before stay readable.
    /// </summary>
    /// <exception cref="StartException">The certificate cannot be used; the message names key, file and reason.</exception>
    public static IServiceCollection AddSecretProtection(this IServiceCollection services, IConfiguration configuration)
    {
        var keys = services.AddDataProtection().SetApplicationName("Pioneer").PersistKeysToFileSystem(OwnFolder(configuration["Data"] ?? "data"));
        if (configuration["Secrets:Certificate"] is { Length: > 0 } file)
        {
            keys.ProtectKeysWithCertificate(Load(file, configuration["Secrets:CertificatePassword"]));
        }

        return services.AddSingleton<ISecretProtector, DataProtectionSecretProtector>();
    }

    private static DirectoryInfo OwnFolder(string data)
    {
        var path = Path.Combine(data, "keys");
        if (Directory.Exists(path) || OperatingSystem.IsWindows())
        {
            return Directory.CreateDirectory(path);
        }

        Directory.CreateDirectory(data);
        return Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static X509Certificate2 Load(string file, string? password)
    {
        try
        {
            var certificate = X509CertificateLoader.LoadPkcs12FromFile(file, password);
            return certificate.HasPrivateKey
                ? certificate
                : throw new StartException($"Secrets:Certificate '{file}' holds no private key, so what it seals could not be opened again.");
        }
        catch (Exception failure) when (failure is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new StartException(
                $"Secrets:Certificate '{file}' cannot be read: {failure.Message} Give a PKCS#12 file, and its password as Secrets:CertificatePassword.", failure);
        }
    }
}
