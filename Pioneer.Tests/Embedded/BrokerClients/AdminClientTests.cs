using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Xunit;

namespace Pioneer.Tests.Embedded.BrokerClients;

public sealed class AdminClientTests : IAsyncLifetime
{
    private BrokerHarness _broker = null!;

    public async ValueTask InitializeAsync() => _broker = await BrokerHarness.StartAsync();

    public async ValueTask DisposeAsync() => await _broker.DisposeAsync();

    [Fact]
    public async Task Topic_is_created_described_grown_and_deleted()
    {
        var admin = _broker.Admin();
        await _broker.CreateTopicAsync("acme.t.payments", 3, ("retention.ms", "60000"), ("cleanup.policy", "compact"));

        var described = await admin.DescribeTopicsAsync(TopicCollection.OfTopicNames(["acme.t.payments"]), new DescribeTopicsOptions { IncludeAuthorizedOperations = true });
        var topic = Assert.Single(described.TopicDescriptions);
        Assert.Equal([0, 1, 2], topic.Partitions.Select(p => p.Partition));
        Assert.All(topic.Partitions, p => Assert.Equal((1, 1, 1), (p.Leader.Id, Assert.Single(p.Replicas).Id, Assert.Single(p.ISR).Id)));
        Assert.Contains(AclOperation.Write, topic.AuthorizedOperations);
        Assert.NotEqual(default, topic.TopicId.MostSignificantBits);

        await admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = "acme.t.payments", IncreaseTo = 5 }]);
        Assert.Equal(5, admin.GetMetadata("acme.t.payments", Patience.Usual).Topics[0].Partitions.Count);

        await admin.DeleteTopicsAsync(["acme.t.payments"]);
        Assert.DoesNotContain(admin.GetMetadata(Patience.Usual).Topics, t => t.Topic == "acme.t.payments");
    }

    [Theory]
    [InlineData("taken", 1, 1, ErrorCode.TopicAlreadyExists)]
    [InlineData("bad/name", 1, 1, ErrorCode.TopicException)]
    [InlineData("none", 0, 1, ErrorCode.InvalidPartitions)]
    [InlineData("three", 1, 3, ErrorCode.InvalidReplicationFactor)]
    [InlineData("ta.ken_1", 1, 1, ErrorCode.TopicException)]
    public async Task Topic_that_cannot_be_is_refused_with_Kafkas_error(string name, int partitions, short replicas, ErrorCode expected)
    {
        await _broker.CreateTopicAsync("taken");
        await _broker.CreateTopicAsync("ta_ken.1");

        var error = await Assert.ThrowsAsync<CreateTopicsException>(() => _broker.Admin().CreateTopicsAsync(
            [new TopicSpecification { Name = name, NumPartitions = partitions, ReplicationFactor = replicas }]));

        Assert.Equal(expected, Assert.Single(error.Results).Error.Code);
        Assert.NotEmpty(error.Results[0].Error.Reason);
    }

    [Fact]
    public async Task Validate_only_creates_nothing()
    {
        var admin = _broker.Admin();
        await admin.CreateTopicsAsync(
            [new TopicSpecification { Name = "planned", NumPartitions = 1, ReplicationFactor = 1 }], new CreateTopicsOptions { ValidateOnly = true });

        Assert.DoesNotContain(admin.GetMetadata(Patience.Usual).Topics, t => t.Topic == "planned");
    }

    [Fact]
    public async Task Configs_are_altered_one_by_one_and_say_where_they_come_from()
    {
        await _broker.CreateTopicAsync("t", 1, ("retention.ms", "1000"));
        var resource = new ConfigResource { Type = ResourceType.Topic, Name = "t" };
        var admin = _broker.Admin();
        await admin.IncrementalAlterConfigsAsync(new Dictionary<ConfigResource, List<ConfigEntry>>
        {
            [resource] =
            [
                new ConfigEntry { Name = "cleanup.policy", Value = "compact", IncrementalOperation = AlterConfigOpType.Append },
                new ConfigEntry { Name = "retention.ms", IncrementalOperation = AlterConfigOpType.Delete },
                new ConfigEntry { Name = "max.message.bytes", Value = "2000000", IncrementalOperation = AlterConfigOpType.Set },
            ],
        });

        var entries = (await admin.DescribeConfigsAsync([resource]))[0].Entries;
        Assert.Equal(("delete,compact", ConfigSource.DynamicTopicConfig), (entries["cleanup.policy"].Value, entries["cleanup.policy"].Source));
        Assert.Equal(("604800000", true), (entries["retention.ms"].Value, entries["retention.ms"].IsDefault));
        Assert.Equal("2000000", entries["max.message.bytes"].Value);
        Assert.Contains(entries["cleanup.policy"].Synonyms, s => s.Name == "log.cleanup.policy");
    }

    [Theory]
    [InlineData("retention.ms", "soon")]
    [InlineData("cleanup.policy", "burn")]
    [InlineData("no.such.config", "1")]
    public async Task Config_that_cannot_be_is_refused_and_changes_nothing(string name, string value)
    {
        await _broker.CreateTopicAsync("t");
        var resource = new ConfigResource { Type = ResourceType.Topic, Name = "t" };

        var error = await Assert.ThrowsAsync<IncrementalAlterConfigsException>(() => _broker.Admin().IncrementalAlterConfigsAsync(
            new Dictionary<ConfigResource, List<ConfigEntry>>
            {
                [resource] =
                [
                    new ConfigEntry { Name = "segment.bytes", Value = "1048576", IncrementalOperation = AlterConfigOpType.Set },
                    new ConfigEntry { Name = name, Value = value, IncrementalOperation = AlterConfigOpType.Set },
                ],
            }));

        Assert.Equal(ErrorCode.InvalidConfig, error.Results[0].Error.Code);
        Assert.Contains(name, error.Results[0].Error.Reason, StringComparison.Ordinal);
        Assert.True((await _broker.Admin().DescribeConfigsAsync([resource]))[0].Entries["segment.bytes"].IsDefault);
    }

    [Fact]
    public async Task Broker_configs_and_cluster_are_described()
    {
        var admin = _broker.Admin();
        var configs = (await admin.DescribeConfigsAsync([new ConfigResource { Type = ResourceType.Broker, Name = "1" }]))[0].Entries;
        var cluster = await admin.DescribeClusterAsync(new DescribeClusterOptions { IncludeAuthorizedOperations = true });

        Assert.Equal("false", configs["auto.create.topics.enable"].Value);
        Assert.Equal(_broker.Broker.ClusterId, cluster.ClusterId);
        Assert.Equal(1, Assert.Single(cluster.Nodes).Id);
        Assert.Contains(AclOperation.Alter, cluster.AuthorizedOperations);
    }

    [Fact]
    public async Task Cluster_rule_on_another_name_is_refused_in_Kafkas_words()
    {
        var refused = await Assert.ThrowsAsync<CreateAclsException>(() =>
            _broker.AllowAsync("acme.app", ResourceType.Broker, "acme.", AclOperation.Create, ResourcePatternType.Literal));

        Assert.Contains("The only valid name for the CLUSTER resource is kafka-cluster", refused.Results[0].Error.Reason,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Offsets_of_a_deleted_topic_go_soon_after()
    {
        await _broker.CreateTopicAsync("gone");
        var consumer = _broker.Consumer("g");
        consumer.Commit([new TopicPartitionOffset("gone", 0, 7)]);

        await _broker.Admin().DeleteTopicsAsync(["gone"]);
        await _broker.CreateTopicAsync("gone");

        await Wait.UntilAsync(() =>
            consumer.Committed([new TopicPartition("gone", 0)], Patience.Usual)[0].Offset == Offset.Unset);
    }

    [Fact]
    public async Task Acls_are_created_described_by_match_and_deleted()
    {
        await _broker.AllowAsync("acme.app", ResourceType.Topic, "acme.d.", AclOperation.Read);
        await _broker.AllowAsync("acme.app", ResourceType.Topic, "acme.d.", AclOperation.Read);
        await _broker.AllowAsync("globex.app", ResourceType.Topic, "globex.d.", AclOperation.Read);
        var admin = _broker.Admin();
        var matching = Filter(ResourceType.Topic, "acme.d.payments", ResourcePatternType.Match);

        var found = await admin.DescribeAclsAsync(matching);
        Assert.Equal("User:acme.app", Assert.Single(found.AclBindings).Entry.Principal);

        var deleted = await admin.DeleteAclsAsync([matching]);
        Assert.Single(deleted[0].AclBindings);
        Assert.Empty((await admin.DescribeAclsAsync(matching)).AclBindings);
        Assert.Single((await admin.DescribeAclsAsync(Filter(ResourceType.Any, null, ResourcePatternType.Any))).AclBindings);
    }

    [Fact]
    public async Task Scram_credentials_are_set_described_and_removed()
    {
        await _broker.CreateUserAsync("acme.app", "s3cret");
        var admin = _broker.Admin();

        var described = await admin.DescribeUserScramCredentialsAsync(["acme.app"]);
        var info = Assert.Single(Assert.Single(described.UserScramCredentialsDescriptions).ScramCredentialInfos);
        Assert.Equal((ScramMechanism.ScramSha256, 4096), (info.Mechanism, info.Iterations));

        await admin.AlterUserScramCredentialsAsync([new UserScramCredentialDeletion { User = "acme.app", Mechanism = ScramMechanism.ScramSha256 }]);
        var both = await Assert.ThrowsAsync<AlterUserScramCredentialsException>(() => admin.AlterUserScramCredentialsAsync(
        [
            .. new[] { ScramMechanism.ScramSha256, ScramMechanism.ScramSha512 }.Select(mechanism => new UserScramCredentialUpsertion
            {
                User = "acme.app",
                ScramCredentialInfo = new ScramCredentialInfo { Mechanism = mechanism, Iterations = 4096 },
                Password = "s3cret"u8.ToArray(),
            }),
        ]));
        Assert.Equal(ErrorCode.DuplicateResource, both.Results[0].Error.Code);

        var gone = await Assert.ThrowsAsync<DescribeUserScramCredentialsException>(() => admin.DescribeUserScramCredentialsAsync(["acme.app"]));
        Assert.Equal(ErrorCode.ResourceNotFound, Assert.Single(gone.Results.UserScramCredentialsDescriptions).Error.Code);
    }

    [Fact]
    public async Task Everything_administered_is_there_after_a_restart()
    {
        await _broker.CreateTopicAsync("kept", 2, ("retention.ms", "1234"));
        await _broker.CreateUserAsync("acme.app", "s3cret");
        await _broker.AllowAsync("acme.app", ResourceType.Topic, "kept", AclOperation.Describe, ResourcePatternType.Literal);
        var clusterId = _broker.Broker.ClusterId;

        await _broker.RestartAsync();

        Assert.Equal(clusterId, _broker.Broker.ClusterId);
        var tenant = _broker.Admin(_broker.Client("acme.app", "s3cret"));
        Assert.Equal(2, tenant.GetMetadata("kept", Patience.Usual).Topics[0].Partitions.Count);
        var configs = (await _broker.Admin().DescribeConfigsAsync([new ConfigResource { Type = ResourceType.Topic, Name = "kept" }]))[0].Entries;
        Assert.Equal("1234", configs["retention.ms"].Value);
    }

    private static AclBindingFilter Filter(ResourceType type, string? name, ResourcePatternType pattern) => new()
    {
        PatternFilter = new ResourcePatternFilter { Type = type, Name = name, ResourcePatternType = pattern },
        EntryFilter = new AccessControlEntryFilter { Operation = AclOperation.Any, PermissionType = AclPermissionType.Any },
    };
}
