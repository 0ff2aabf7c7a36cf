using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Xunit;

namespace Pioneer.Tests.Embedded.BrokerClients;

/// <summary>What a tenant's credential can do, seen through the real client library.</summary>
public sealed class AccessTests : IAsyncLifetime
{
    private BrokerHarness _broker = null!;

    public async ValueTask InitializeAsync()
    {
        _broker = await BrokerHarness.StartAsync();
        await _broker.CreateTopicAsync("acme.d.large");
        await _broker.CreateTopicAsync("globex.d.large");
        await _broker.CreateUserAsync("acme.app", "s3cret");
        await _broker.AllowAsync("acme.app", ResourceType.Topic, "acme.d.", AclOperation.Read);
        await _broker.AllowAsync("acme.app", ResourceType.Group, "acme.", AclOperation.Read);
        await _broker.Producer().ProduceAsync("acme.d.large", new Message<string, string> { Key = "k", Value = "acme's" });
        await _broker.Producer().ProduceAsync("globex.d.large", new Message<string, string> { Key = "k", Value = "globex's" });
    }

    public async ValueTask DisposeAsync() => await _broker.DisposeAsync();

    [Theory]
    [InlineData(SaslMechanism.ScramSha256)]
    [InlineData(SaslMechanism.Plain)]
    public void Tenant_reads_its_own_topics_with_its_own_groups(SaslMechanism mechanism)
    {
        var consumer = _broker.Consumer("acme.g", client: _broker.Client("acme.app", "s3cret", mechanism));
        consumer.Subscribe("acme.d.large");

        Assert.Equal("acme's", BrokerHarness.Take(consumer, 1)[0].Message.Value);
        consumer.Commit();
    }

    [Fact]
    public void Tenant_sees_no_other_topics_and_no_other_groups()
    {
        var client = _broker.Client("acme.app", "s3cret");
        var admin = _broker.Admin(client);

        Assert.Equal(["acme.d.large"], admin.GetMetadata(Patience.Usual).Topics.Select(t => t.Topic));
        Assert.Equal(ErrorCode.TopicAuthorizationFailed, admin.GetMetadata("globex.d.large", Patience.Usual).Topics[0].Error.Code);

        var consumer = _broker.Consumer("acme.g", client: client);
        consumer.Subscribe("globex.d.large");
        Assert.Equal(ErrorCode.TopicAuthorizationFailed, Refusal(consumer));

        var stranger = _broker.Consumer("globex.g", client: client);
        stranger.Subscribe("acme.d.large");
        Assert.Equal(ErrorCode.GroupAuthorizationFailed, Refusal(stranger));
    }

    [Fact]
    public async Task Tenant_writes_nowhere_and_administers_nothing()
    {
        var client = _broker.Client("acme.app", "s3cret");
        var produce = await Assert.ThrowsAsync<ProduceException<string, string>>(() =>
            _broker.Producer(client: client).ProduceAsync("acme.d.large", new Message<string, string> { Key = "k", Value = "forged" }));
        var create = await Assert.ThrowsAsync<CreateTopicsException>(() => _broker.Admin(client).CreateTopicsAsync(
            [new TopicSpecification { Name = "acme.d.mine", NumPartitions = 1, ReplicationFactor = 1 }]));
        var acls = await Assert.ThrowsAnyAsync<KafkaException>(() => _broker.Admin(client).CreateAclsAsync(
        [
            new AclBinding
            {
                Pattern = new ResourcePattern { Type = ResourceType.Topic, Name = "*", ResourcePatternType = ResourcePatternType.Literal },
                Entry = new AccessControlEntry { Principal = "User:acme.app", Host = "*", Operation = AclOperation.All, PermissionType = AclPermissionType.Allow },
            },
        ]));

        Assert.Equal(ErrorCode.TopicAuthorizationFailed, produce.Error.Code);
        Assert.Equal(ErrorCode.TopicAuthorizationFailed, create.Results[0].Error.Code);
        Assert.Contains("luster authorization failed", acls is CreateAclsException e ? e.Results[0].Error.Reason : acls.Error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Revoked_right_counts_from_the_next_request_on()
    {
        var consumer = _broker.Consumer("acme.g", client: _broker.Client("acme.app", "s3cret"));
        consumer.Assign(new TopicPartitionOffset("acme.d.large", 0, Offset.Beginning));
        BrokerHarness.Take(consumer, 1);

        await _broker.AllowAsync("acme.app", ResourceType.Topic, "acme.d.large", AclOperation.Read, ResourcePatternType.Literal, AclPermissionType.Deny);

        Assert.Equal(ErrorCode.TopicAuthorizationFailed, Refusal(consumer));
    }

    [Theory]
    [InlineData("acme.app", "wrong")]
    [InlineData("nobody", "s3cret")]
    public void Wrong_credential_is_refused(string user, string password)
    {
        var errors = new List<Error>();
        using var signal = new ManualResetEventSlim();
        using var admin = new AdminClientBuilder(_broker.Client(user, password)).SetLogHandler((_, _) => { }).SetErrorHandler((_, error) =>
        {
            if (error.Code == ErrorCode.Local_Authentication)
            {
                signal.Set();
            }
        }).Build();

        Assert.ThrowsAny<KafkaException>(() => admin.GetMetadata(TimeSpan.FromSeconds(2)));
        Assert.True(signal.Wait(Patience.Usual, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Anonymous_client_of_the_open_listener_has_no_rights()
    {
        var admin = _broker.Admin(_broker.Anonymous());

        Assert.Empty(admin.GetMetadata(Patience.Usual).Topics);
    }

    private static ErrorCode Refusal(IConsumer<string, string> consumer)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(started) < Patience.Usual)
        {
            try
            {
                consumer.Consume(TimeSpan.FromMilliseconds(100));
            }
            catch (ConsumeException e)
            {
                return e.Error.Code;
            }
        }

        return ErrorCode.NoError;
    }
}
