using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Kafka;
using Xunit;
using AclOperation = Pioneer.Domain.Provisioning.AclOperation;

namespace Pioneer.Tests.Jobs;

/// <summary>
/// The portal needs no super user: with the rights of <c>deploy/kafka/rights</c>, and what tenants' plans add, it administers Apache Kafka and is refused the rest.
/// </summary>
[Collection(SharedKafkaCollection.Name)]
public sealed class LeastRightsTests : IClassFixture<DeployedRights>, IDisposable
{
    private readonly DeployedRights _rights;
    private readonly TenantSlug _tenant = TenantSlug.Parse($"least{Random.Shared.Next(100_000, 999_999)}");
    private readonly KafkaClients _clients;
    private readonly KafkaAdmin _admin;

    public LeastRightsTests(DeployedRights rights)
    {
        Assert.SkipWhen(rights.Missing is not null, rights.Missing ?? "");
        _rights = rights;
        _clients = DeployedRights.Clients(rights.Options);
        _admin = new KafkaAdmin(_clients, TimeProvider.System, NullLogger<KafkaAdmin>.Instance);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Feed => TopicNames.Feed(_tenant, "payments");

    public void Dispose() => _admin.Dispose();

    [Fact]
    public async Task Records_of_a_tenant_are_closed_to_the_portal_until_the_plan_opens_them_and_results_stay_closed_to_its_writing()
    {
        var delivery = TopicNames.Delivery(_tenant, "large");
        await MakeAsync(Feed, delivery);
        Assert.Equal(ErrorCode.TopicAuthorizationFailed, await WriteAsync(Feed));
        Assert.Equal(ErrorCode.TopicAuthorizationFailed, ReadError(Feed));

        await _rights.GiveAsync(AclSets.Platform(_tenant, "pioneer"));

        await Wait.UntilAsync(async () => await WriteAsync(Feed) is ErrorCode.NoError);
        await Wait.UntilAsync(() => ReadError(Feed) is ErrorCode.NoError);
        Assert.Equal(ErrorCode.TopicAuthorizationFailed, await WriteAsync(delivery));
        await RemoveAsync(Feed, delivery);
    }

    [Fact]
    public async Task Topics_groups_users_rules_quotas_and_replicas_are_administered()
    {
        var reader = new KafkaPrincipal($"{_tenant}.reader", "a long enough password");
        await MakeAsync(Feed);
        await _rights.GiveAsync(AclSets.Platform(_tenant, "pioneer"));
        await _admin.AlterTopicConfigAsync(Feed, new Dictionary<string, string?> { ["retention.ms"] = "60000" }, Ct);
        await Wait.UntilAsync(async () => (await DescribedAsync()).Single().Overrides.ContainsKey("retention.ms"));
        Assert.Empty(await _admin.CreatePartitionsAsync(new Dictionary<string, int> { [Feed] = 4 }, Ct));
        await Wait.UntilAsync(async () => (await _admin.PartitionCountsAsync([Feed], Ct)).GetValueOrDefault(Feed) is 4);

        await _admin.UpsertScramUserAsync(reader, Ct);
        await Wait.UntilAsync(async () => (await _admin.DescribeScramUsersAsync(Ct)).Any(user => user.Name == reader.Username));
        var rules = AclSets.Consumer(_tenant, reader.Username).Select(Pioneer.Jobs.Provisioning.AclMapping.ToBinding).ToList();
        await _admin.CreateAclsAsync(rules, Ct);
        await Wait.UntilAsync(async () => rules.TrueForAll((await _admin.DescribeAclsAsync(Ct)).Contains));

        using (var quotas = new KafkaQuotas(Microsoft.Extensions.Options.Options.Create(_rights.Options), TimeProvider.System, NullLogger<KafkaQuotas>.Instance))
        {
            Assert.Empty(await quotas.AlterAsync([new(reader.Username, new Dictionary<string, double?> { [QuotaKeys.ConsumerByteRate] = 4096 })], validateOnly: false, Ct));
            await Wait.UntilAsync(async () => (await quotas.DescribeAsync(Ct)).Any(quota => quota.User == reader.Username));
            Assert.Empty(await quotas.AlterAsync([new(reader.Username, new Dictionary<string, double?> { [QuotaKeys.ConsumerByteRate] = null })], validateOnly: false, Ct));
        }

        using (var replicas = new KafkaReplicas(Microsoft.Extensions.Options.Options.Create(_rights.Options), TimeProvider.System, NullLogger<KafkaReplicas>.Instance))
        {
            var brokers = (await replicas.BrokersAsync(Ct)).Live;
            Assert.NotEmpty(brokers);
            Assert.Empty(await replicas.AssignAsync([new KafkaAssignment(Feed, [.. Enumerable.Repeat<IReadOnlyList<int>>([.. brokers], 4)])], Ct));
        }

        var group = $"{_tenant}.group";
        await Wait.UntilAsync(async () => await WriteAsync(Feed) is ErrorCode.NoError);
        await Wait.UntilAsync(async () => await SetOffsetAsync(group));
        Assert.Equal(0, (await _admin.GroupOffsetsAsync(group, Ct))[new TopicPartition(Feed, 0)]);
        Assert.Contains(group, await _admin.ListGroupsAsync(_tenant.Value, Ct));
        Assert.Contains(await _admin.GroupsOnTopicAsync(Feed, _tenant.Value, Ct), seen => seen.Group == group);
        var evidence = await _admin.ReadEvidenceAsync([Feed], [group], Ct);
        Assert.Equal(4, Assert.Single(evidence.Topics).Partitions.Length);
        await _admin.DeleteGroupAsync(group, Ct);

        await _admin.DeleteAclsAsync(rules, Ct);
        await _admin.DeleteScramUserAsync(reader.Username, Ct);
        await RemoveAsync(Feed);
        await Wait.UntilAsync(async () => (await DescribedAsync()).Count == 0);
    }

    [Fact]
    public void Nobody_but_the_portals_administration_has_a_right_over_everything_of_a_kind()
    {
        var rules = new[] { "pioneer", "pioneer-connect", "pioneer-ksql" }.ToDictionary(name => name, name => DeployedRights.Read(name).ToList());

        Assert.All(rules, pair => Assert.NotEmpty(pair.Value));
        Assert.All(rules["pioneer-connect"].Concat(rules["pioneer-ksql"]), rule => Assert.NotEqual("*", rule.ResourceName));
        Assert.DoesNotContain(
            rules["pioneer"], rule => rule.ResourceType is AclResourceType.Topic && rule.Operation is AclOperation.Read or AclOperation.Write or AclOperation.All);
    }

    private Task<IReadOnlyList<KafkaTopic>> DescribedAsync() => _admin.DescribeTopicsAsync(name => name == Feed, Ct);

    private async Task MakeAsync(params string[] topics)
    {
        Assert.Empty(await _admin.CreateTopicsAsync([.. topics.Select(topic => new NewTopic(topic, 1, 1, new Dictionary<string, string>()))], Ct));
        await Wait.UntilAsync(async () => (await _admin.PartitionCountsAsync(topics, Ct)).Count == topics.Length);
    }

    private async Task RemoveAsync(params string[] topics) => Assert.Empty(await _admin.DeleteTopicsAsync(topics, Ct));

    private async Task<bool> SetOffsetAsync(string group)
    {
        try
        {
            await _admin.SetGroupOffsetsAsync(group, new Dictionary<TopicPartition, long> { [new TopicPartition(Feed, 0)] = 0 }, Ct);
            return true;
        }
        catch (KafkaRequestException)
        {
            return false; // the coordinator does not know of the rule yet
        }
    }

    private async Task<ErrorCode> WriteAsync(string topic)
    {
        // an idempotent producer is refused before it names a topic, where it may write none at all
        using var producer = _clients.Producer(null, config => config.EnableIdempotence = false);
        try
        {
            await producer.ProduceAsync(new TopicPartition(topic, 0), new Message<byte[]?, byte[]?> { Key = [1], Value = [1] }, Ct);
            return ErrorCode.NoError;
        }
        catch (ProduceException<byte[]?, byte[]?> refused)
        {
            return refused.Error.Code;
        }
    }

    private ErrorCode ReadError(string topic)
    {
        using var consumer = _clients.Consumer(null, null, config => config.AutoOffsetReset = AutoOffsetReset.Earliest);
        consumer.Assign(new TopicPartitionOffset(topic, 0, Offset.Beginning));
        using var limit = new CancellationTokenSource(Patience.Usual);
        try
        {
            consumer.Consume(limit.Token);
            return ErrorCode.NoError;
        }
        catch (ConsumeException refused)
        {
            return refused.Error.Code;
        }
    }
}

/// <summary>The whole story of two tenants with a portal that signs in with the rights of <c>deploy/kafka/rights</c>.</summary>
[Collection(SharedKafkaCollection.Name)]
public sealed class LeastRightsTenantStoryTests : TenantStoryContract, IClassFixture<DeployedRights>
{
    private readonly DeployedRights _rights;

    public LeastRightsTenantStoryTests(DeployedRights rights)
        : base(rights.Administrator)
    {
        Assert.SkipWhen(rights.Missing is not null, rights.Missing ?? "");
        _rights = rights;
    }

    protected override (string Key, string Value)[] Settings =>
    [
        ("Kafka:Username", _rights.Options.Username!), ("Kafka:Password", _rights.Options.Password!), ("Kafka:SaslMechanism", _rights.Options.SaslMechanism),
        ("Kafka:PlatformPrincipal", _rights.Options.Username!),
    ];
}
