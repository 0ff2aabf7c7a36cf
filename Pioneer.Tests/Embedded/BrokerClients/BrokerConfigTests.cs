using System.Net.Sockets;
using Confluent.Kafka;
using Pioneer.Embedded.Broker.Cluster;
using Pioneer.Kafka.Protocol;
using Xunit;
using ErrorCode = Pioneer.Embedded.Broker.ErrorCode;

namespace Pioneer.Tests.Embedded.BrokerClients;

/// <summary>
/// Configs of one broker and of all brokers, as Kafka 4.2 takes and refuses them. By bytes: Confluent.Kafka cannot name the resource of all
/// brokers.
/// </summary>
public sealed class BrokerConfigTests : IAsyncLifetime
{
    private const string AllBrokers = "", ThisBroker = "1";

    private BrokerHarness _broker = null!;
    private Socket _client = null!;

    public async ValueTask InitializeAsync()
    {
        _broker = await BrokerHarness.StartAsync(secured: false);
        await ConnectAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task Value_for_all_brokers_or_one_is_in_force_on_topics_without_their_own_also_after_a_restart()
    {
        using var admin = new AdminClientBuilder(_broker.Anonymous()).Build();
        await admin.CreateTopicsAsync(
            [new Confluent.Kafka.Admin.TopicSpecification { Name = "t", NumPartitions = 1, ReplicationFactor = 1 }]);
        await SetAsync(AllBrokers, "log.retention.ms", "12345678");
        await SetAsync(ThisBroker, "log.retention.ms", "22345678");
        await SetAsync(ThisBroker, "message.max.bytes", "2000000");
        await SetAsync(AllBrokers, "min.insync.replicas", "2");

        await _broker.RestartAsync(secured: false);
        await ConnectAsync();

        var topic = await DescribeAsync(ConfigResourceType.Topic, "t");
        Assert.Equal(
            [("log.retention.ms", "22345678", 2), ("log.retention.ms", "12345678", 3), ("log.retention.ms", "604800000", 5)],
            topic["retention.ms"].Synonyms.Select(s => (s.Name, s.Value!, (int)s.Source)));
        Assert.Equal(("2000000", 2), (topic["max.message.bytes"].Value, topic["max.message.bytes"].ConfigSource));
        Assert.Equal(["log.retention.ms", "min.insync.replicas"], (await DescribeAsync(ConfigResourceType.Broker, AllBrokers))
            .Keys.Order());
        var produced = await Assert.ThrowsAsync<ProduceException<string, string>>(() => _broker
            .Producer(c => (c.MessageSendMaxRetries, c.Acks) = (0, Acks.All), _broker.Anonymous())
            .ProduceAsync("t", new Message<string, string> { Value = "1" }));
        Assert.Equal(Confluent.Kafka.ErrorCode.NotEnoughReplicas, produced.Error.Code);
    }

    [Theory]
    [InlineData(ThisBroker, "min.insync.replicas", "1", ErrorCode.InvalidConfig,
        "Broker-level min.insync.replicas cannot be altered while ELR is enabled.")]
    [InlineData(ThisBroker, "min.insync.replicas", null, ErrorCode.InvalidConfig,
        "Broker-level min.insync.replicas cannot be altered while ELR is enabled.")]
    [InlineData(AllBrokers, "min.insync.replicas", null, ErrorCode.InvalidConfig,
        "Cluster-level min.insync.replicas cannot be removed while ELR is enabled.")]
    [InlineData(ThisBroker, "num.partitions", "4", ErrorCode.InvalidRequest,
        "Cannot update these configs dynamically: Set(num.partitions)")]
    [InlineData(AllBrokers, "log.retention.ms", "abc", ErrorCode.InvalidRequest,
        "Invalid value abc for configuration log.retention.ms: Not a number of type LONG")]
    [InlineData("7", "log.retention.ms", "1", ErrorCode.InvalidRequest, "Unexpected broker id, expected 1 or empty string, but received 7")]
    public async Task Value_that_cannot_be_is_refused_in_Kafkas_words(string broker, string name, string? value, ErrorCode code,
        string words)
    {
        var before = await DescribeAsync(ConfigResourceType.Broker, ThisBroker);

        var (error, message) = await AlterAsync(broker, name, value);

        Assert.Equal((code, true), (error, message!.StartsWith(words, StringComparison.Ordinal)));
        var after = await DescribeAsync(ConfigResourceType.Broker, ThisBroker);
        Assert.Equal(before.Select(e => (e.Key, e.Value.Value)), after.Select(e => (e.Key, e.Value.Value)));
    }

    [Fact]
    public async Task Value_that_is_deleted_leaves_the_one_below()
    {
        await SetAsync(AllBrokers, "log.retention.ms", "5000");
        await SetAsync(ThisBroker, "log.retention.ms", "6000");

        Assert.Equal(ErrorCode.None, (await AlterAsync(ThisBroker, "log.retention.ms", null)).Error);
        Assert.Equal("5000", (await DescribeAsync(ConfigResourceType.Broker, ThisBroker))["log.retention.ms"].Value);
    }

    private async Task ConnectAsync()
    {
        _client?.Dispose();
        _client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await _client.ConnectAsync(_broker.Broker.PlainEndpoint!, TestContext.Current.CancellationToken);
    }

    private async Task SetAsync(string broker, string name, string value) =>
        Assert.Equal((ErrorCode.None, null), await AlterAsync(broker, name, value));

    private async Task<(ErrorCode Error, string? Message)> AlterAsync(string broker, string name, string? value)
    {
        const sbyte set = 0, delete = 1;
        var request = new IncrementalAlterConfigsRequest
        {
            Resources =
            [
                new IncrementalAlterConfigsRequest.AlterConfigsResource
                {
                    ResourceType = (sbyte)ConfigResourceType.Broker,
                    ResourceName = broker,
                    Configs = [new() { Name = name, Value = value, ConfigOperation = value is null ? delete : set }],
                },
            ],
        };
        var answer = await WireFrames.AskAsync<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(_client, request, 1);
        return ((ErrorCode)answer.Responses[0].ErrorCode, answer.Responses[0].ErrorMessage);
    }

    private async Task<Dictionary<string, DescribeConfigsResponse.DescribeConfigsResourceResult>> DescribeAsync(
        ConfigResourceType type, string name)
    {
        var request = new DescribeConfigsRequest
        {
            Resources = [new() { ResourceType = (sbyte)type, ResourceName = name, ConfigurationKeys = null }],
            IncludeSynonyms = true,
        };
        var answer = await WireFrames.AskAsync<DescribeConfigsRequest, DescribeConfigsResponse>(_client, request, 4);
        return answer.Results[0].Configs.ToDictionary(config => config.Name);
    }
}
