using Confluent.Kafka;
using Pioneer.Domain.Provisioning;
using Pioneer.Kafka.Protocol;
using Pioneer.Kafka.Protocol.Client;

namespace Pioneer.Jobs.Isolation;

/// <summary>
/// Requests that brokers must refuse. Each is one that changes nothing where it is let through: brokers judge rights first, and then find a partition that
/// does not exist, a timeout that cannot be, a topic that was never made, or that they are only to validate.
/// </summary>
/// <param name="What">In words that name no other tenant.</param>
/// <param name="Target">The thing with its name.</param>
/// <param name="Operation">The right that it takes, for naming the rule that gave it.</param>
internal sealed record BrokerAttempt(
    string What, string Target, AclOperation Operation, AclResourceType Type, string Name, Func<BrokerConnection, CancellationToken, Task<short>> SendAsync)
{
    private const int NoSuchPartition = 1_000_000;
    private const int ImpossibleTimeoutMs = 1;
    private const short ByName = 12;
    private const int RequestTimeoutMs = 5000;
    private const sbyte TopicResource = 2;
    private const sbyte Any = 1;

    /// <summary>Answers that mean 'you may not'.</summary>
    public static bool IsRefusal(short code) => (ErrorCode)code is ErrorCode.TopicAuthorizationFailed or ErrorCode.GroupAuthorizationFailed
        or ErrorCode.ClusterAuthorizationFailed or ErrorCode.TransactionalIdAuthorizationFailed;

    /// <summary>Answers that say nothing of rights.</summary>
    public static bool IsSilent(short code) =>
        (ErrorCode)code is ErrorCode.RequestTimedOut or ErrorCode.UnsupportedVersion or ErrorCode.Unknown or ErrorCode.NetworkException or (ErrorCode)89;

    /// <summary>Everything that is tried on a topic that exists.</summary>
    public static IEnumerable<BrokerAttempt> OnTopic(string topic) =>
    [
        Describe(topic), Fetch(topic), ListOffsets(topic), Produce(topic),
        new("read the settings of a topic", topic, AclOperation.DescribeConfigs, AclResourceType.Topic, topic, async (broker, ct) => (await broker.SendAsync<DescribeConfigsResponse>(
            new DescribeConfigsRequest { Resources = [new() { ResourceType = TopicResource, ResourceName = topic, ConfigurationKeys = ["retention.ms"] }] }, 1, ct)).Results[0].ErrorCode),
        new("change the settings of a topic", topic, AclOperation.AlterConfigs, AclResourceType.Topic, topic, async (broker, ct) => (await broker.SendAsync<IncrementalAlterConfigsResponse>(
            new IncrementalAlterConfigsRequest
            {
                Resources = [new() { ResourceType = TopicResource, ResourceName = topic, Configs = [new() { Name = "retention.ms", ConfigOperation = 0, Value = "3600000" }] }],
                ValidateOnly = true,
            }, 0, ct)).Responses[0].ErrorCode),
        new("add partitions to a topic", topic, AclOperation.Alter, AclResourceType.Topic, topic, async (broker, ct) => (await broker.SendAsync<CreatePartitionsResponse>(
            new CreatePartitionsRequest { Topics = [new() { Name = topic, Count = 1000, Assignments = null }], TimeoutMs = RequestTimeoutMs, ValidateOnly = true }, 0, ct)).Results[0].ErrorCode),
    ];

    /// <summary>What is tried under a prefix, with a name that nothing has.</summary>
    public static IEnumerable<BrokerAttempt> OnNewTopic(string topic) =>
    [
        new("make a topic", topic, AclOperation.Create, AclResourceType.Topic, topic, async (broker, ct) => (await broker.SendAsync<CreateTopicsResponse>(
            new CreateTopicsRequest { Topics = [new() { Name = topic, NumPartitions = 1, ReplicationFactor = 1 }], TimeoutMs = RequestTimeoutMs, ValidateOnly = true }, 2, ct)).Topics[0].ErrorCode),
        new("delete a topic", topic, AclOperation.Delete, AclResourceType.Topic, topic, async (broker, ct) => (await broker.SendAsync<DeleteTopicsResponse>(
            new DeleteTopicsRequest { Topics = [new() { Name = topic }], TopicNames = [topic], TimeoutMs = RequestTimeoutMs }, 1, ct)).Responses[0].ErrorCode),
    ];

    /// <summary>What is tried on a group, whether or not it exists.</summary>
    public static IEnumerable<BrokerAttempt> OnGroup(string group) =>
    [
        new("join a group", group, AclOperation.Read, AclResourceType.Group, group, async (broker, ct) => (await broker.SendAsync<JoinGroupResponse>(
            new JoinGroupRequest { GroupId = group, SessionTimeoutMs = ImpossibleTimeoutMs, RebalanceTimeoutMs = ImpossibleTimeoutMs, MemberId = "", ProtocolType = "consumer", Protocols = [new() { Name = "range" }] },
            0, ct)).ErrorCode),
        FetchOffsets(group),
        new("describe a group", group, AclOperation.Describe, AclResourceType.Group, group, async (broker, ct) => (await broker.SendAsync<DescribeGroupsResponse>(
            new DescribeGroupsRequest { Groups = [group] }, 0, ct)).Groups[0].ErrorCode),
    ];

    /// <summary>Take over a transactional id, which would fence its owner; a timeout of none is refused after the right was judged.</summary>
    public static BrokerAttempt OnTransactionalId(string id) =>
        new("take over a transactional id", id, AclOperation.Write, AclResourceType.TransactionalId, id, async (broker, ct) => (await broker.SendAsync<InitProducerIdResponse>(
            new InitProducerIdRequest { TransactionalId = id, TransactionTimeoutMs = 0 }, 0, ct)).ErrorCode);

    /// <summary>Read and remove rules, read users; the filter of the removal is one that no rule fits.</summary>
    public static IEnumerable<BrokerAttempt> OnCluster() =>
    [
        new("read the rules of the brokers", "rules", AclOperation.Describe, AclResourceType.Cluster, "kafka-cluster", async (broker, ct) => (await broker.SendAsync<DescribeAclsResponse>(
            new DescribeAclsRequest { ResourceTypeFilter = Any, PatternTypeFilter = Any, Operation = Any, PermissionType = Any }, 1, ct)).ErrorCode),
        new("remove rules of the brokers", "rules", AclOperation.Alter, AclResourceType.Cluster, "kafka-cluster", async (broker, ct) => (await broker.SendAsync<DeleteAclsResponse>(
            new DeleteAclsRequest
            {
                Filters =
                [
                    new() { ResourceTypeFilter = TopicResource, ResourceNameFilter = "pioneer-nothing", PatternTypeFilter = 3, PrincipalFilter = "User:pioneer-nobody", HostFilter = "*", Operation = 3, PermissionType = 3 },
                ],
            }, 1, ct)).FilterResults[0].ErrorCode),
        new("read the users of the brokers", "users", AclOperation.Describe, AclResourceType.Cluster, "kafka-cluster", async (broker, ct) => (await broker.SendAsync<DescribeUserScramCredentialsResponse>(
            // asked for all of them, Kafka 4.2 trips over its own refusal
            new DescribeUserScramCredentialsRequest { Users = [new() { Name = "pioneer-nobody" }] }, 0, ct)).ErrorCode),
    ];

    public static BrokerAttempt Describe(string topic) =>
        new("describe a topic", topic, AclOperation.Describe, AclResourceType.Topic, topic, async (broker, ct) => (await broker.SendAsync<MetadataResponse>(
            new MetadataRequest { Topics = [new() { Name = topic }], AllowAutoTopicCreation = false }, 4, ct)).Topics[0].ErrorCode);

    public static BrokerAttempt Fetch(string topic) =>
        new("read records of a topic", topic, AclOperation.Read, AclResourceType.Topic, topic, async (broker, ct) => (await broker.SendExactlyAsync<FetchResponse>(
            new FetchRequest { MaxWaitMs = 0, MinBytes = 0, MaxBytes = 1, Topics = [new() { Topic = topic, Partitions = [new() { Partition = 0, PartitionMaxBytes = 1 }] }] }, ByName, ct))
            .Responses[0].Partitions[0].ErrorCode);

    public static BrokerAttempt FetchOffsets(string group) =>
        new("read the positions of a group", group, AclOperation.Describe, AclResourceType.Group, group, async (broker, ct) => (await broker.SendAsync<OffsetFetchResponse>(
            new OffsetFetchRequest { Groups = [new() { GroupId = group, Topics = null }] }, 8, ct)).Groups[0].ErrorCode);

    private static BrokerAttempt ListOffsets(string topic) =>
        new("read the offsets of a topic", topic, AclOperation.Describe, AclResourceType.Topic, topic, async (broker, ct) => (await broker.SendAsync<ListOffsetsResponse>(
            new ListOffsetsRequest { ReplicaId = -1, Topics = [new() { Name = topic, Partitions = [new() { PartitionIndex = 0, Timestamp = -1 }] }] }, 1, ct)).Topics[0].Partitions[0].ErrorCode);

    private static BrokerAttempt Produce(string topic) =>
        new("write to a topic", topic, AclOperation.Write, AclResourceType.Topic, topic, async (broker, ct) => (await broker.SendAsync<ProduceResponse>(
            new ProduceRequest { Acks = 1, TimeoutMs = RequestTimeoutMs, TopicData = [new() { Name = topic, PartitionData = [new() { Index = NoSuchPartition, Records = new byte[1] }] }] }, 3, ct))
            .Responses[0].PartitionResponses[0].ErrorCode);
}
