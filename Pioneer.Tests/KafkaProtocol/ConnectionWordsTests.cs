using Pioneer.Jobs.Kafka;
using Pioneer.Kafka.Protocol.Client;
using Xunit;

namespace Pioneer.Tests.KafkaProtocol;

/// <summary>Every part takes both spellings of a connection's words, and refuses the same ones.</summary>
public sealed class ConnectionWordsTests
{
    [Theory]
    [InlineData("SASL_SSL", "SASL_SSL")]
    [InlineData("SaslSsl", "SASL_SSL")]
    [InlineData("sasl_plaintext", "SASL_PLAINTEXT")]
    [InlineData("SaslPlaintext", "SASL_PLAINTEXT")]
    [InlineData("Plaintext", "PLAINTEXT")]
    [InlineData("ssl", "SSL")]
    [InlineData("2", null)]
    [InlineData("TLS", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void Protocols(string? text, string? expected) => Assert.Equal(expected, ConnectionWords.Protocol(text));

    [Theory]
    [InlineData("SCRAM-SHA-512", "SCRAM-SHA-512")]
    [InlineData("ScramSha512", "SCRAM-SHA-512")]
    [InlineData("scram_sha_256", "SCRAM-SHA-256")]
    [InlineData("Plain", "PLAIN")]
    [InlineData("GSSAPI", null)]
    [InlineData("OAUTHBEARER", null)]
    [InlineData("3", null)]
    public void Mechanisms(string text, string? expected) => Assert.Equal(expected, ConnectionWords.Mechanism(text));

    [Theory]
    [InlineData("GSSAPI", "SASL_SSL", "Kafka:SaslMechanism")]
    [InlineData("ScramSha512", "TLS", "Kafka:SecurityProtocol")]
    [InlineData("3", "SASL_SSL", "Kafka:SaslMechanism")]
    public void Portal_and_embedded_parts_refuse_the_same_words_and_name_the_key(string mechanism, string protocol, string key)
    {
        var options = new KafkaOptions { BootstrapServers = "kafka:9092", SecurityProtocol = protocol, SaslMechanism = mechanism, Username = "u", Password = "p" };

        Assert.Contains(key, new KafkaOptionsValidator().Validate(null, options).FailureMessage, StringComparison.Ordinal);
        Assert.Contains(key, Assert.Throws<ArgumentException>(() => Embedded(options).ToClientConfig("test")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ScramSha512", "SaslSsl")]
    [InlineData("SCRAM-SHA-512", "SASL_SSL")]
    public void Portal_and_embedded_parts_understand_the_same(string mechanism, string protocol)
    {
        var options = new KafkaOptions { BootstrapServers = "kafka:9092", SecurityProtocol = protocol, SaslMechanism = mechanism, Username = "u", Password = "p" };
        var embedded = Embedded(options).ToClientConfig("test");

        Assert.True(new KafkaOptionsValidator().Validate(null, options).Succeeded);
        Assert.Equal((options.ParsedProtocol, options.ParsedMechanism), (embedded.SecurityProtocol, embedded.SaslMechanism));
        Assert.Equal(("SASL_SSL", "SCRAM-SHA-512"), (options.ProtocolName, options.MechanismName));
        Assert.Null(new Pioneer.Embedded.Ksql.KafkaConnection("kafka:9092", protocol, mechanism, "u", "p").Validate());
    }

    private static Pioneer.Embedded.KafkaConnection Embedded(KafkaOptions options) =>
        new(options.BootstrapServers, options.SecurityProtocol, options.SaslMechanism, options.Username, options.Password);
}
