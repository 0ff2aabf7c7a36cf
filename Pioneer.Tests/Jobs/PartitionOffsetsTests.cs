using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Pioneer.Jobs.Kafka;
using Pioneer.Kafka.Protocol;
using Xunit;

namespace Pioneer.Tests.Jobs;

/// <summary>What a cluster answers that has just come back, or has lost a part of itself.</summary>
public sealed class PartitionOffsetsTests
{
    private const short ListOffsets = 2, Metadata = 3, Versions = 18, Unsupported = 35, MetadataVersion = 12, OffsetsVersion = 7;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Partition_without_a_leader_keeps_no_other_from_being_read()
    {
        await using var broker = Start(_ => ErrorCode.NoError, leaderOfSecond: -1);
        using var offsets = Offsets(broker);

        var read = await offsets.TryReadAsync([new("t", 0), new("t", 1)], LogEnd.Latest, IsolationLevel.ReadCommitted, TimeSpan.Zero, Ct);

        Assert.Equal([KeyValuePair.Create(new TopicPartition("t", 0), 42L)], read.Offsets);
        Assert.Equal((new TopicPartition("t", 1), ErrorCode.LeaderNotAvailable), read.Unread.Select(unread => (unread.Key, unread.Value.Error)).Single());
    }

    [Theory]
    [InlineData(ErrorCode.FencedLeaderEpoch)]
    [InlineData(ErrorCode.UnknownLeaderEpoch)]
    [InlineData(ErrorCode.NotLeaderForPartition)]
    public async Task Leader_that_has_just_changed_is_asked_again(ErrorCode first)
    {
        var asked = 0;
        await using var broker = Start(_ => asked++ == 0 ? first : ErrorCode.NoError);
        using var offsets = Offsets(broker);

        Assert.Equal(42, Assert.Single(await offsets.ReadAsync([new("t", 0)], LogEnd.Earliest, IsolationLevel.ReadUncommitted, Ct)).Value);
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task Topic_that_does_not_exist_is_refused_at_once()
    {
        await using var broker = Start(_ => ErrorCode.NoError);
        using var offsets = Offsets(broker);

        var refused = await Assert.ThrowsAsync<KafkaRequestException>(() => offsets.ReadAsync([new("t", 7)], LogEnd.Latest, IsolationLevel.ReadCommitted, Ct));
        Assert.Contains("t-7", refused.Message, StringComparison.Ordinal);
    }

    private static PartitionOffsets Offsets(ScriptedBroker broker) => new(
        new KafkaOptions { BootstrapServers = broker.Address, SecurityProtocol = "PLAINTEXT", RequestTimeoutMs = 60_000 }, TimeProvider.System, NullLogger.Instance);

    private static ScriptedBroker Start(Func<int, ErrorCode> errorOf, int leaderOfSecond = 0)
    {
        ScriptedBroker? broker = null;
        return broker = new ScriptedBroker((api, version) => (api, version) switch
        {
            (Versions, > 0) => [0, (byte)Unsupported, 0, 0, 0, 0],
            (Versions, _) => ScriptedBroker.Ranges((ListOffsets, OffsetsVersion, OffsetsVersion), (Metadata, MetadataVersion, MetadataVersion), (Versions, 0, 0)),
            (Metadata, _) => ScriptedBroker.Answer(Cluster(broker!.Port, leaderOfSecond), MetadataVersion),
            (ListOffsets, _) => ScriptedBroker.Answer(Answer(errorOf(0)), OffsetsVersion),
            _ => null,
        }).Start();
    }

    private static ListOffsetsResponse Answer(ErrorCode error) => new()
    {
        Topics = [new() { Name = "t", Partitions = [new() { PartitionIndex = 0, ErrorCode = (short)error, Offset = error == ErrorCode.NoError ? 42 : -1 }] }],
    };

    private static MetadataResponse Cluster(int port, int leaderOfSecond) => new()
    {
        Brokers = [new() { NodeId = 0, Host = "127.0.0.1", Port = port }],
        ClusterId = "cluster",
        ControllerId = 0,
        Topics =
        [
            new()
            {
                Name = "t",
                Partitions =
                [
                    new() { PartitionIndex = 0, LeaderId = 0, LeaderEpoch = 3 },
                    new() { PartitionIndex = 1, LeaderId = leaderOfSecond, LeaderEpoch = 3, ErrorCode = (short)(leaderOfSecond < 0 ? ErrorCode.LeaderNotAvailable : ErrorCode.NoError) },
                ],
            },
        ],
    };
}
