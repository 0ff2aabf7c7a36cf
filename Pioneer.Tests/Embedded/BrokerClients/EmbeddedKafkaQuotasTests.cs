using System.Diagnostics;
using Confluent.Kafka;
using Pioneer.Domain.Provisioning;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Provisioning;
using Pioneer.Tests.Jobs;
using Xunit;

namespace Pioneer.Tests.Embedded.BrokerClients;

/// <summary>The contract of the client for quotas on the embedded broker, which also enforces what it takes.</summary>
public sealed class EmbeddedKafkaQuotasTests(SecuredEmbeddedBroker broker) : KafkaQuotasContract(broker.Options), IClassFixture<SecuredEmbeddedBroker>
{
    private readonly SecuredEmbeddedBroker _broker = broker;

    [Fact]
    public async Task Broker_says_which_limits_it_does_not_enforce()
    {
        var (_, refused) = await new QuotaObservation(Quotas).ReadAsync(null, Ct);

        Assert.Equal([QuotaKeys.ControllerMutationRate, QuotaKeys.RequestPercentage], refused.Keys);
        Assert.All(refused.Values, refusal => Assert.Contains("not enforced", refusal.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Producer_above_its_byte_rate_is_made_to_wait()
    {
        const int rate = 50_000;
        await _broker.Harness.CreateTopicAsync("throttled");
        await Quotas.AlterAsync(
            [new KafkaQuotaAlteration(BrokerHarness.SuperUser, new Dictionary<string, double?> { [QuotaKeys.ProducerByteRate] = rate })], validateOnly: false, Ct);
        try
        {
            using var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig(_broker.Harness.Client()) { LingerMs = 0 }).Build();
            var message = new Message<string, byte[]> { Key = "k", Value = new byte[rate] };
            await producer.ProduceAsync("throttled", message, Ct);
            var clock = Stopwatch.StartNew();
            for (var sent = 0; sent < 12; sent++)
            {
                await producer.ProduceAsync("throttled", message, Ct);
            }

            // thirteen seconds' worth, of which ten may be sent at once
            Assert.True(clock.Elapsed.TotalSeconds >= 1, $"thirteen seconds' worth went in {clock.Elapsed}");
        }
        finally
        {
            await Quotas.AlterAsync(
                [new KafkaQuotaAlteration(BrokerHarness.SuperUser, new Dictionary<string, double?> { [QuotaKeys.ProducerByteRate] = null })], validateOnly: false, Ct);
        }
    }

    [Fact]
    public async Task Connection_that_ended_meanwhile_is_made_again()
    {
        await Quotas.DescribeAsync(Ct);

        await _broker.Harness.RestartAsync();

        Assert.False((await Quotas.DescribeAsync(Ct)).IsDefault);
    }
}
