using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging.Abstractions;
using Pioneer.Embedded;
using Pioneer.Tests.Embedded.ConnectWorker;
using Xunit;

namespace Pioneer.Tests.Embedded.Hosting;

/// <summary>What the embedded Connect worker may do on the cluster, as the cluster sees it.</summary>
public sealed class ConnectPrincipalTests : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("pioneer-principal-").FullName;
    private EmbeddedPlatform _platform = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _platform = await StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _platform.DisposeAsync();
        TestFolder.Delete(_directory);
    }

    [Fact]
    public void Worker_signs_in_as_its_own_user() => Assert.Equal("pioneer-connect", _platform.ConnectKafka!.Username);

    [Fact]
    public async Task Worker_is_refused_on_every_topic_that_no_plan_gave_it()
    {
        await CreateAsync("acme.t.payments", "globex.t.payments", "acme.d.results");
        await GrantAsync("acme.t.");

        Assert.Equal(ErrorCode.NoError, await ProduceAsync("acme.t.payments"));
        Assert.Equal(ErrorCode.TopicAuthorizationFailed, await ProduceAsync("globex.t.payments"));
        Assert.Equal(ErrorCode.TopicAuthorizationFailed, await ProduceAsync("acme.d.results"));
        Assert.Equal(ErrorCode.TopicAuthorizationFailed, Consume("acme.t.payments"));
    }

    [Fact]
    public async Task Worker_may_neither_make_topics_nor_give_itself_rights()
    {
        using var admin = Admin(_platform.ConnectKafka!);

        var topics = await Assert.ThrowsAsync<CreateTopicsException>(() => admin.CreateTopicsAsync([new TopicSpecification { Name = "acme.t.new", NumPartitions = 1 }]));
        var rights = await Assert.ThrowsAsync<CreateAclsException>(() => admin.CreateAclsAsync([ConnectKit.WriteRule(ConnectPrincipal.Name, "globex.t.")]));

        Assert.Equal(ErrorCode.TopicAuthorizationFailed, topics.Results[0].Error.Code);
        Assert.Equal(ErrorCode.ClusterAuthorizationFailed, rights.Results[0].Error.Code);
    }

    [Fact]
    public async Task Next_start_has_another_password_and_connectors_run_with_the_same_rights()
    {
        var before = _platform.ConnectKafka!;
        await _platform.DisposeAsync();
        _platform = await StartAsync();

        Assert.NotEqual(before.Password, _platform.ConnectKafka!.Password);
        await using var kit = new ConnectKit(_platform.Kafka!) { Url = _platform.Endpoints.Connect! };
        kit.CreatePayments();
        kit.InsertPayments(3);
        await CreateAsync("acme.t.payments");
        await GrantAsync("acme.t.");
        await kit.PutAsync("acme.t.payments", kit.PaymentsConfig("acme.t.payments"));
        await Wait.UntilAsync(() => kit.Read("acme.t.payments").Count == 3);
    }

    private Task<EmbeddedPlatform> StartAsync() => EmbeddedPlatform.StartAsync(
        new EmbeddedPlatformOptions
        {
            DataDirectory = _directory,
            KafkaSaslEndpoint = TestPorts.NextEndpoint(),
            SuperUser = "pioneer",
            SuperPassword = "a password",
            ConnectEndpoint = TestPorts.NextEndpoint(),
        },
        NullLoggerFactory.Instance, TimeProvider.System, Ct);

    private async Task CreateAsync(params string[] topics)
    {
        using var admin = Admin(_platform.Kafka!);
        await admin.CreateTopicsAsync(topics.Select(topic => new TopicSpecification { Name = topic, NumPartitions = 1 }));
    }

    /// <summary>As a tenant's plan does.</summary>
    private async Task GrantAsync(string prefix)
    {
        using var admin = Admin(_platform.Kafka!);
        await admin.CreateAclsAsync([ConnectKit.WriteRule(ConnectPrincipal.Name, prefix)]);
    }

    private async Task<ErrorCode> ProduceAsync(string topic)
    {
        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig(_platform.ConnectKafka!.ToClientConfig("test")) { EnableIdempotence = true })
            .SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        try
        {
            await producer.ProduceAsync(topic, new Message<Null, string> { Value = "x" }, Ct);
            return ErrorCode.NoError;
        }
        catch (ProduceException<Null, string> refused)
        {
            return refused.Error.Code;
        }
    }

    private ErrorCode Consume(string topic)
    {
        using var consumer = new ConsumerBuilder<Null, string>(new ConsumerConfig(_platform.ConnectKafka!.ToClientConfig("test")) { GroupId = "connect-cluster" })
            .SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        consumer.Assign(new TopicPartitionOffset(topic, 0, Offset.Beginning));
        return Assert.Throws<ConsumeException>(() => consumer.Consume(Patience.Usual)).Error.Code;
    }

    private static IAdminClient Admin(KafkaConnection connection) =>
        new AdminClientBuilder(connection.ToClientConfig("test")).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
}
