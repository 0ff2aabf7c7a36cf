using Microsoft.AspNetCore.DataProtection;
using Pioneer.Domain.Provisioning;

namespace Pioneer.Jobs.Provisioning;

/// <summary>Secrets at rest by ASP.NET Data Protection, with a purpose of their own, so that no cookie key opens them.</summary>
public sealed class DataProtectionSecretProtector(IDataProtectionProvider provider) : ISecretProtector
{
    private readonly IDataProtector _protector = provider.CreateProtector("Pioneer.PlatformSecrets.v1");

    public string Protect(string secret) => _protector.Protect(secret);

    public string Unprotect(string protectedValue) => _protector.Unprotect(protectedValue);
}
