using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Jobs.Provisioning;
using Xunit;

namespace Pioneer.Tests.Jobs;

/// <summary>How the keys lie on disk that every stored secret depends on.</summary>
public sealed class SecretProtectionTests : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("pioneer-keys-");

    private string Keys => Path.Combine(_data.FullName, "data", "keys");

    public void Dispose() => _data.Delete(recursive: true);

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void Keys_are_readable_by_their_owner_only()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "file modes are a Unix thing");

        Protector().Protect("hunter2");

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Keys));
    }

    [Fact]
    public void Keys_are_encrypted_and_opened_again_with_the_certificate()
    {
        var (file, password) = Certificate();
        var sealedSecret = Protector(file, password).Protect("hunter2");

        Assert.DoesNotContain("<masterKey", KeyFile(), StringComparison.Ordinal);
        Assert.Equal("hunter2", Protector(file, password).Unprotect(sealedSecret));
    }

    [Fact]
    public void Secret_from_before_the_certificate_stays_readable()
    {
        var sealedSecret = Protector().Protect("hunter2");
        Assert.Contains("<masterKey", KeyFile(), StringComparison.Ordinal);

        var (file, password) = Certificate();

        Assert.Equal("hunter2", Protector(file, password).Unprotect(sealedSecret));
    }

    [Theory]
    [InlineData("wrong password")]
    [InlineData("missing file")]
    public void Certificate_that_cannot_be_used_is_refused_naming_the_key(string fault)
    {
        var (file, password) = Certificate();

        var refusal = Assert.Throws<StartException>(() => fault == "missing file" ? Protector(file + ".gone", password) : Protector(file, "other"));

        Assert.Contains("Secrets:Certificate", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(file, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(password, refusal.Message, StringComparison.Ordinal);
    }

    private string KeyFile() => File.ReadAllText(Directory.EnumerateFiles(Keys, "key-*.xml").Single());

    private ISecretProtector Protector(string? certificate = null, string? password = null) => new ServiceCollection()
        .AddSecretProtection(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Data"] = Path.Combine(_data.FullName, "data"),
            ["Secrets:Certificate"] = certificate,
            ["Secrets:CertificatePassword"] = password,
        }).Build())
        .BuildServiceProvider()
        .GetRequiredService<ISecretProtector>();

    private (string File, string Password) Certificate()
    {
        using var key = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=pioneer-keys", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        var (file, password) = (Path.Combine(_data.FullName, "keys.pfx"), "correct horse");
        File.WriteAllBytes(file, certificate.Export(X509ContentType.Pkcs12, password));
        return (file, password);
    }
}
