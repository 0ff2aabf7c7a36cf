using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Pioneer.Jobs.Kafka;
using Pioneer.Kafka.Protocol;
using Xunit;

namespace Pioneer.Tests.Jobs;

/// <summary>
/// Offsets of groups whose coordinator moves, loads or is gone. With librdkafka's own request the first of these ended the process
/// (librdkafka issue 5040).
/// </summary>
public sealed class GroupOffsetsFaultTests
{
    private const short Fetch = 9, Find = 10, Versions = 18;

    private const string Group = "g";

    private static readonly TopicPartition Partition = new("acme.t.payments", 0);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ErrorCode.NotCoordinatorForGroup)]
    [InlineData(ErrorCode.GroupLoadInProgress)]
    [InlineData(ErrorCode.GroupCoordinatorNotAvailable)]
    public async Task Coordinator_that_has_moved_is_asked_for_again(ErrorCode first)
    {
        var answers = new Queue<ErrorCode>([first, ErrorCode.NoError]);
        await using var broker = Broker(Right, answers.Dequeue);

        Assert.Equal(42, (await ReadAsync(broker))![Partition]);
        Assert.Empty(answers);
    }

    [Fact]
    public async Task Group_without_a_coordinator_yet_is_waited_for()
    {
        var answers = new Queue<ErrorCode>([ErrorCode.GroupCoordinatorNotAvailable, ErrorCode.NoError]);
        await using var broker = Broker(answers.Dequeue, Right);

        Assert.Equal(42, (await ReadAsync(broker))![Partition]);
    }

    [Fact]
    public async Task Coordinator_that_is_gone_makes_the_cluster_unavailable_in_time_and_says_which()
    {
        await using var broker = Broker(Right, Right, coordinatorPort: 1);

        var silent = await Assert.ThrowsAsync<KafkaUnavailableException>(() => ReadAsync(broker, patienceMs: 15_000));

        Assert.Contains("127.0.0.1:1", silent.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refusal_is_told_and_neither_an_absent_group_nor_an_open_transaction_is_one()
    {
        var error = ErrorCode.GroupAuthorizationFailed;
        await using var broker = Broker(Right, () => error);
        Assert.Equal(error, (await Assert.ThrowsAsync<KafkaRequestException>(() => ReadAsync(broker))).Code);

        error = ErrorCode.GroupIdNotFound;
        Assert.Empty((await ReadAsync(broker))!);

        await using var pending = Broker(Right, Right, partition: ErrorCode.UnstableOffsetCommit);
        Assert.Null(await ReadAsync(pending));
    }

    [Fact]
    public async Task Cluster_that_is_too_old_is_said_to_be_so()
    {
        await using var broker = new ScriptedBroker((api, _) => api == Versions ? ScriptedBroker.Ranges((Fetch, 0, 7), (Find, 0, 3)) : null).Start();

        var refused = await Assert.ThrowsAsync<KafkaRequestException>(() => ReadAsync(broker));

        Assert.Equal(ErrorCode.UnsupportedVersion, refused.Code);
    }

    private static ErrorCode Right() => ErrorCode.NoError;

    private static ScriptedBroker Broker(Func<ErrorCode> find, Func<ErrorCode> fetch, int? coordinatorPort = null, ErrorCode partition = ErrorCode.NoError)
    {
        ScriptedBroker? broker = null;
        broker = new ScriptedBroker((api, _) => api switch
        {
            Versions => ScriptedBroker.Ranges((Fetch, 0, 9), (Find, 0, 5)),
            Find => Found(coordinatorPort ?? broker!.Port, find()),
            Fetch => Fetched(fetch(), partition),
            _ => null,
        });
        return broker.Start();
    }

    private static byte[] Found(int port, ErrorCode error) => ScriptedBroker.Answer(new FindCoordinatorResponse
    {
        Coordinators = [new() { Key = Group, NodeId = 1, Host = "127.0.0.1", Port = port, ErrorCode = (short)error }],
    }, 5);

    private static byte[] Fetched(ErrorCode error, ErrorCode partition) => ScriptedBroker.Answer(new OffsetFetchResponse
    {
        Groups =
        [
            new()
            {
                GroupId = Group,
                ErrorCode = (short)error,
                Topics =
                [
                    new()
                    {
                        Name = Partition.Topic,
                        Partitions = [new() { PartitionIndex = Partition.Partition.Value, CommittedOffset = 42, ErrorCode = (short)partition }],
                    },
                ],
            },
        ],
    }, 9);

    private static async Task<IReadOnlyDictionary<TopicPartition, long>?> ReadAsync(ScriptedBroker broker, int patienceMs = 60_000)
    {
        using var offsets = new GroupOffsets(
            new KafkaOptions { BootstrapServers = broker.Address, SecurityProtocol = "PLAINTEXT", RequestTimeoutMs = patienceMs },
            TimeProvider.System, NullLogger.Instance);
        return (await offsets.ReadAsync("read the offsets", [Group], stable: true, Ct))[Group];
    }
}
