using System.Diagnostics;
using System.Runtime.Versioning;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using Pioneer.Jobs.Kafka;
using Pioneer.Tests.Jobs;
using Xunit;

namespace Pioneer.Tests.Deployment;

/// <summary>The certificates of <c>deploy/tls.sh</c>: whom they name, who may see the keys, and that a real broker and the portal's clients take them.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class DeployedCertificatesTests : IDisposable
{
    private const int PortsOfANode = 10;

    private readonly DeployFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Each_service_has_a_certificate_of_the_one_authority_for_its_own_name_and_keys_are_closed_to_others()
    {
        Assert.Equal((0, ""), await _folder.RunAsync("tls.sh"));
        using var authority = X509CertificateLoader.LoadCertificateFromFile(Tls("trust", "authority.pem"));
        string[] services = ["kafka-1", "kafka-2", "kafka-3", "connect", "ksqldb", "sqlserver"];

        foreach (var service in services)
        {
            using var certificate = X509CertificateLoader.LoadCertificateFromFile(Tls(service, "certificate.pem"));
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.Add(authority);
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            Assert.True(chain.Build(certificate), service);
            Assert.True(certificate.MatchesHostname(service), service);
            Assert.DoesNotContain(services, other => other != service && certificate.MatchesHostname(other));
        }

        using (var store = X509CertificateLoader.LoadPkcs12FromFile(Tls("connect", "store.p12"), "pioneer"))
        {
            Assert.True(store.HasPrivateKey);
        }

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Tls()));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Tls("authority.key")));
        var before = await File.ReadAllTextAsync(Tls("ksqldb", "both.pem"), Ct);
        Assert.Equal((0, ""), await _folder.RunAsync("tls.sh"));
        Assert.Equal(before, await File.ReadAllTextAsync(Tls("ksqldb", "both.pem"), Ct));
    }

    [Fact]
    public async Task Apache_kafka_shows_the_certificate_and_the_portals_clients_believe_the_authority_and_no_other()
    {
        Assert.SkipWhen(KafkaScripts.Missing is not null, KafkaScripts.Missing ?? "");
        Assert.Equal((0, ""), await _folder.RunAsync("tls.sh"));
        using var strangers = new DeployFolder();
        Assert.Equal((0, ""), await strangers.RunAsync("tls.sh"));
        var port = TestPorts.NextRow(PortsOfANode);
        var secured = port + 2;
        await ClusterAsync(
            "start", _folder.Of("node"), "--port", $"{port}", "--secure",
            "--set", $"listeners=CLIENT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{port + 1},DEPLOYED://127.0.0.1:{secured}",
            "--set", $"advertised.listeners=CLIENT://127.0.0.1:{port},DEPLOYED://localhost:{secured}",
            "--set", "listener.security.protocol.map=CLIENT:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT,DEPLOYED:SASL_SSL",
            // as docker-compose.yml has it
            "--set", "ssl.keystore.type=PEM", "--set", $"ssl.keystore.location={Tls("kafka-1", "both.pem")}",
            "--set", "ssl.truststore.type=PEM", "--set", $"ssl.truststore.location={Tls("kafka-1", "authority.pem")}",
            "--set", "listener.name.deployed.sasl.enabled.mechanisms=SCRAM-SHA-512",
            "--set", "listener.name.deployed.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;");
        try
        {
            var options = Options($"localhost:{secured}", Tls("trust", "authority.pem"));
            using (var admin = Admin(options))
            using (var quotas = new KafkaQuotas(Microsoft.Extensions.Options.Options.Create(options), TimeProvider.System, NullLogger<KafkaQuotas>.Instance))
            {
                Assert.Equal([secured], (await admin.DescribeClusterAsync(Ct)).Select(broker => broker.Port));
                Assert.Empty(await quotas.DescribeAsync(Ct));
            }

            var deceived = Options($"localhost:{secured}", strangers.Of("deploy", "tls", "trust", "authority.pem"));
            using (var admin = Admin(deceived))
            using (var quotas = new KafkaQuotas(Microsoft.Extensions.Options.Options.Create(deceived), TimeProvider.System, NullLogger<KafkaQuotas>.Instance))
            {
                await Assert.ThrowsAnyAsync<Exception>(() => admin.DescribeClusterAsync(Ct));
                await Assert.ThrowsAnyAsync<Exception>(() => quotas.DescribeAsync(Ct));
            }
        }
        finally
        {
            await ClusterAsync("stop", _folder.Of("node"));
        }
    }

    private string Tls(params ReadOnlySpan<string> parts) => Path.Combine([_folder.Of("deploy", "tls"), .. parts]);

    private static KafkaAdmin Admin(KafkaOptions options) => new(DeployedRights.Clients(options), TimeProvider.System, NullLogger<KafkaAdmin>.Instance);

    private static KafkaOptions Options(string bootstrap, string authority) => new()
    {
        BootstrapServers = bootstrap, SecurityProtocol = "SaslSsl", SaslMechanism = "ScramSha512", Username = "admin", Password = "admin-secret", SslCaLocation = authority,
    };

    private static async Task ClusterAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(KafkaScripts.Find("cluster")!, arguments)
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        // the node inherits the pipe of standard error, so only standard output is read to its end
        var output = await process.StandardOutput.ReadToEndAsync(Ct);
        await process.WaitForExitAsync(Ct);
        Assert.True(process.ExitCode == 0, output);
    }
}
