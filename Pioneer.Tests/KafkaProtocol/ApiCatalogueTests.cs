using Pioneer.Embedded.Broker;
using Pioneer.Kafka.Protocol;
using Xunit;

namespace Pioneer.Tests.KafkaProtocol;

/// <summary>Numbers that clients all over the world have compiled in. A difference here is a broken promise, not a changed test.</summary>
public sealed class ApiCatalogueTests
{
    private const string Frozen = """
        0 Produce 0 3-11 flex 9
        1 Fetch 4 4-16 flex 12
        2 ListOffsets 1 1-10 flex 6
        3 Metadata 0 0-13 flex 9
        8 OffsetCommit 2 2-9 flex 8
        9 OffsetFetch 1 1-9 flex 6
        10 FindCoordinator 0 0-5 flex 3
        11 JoinGroup 0 0-9 flex 6
        12 Heartbeat 0 0-4 flex 4
        13 LeaveGroup 0 0-5 flex 4
        14 SyncGroup 0 0-5 flex 4
        15 DescribeGroups 0 0-6 flex 5
        16 ListGroups 0 0-5 flex 3
        17 SaslHandshake 0 0-1 flex 32767
        18 ApiVersions 0 0-4 flex 3
        19 CreateTopics 2 2-7 flex 5
        20 DeleteTopics 1 1-6 flex 4
        21 DeleteRecords 0 0-2 flex 2
        22 InitProducerId 0 0-5 flex 2
        23 OffsetForLeaderEpoch 2 2-4 flex 4
        24 AddPartitionsToTxn 0 0-3 flex 3
        25 AddOffsetsToTxn 0 0-4 flex 3
        26 EndTxn 0 0-4 flex 3
        28 TxnOffsetCommit 0 0-4 flex 3
        29 DescribeAcls 1 1-3 flex 2
        30 CreateAcls 1 1-3 flex 2
        31 DeleteAcls 1 1-3 flex 2
        32 DescribeConfigs 1 1-4 flex 4
        33 AlterConfigs 0 0-2 flex 2
        35 DescribeLogDirs 1 1-4 flex 2
        36 SaslAuthenticate 0 0-2 flex 2
        37 CreatePartitions 0 0-3 flex 2
        42 DeleteGroups 0 0-2 flex 2
        43 ElectLeaders 0 0-2 flex 2
        44 IncrementalAlterConfigs 0 0-1 flex 1
        45 AlterPartitionReassignments 0 0-0 flex 0
        46 ListPartitionReassignments 0 0-0 flex 0
        47 OffsetDelete 0 0-0 flex 32767
        48 DescribeClientQuotas 0 0-1 flex 1
        49 AlterClientQuotas 0 0-1 flex 1
        50 DescribeUserScramCredentials 0 0-0 flex 0
        51 AlterUserScramCredentials 0 0-0 flex 0
        60 DescribeCluster 0 0-2 flex 0
        61 DescribeProducers 0 0-0 flex 0
        65 DescribeTransactions 0 0-0 flex 0
        66 ListTransactions 0 0-2 flex 0
        75 DescribeTopicPartitions 0 0-0 flex 0
        """;

    [Fact]
    public void Api_keys_and_versions_are_those_agreed()
    {
        var actual = ApiCatalogue.All.Select(r => $"{(short)r.Key} {r.Key} {r.AdvertisedFrom} {r.First}-{r.Last} flex {r.FlexibleFrom}");

        Assert.Equal(Frozen.Split('\n', StringSplitOptions.TrimEntries), actual);
    }

    [Theory]
    [InlineData(ErrorCode.UnknownServerError, -1)]
    [InlineData(ErrorCode.OffsetOutOfRange, 1)]
    [InlineData(ErrorCode.UnknownTopicOrPartition, 3)]
    [InlineData(ErrorCode.MessageTooLarge, 10)]
    [InlineData(ErrorCode.NotCoordinator, 16)]
    [InlineData(ErrorCode.InvalidTopicException, 17)]
    [InlineData(ErrorCode.RebalanceInProgress, 27)]
    [InlineData(ErrorCode.TopicAuthorizationFailed, 29)]
    [InlineData(ErrorCode.GroupAuthorizationFailed, 30)]
    [InlineData(ErrorCode.ClusterAuthorizationFailed, 31)]
    [InlineData(ErrorCode.UnsupportedSaslMechanism, 33)]
    [InlineData(ErrorCode.UnsupportedVersion, 35)]
    [InlineData(ErrorCode.TopicAlreadyExists, 36)]
    [InlineData(ErrorCode.InvalidConfig, 40)]
    [InlineData(ErrorCode.OutOfOrderSequenceNumber, 45)]
    [InlineData(ErrorCode.InvalidProducerEpoch, 47)]
    [InlineData(ErrorCode.ConcurrentTransactions, 51)]
    [InlineData(ErrorCode.TransactionalIdAuthorizationFailed, 53)]
    [InlineData(ErrorCode.KafkaStorageError, 56)]
    [InlineData(ErrorCode.SaslAuthenticationFailed, 58)]
    [InlineData(ErrorCode.GroupIdNotFound, 69)]
    [InlineData(ErrorCode.FetchSessionIdNotFound, 70)]
    [InlineData(ErrorCode.MemberIdRequired, 79)]
    [InlineData(ErrorCode.InvalidRecord, 87)]
    [InlineData(ErrorCode.TransactionalIdNotFound, 105)]
    [InlineData(ErrorCode.InvalidRegularExpression, 128)]
    [InlineData(ErrorCode.ProducerFenced, 90)]
    [InlineData(ErrorCode.ResourceNotFound, 91)]
    [InlineData(ErrorCode.UnacceptableCredential, 93)]
    [InlineData(ErrorCode.UnknownTopicId, 100)]
    public void Error_codes_are_Kafkas(ErrorCode error, short number) => Assert.Equal(number, (short)error);
}
