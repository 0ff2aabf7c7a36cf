using Pioneer.Jobs.Kafka;
using Xunit;

namespace Pioneer.Tests.Jobs;

/// <summary>The contract against Apache Kafka itself, where an ordinary tool must see the same.</summary>
[Collection(SharedKafkaCollection.Name)]
public sealed class ApacheKafkaQuotasTests : KafkaQuotasContract
{
    private readonly SharedKafka _kafka;

    public ApacheKafkaQuotasTests(SharedKafka kafka)
        : base(kafka.Options)
    {
        Assert.SkipWhen(kafka.Missing is not null, kafka.Missing ?? "");
        _kafka = kafka;
    }

    [Fact]
    public async Task Kafka_configs_shows_what_was_set_and_its_own_entities_are_read()
    {
        await Quotas.AlterAsync([new KafkaQuotaAlteration("tool.app", new Dictionary<string, double?> { ["request_percentage"] = 12.5, ["controller_mutation_rate"] = 3 })], false, Ct);
        await Wait.UntilAsync(async () => (await Quotas.DescribeAsync(Ct)).Any(quota => quota.User == "tool.app"));

        var shown = await _kafka.ToolAsync("configs", "--describe", "--entity-type", "users", "--entity-name", "tool.app");
        Assert.Contains("request_percentage=12.5", shown, StringComparison.Ordinal);
        Assert.Contains("controller_mutation_rate=3", shown, StringComparison.Ordinal);

        await _kafka.ToolAsync(
            "configs", "--alter", "--entity-type", "users", "--entity-name", "tool.app", "--entity-type", "clients", "--entity-default", "--add-config", "consumer_byte_rate=2048");
        await Wait.UntilAsync(async () => (await Quotas.DescribeAsync(Ct)).Any(
            quota => quota is { User: "tool.app", ClientId: "", Ip: null } && quota.Limits["consumer_byte_rate"] is 2048));
    }
}
