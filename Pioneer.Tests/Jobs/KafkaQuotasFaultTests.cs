using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pioneer.Domain.Provisioning;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Provisioning;
using Pioneer.Kafka.Protocol.Client;
using Xunit;

namespace Pioneer.Tests.Jobs;

/// <summary>The client for quotas against brokers that are old, broken or not what they say.</summary>
public sealed class KafkaQuotasFaultTests
{
    private const short Describe = 48, Versions = 18, Alter = 49;

    // throttle 0, error 0, no message, one entry of (user, "bob") with consumer_byte_rate 2.0
    private static readonly byte[] BobVersion0 =
    [
        0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 1, 0, 0, 0, 1, 0, 4, .. "user"u8, 0, 3, .. "bob"u8,
        0, 0, 0, 1, 0, 18, .. "consumer_byte_rate"u8, 0x40, 0, 0, 0, 0, 0, 0, 0,
    ];

    // the same in compact form, with an unknown tagged field (5: two bytes) in the header and after the entity
    private static readonly byte[] BobVersion1 =
    [
        1, 5, 2, 7, 7, 0, 0, 0, 0, 0, 0, 0, 2, 2, 5, .. "user"u8, 4, .. "bob"u8, 1, 5, 2, 7, 7,
        2, 19, .. "consumer_byte_rate"u8, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Old_broker_is_spoken_to_in_the_version_it_knows()
    {
        await using var broker = new ScriptedBroker((api, version) => (api, version) switch
        {
            (Versions, 0) => ScriptedBroker.Ranges((Describe, 0, 0), (Alter, 0, 0)),
            (Describe, 0) => BobVersion0,
            _ => null,
        }).Start();
        using var quotas = Open(broker.Address);

        var bob = Assert.Single(await quotas.DescribeAsync(Ct));

        Assert.Equal(("bob", null, null, 2d), (bob.User, bob.ClientId, bob.Ip, bob.Limits["consumer_byte_rate"]));
    }

    [Fact]
    public async Task Tagged_fields_of_newer_brokers_are_passed_over()
    {
        await using var broker = new ScriptedBroker((api, version) => (api, version) switch
        {
            (Versions, 0) => ScriptedBroker.Ranges((Describe, 0, 7), (Alter, 0, 7)),
            (Describe, 1) => BobVersion1,
            _ => null,
        }).Start();
        using var quotas = Open(broker.Address);

        Assert.Equal("bob", Assert.Single(await quotas.DescribeAsync(Ct)).User);
    }

    [Fact]
    public async Task Cluster_without_the_requests_refuses_every_limit_with_the_reason()
    {
        await using var broker = new ScriptedBroker((api, _) => api == Versions ? ScriptedBroker.Ranges((0, 0, 9)) : null).Start();
        using var quotas = Open(broker.Address);

        var (found, refused) = await new QuotaObservation(quotas).ReadAsync(null, Ct);

        Assert.Empty(found);
        Assert.Equal(QuotaKeys.All, refused.Keys);
        Assert.All(refused.Values, refusal => Assert.Contains("no requests for client quotas", refusal.Reason, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("ffffffff")]
    [InlineData("00000000000000007fffffff")]
    [InlineData("000000000000ffff7ffffff0")]
    [InlineData("")]
    public async Task Answer_that_makes_no_sense_is_an_unavailable_cluster(string body)
    {
        await using var broker = new ScriptedBroker((api, _) => api == Versions ? ScriptedBroker.Ranges((Describe, 0, 0)) : Convert.FromHexString(body)).Start();
        using var quotas = Open(broker.Address);

        await Assert.ThrowsAsync<KafkaUnavailableException>(() => quotas.DescribeAsync(Ct));
    }

    [Fact]
    public async Task Something_that_is_no_broker_is_said_to_be_none()
    {
        await using var broker = new ScriptedBroker((_, _) => null).Start();
        using var quotas = Open(broker.Address);

        await Assert.ThrowsAsync<KafkaUnavailableException>(() => quotas.DescribeAsync(Ct));
        Assert.Equal(3, broker.Connections);
    }

    [Fact]
    public async Task Call_cancelled_in_the_middle_ends_at_once_and_the_next_one_works()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        await using var broker = new ScriptedBroker((api, _) =>
        {
            if (api == Versions)
            {
                return ScriptedBroker.Ranges((Describe, 0, 0));
            }

            cancel.Cancel();
            return BobVersion0;
        }).Start();
        using var quotas = Open(broker.Address);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => quotas.DescribeAsync(cancel.Token));

        Assert.Single(await quotas.DescribeAsync(Ct));
        Assert.Equal(2, broker.Connections);
    }

    [Fact]
    public async Task Broker_over_tls_is_trusted_by_the_given_authority_only()
    {
        using var certificate = ScriptedBroker.Certificate("127.0.0.1");
        using var other = ScriptedBroker.Certificate("127.0.0.1");
        var folder = Directory.CreateTempSubdirectory("pioneer-tls-").FullName;
        var (trusted, untrusted) = (Path.Combine(folder, "ca.pem"), Path.Combine(folder, "other.pem"));
        await File.WriteAllTextAsync(trusted, certificate.ExportCertificatePem(), Ct);
        await File.WriteAllTextAsync(untrusted, other.ExportCertificatePem(), Ct);
        await using var broker = new ScriptedBroker((api, _) => api == Versions ? ScriptedBroker.Ranges((Describe, 0, 0)) : BobVersion0, certificate).Start();

        using (var quotas = Open(broker.Address, trusted))
        {
            Assert.Single(await quotas.DescribeAsync(Ct));
        }

        using (var quotas = Open(broker.Address, untrusted))
        {
            var refused = await Assert.ThrowsAsync<KafkaUnavailableException>(() => quotas.DescribeAsync(Ct));
            Assert.Contains("certificate", refused.Message, StringComparison.Ordinal);
        }

        TestFolder.Delete(folder);
    }

    [Fact]
    public void Impostor_that_does_not_know_the_password_is_found_out()
    {
        var client = new ScramClient(HashAlgorithmName.SHA256, "user", "pencil");
        var nonce = Encoding.UTF8.GetString(client.First()).Split("r=")[1];
        client.Final(Encoding.UTF8.GetBytes($"r={nonce}more,s={Convert.ToBase64String(new byte[16])},i=4096"));

        Assert.Throws<InvalidDataException>(() => client.Verify(Encoding.UTF8.GetBytes($"v={Convert.ToBase64String(new byte[32])}")));
    }

    [Theory]
    [InlineData("r=other,s=AAAA,i=4096")]
    [InlineData("r={0},s=AAAA,i=4096")]
    [InlineData("r={0}x,s=AAAA,i=1")]
    [InlineData("r={0}x,s=AAAA,i=2000000000")]
    [InlineData("r={0}x,s=%%%,i=4096")]
    [InlineData("e=other-error")]
    public void Challenge_that_cannot_be_right_is_refused(string challenge)
    {
        var client = new ScramClient(HashAlgorithmName.SHA512, "us,er=1", "pencil");
        var first = Encoding.UTF8.GetString(client.First());
        Assert.StartsWith("n,,n=us=2Cer=3D1,r=", first, StringComparison.Ordinal);

        Assert.Throws<InvalidDataException>(() => client.Final(Encoding.UTF8.GetBytes(challenge.Replace("{0}", first.Split("r=")[^1], StringComparison.Ordinal))));
    }

    [Theory]
    [InlineData("broker:9093", "broker", 9093)]
    [InlineData("SASL_SSL://broker:9093", "broker", 9093)]
    [InlineData("broker", "broker", 9092)]
    [InlineData("[::1]:19092", "::1", 19092)]
    [InlineData("[::1]", "::1", 9092)]
    public void Bootstrap_server_is_read_as_librdkafka_reads_it(string text, string host, int port) => Assert.Equal(new BrokerEndpoint(host, port), BrokerEndpoint.Parse(text));

    private static KafkaQuotas Open(string address, string? authority = null) => new(
        Options.Create(new KafkaOptions
        {
            BootstrapServers = address, SecurityProtocol = authority is null ? "PLAINTEXT" : "SSL", SslCaLocation = authority, RequestTimeoutMs = 60_000,
        }),
        TimeProvider.System, NullLogger<KafkaQuotas>.Instance);
}
