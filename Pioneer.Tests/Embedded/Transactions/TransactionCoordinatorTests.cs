using Pioneer.Embedded.Broker;
using Pioneer.Embedded.Broker.Groups;
using Pioneer.Embedded.Broker.Log;
using Pioneer.Embedded.Broker.Transactions;
using Xunit;

namespace Pioneer.Tests.Embedded.Transactions;

public sealed class TransactionCoordinatorTests
{
    private static readonly TopicPartition P0 = TransactionFixture.P0;
    private static readonly TopicPartition P1 = TransactionFixture.P1;

    [Fact]
    public async Task Committed_data_appears_in_all_partitions_and_aborted_data_in_none()
    {
        await using var fixture = await TransactionFixture.OpenAsync();
        var producer = Init(fixture, "tx");
        Assert.Equal(ErrorCode.None, Add(fixture, "tx", producer, P0, P1));
        fixture.Send("tx", producer, P0, 0, "a");
        fixture.Send("tx", producer, P1, 0, "b");
        Assert.Empty(fixture.Committed(P0));
        Assert.Equal(0, fixture.Log(P0).Offsets.LastStableOffset);

        Assert.Equal(ErrorCode.None, End(fixture, "tx", producer, commit: true));
        Add(fixture, "tx", producer, P0);
        fixture.Send("tx", producer, P0, 1, "never");
        Assert.Equal(ErrorCode.None, End(fixture, "tx", producer, commit: false));
        Add(fixture, "tx", producer, P0);
        fixture.Send("tx", producer, P0, 2, "c");
        Assert.Equal(ErrorCode.None, End(fixture, "tx", producer, commit: true));

        Assert.Equal(["a", "c"], fixture.Committed(P0));
        Assert.Equal(["b"], fixture.Committed(P1));
        Assert.Equal(6, fixture.Log(P0).Offsets.LastStableOffset);
        Assert.Equal(ErrorCode.None, End(fixture, "tx", producer, commit: true));
        Assert.Equal(ErrorCode.InvalidTxnState, End(fixture, "tx", producer, commit: false));
    }

    [Fact]
    public async Task Batch_outside_the_transaction_is_refused()
    {
        await using var fixture = await TransactionFixture.OpenAsync();
        var producer = Init(fixture, "tx");

        Assert.Equal(ErrorCode.InvalidTxnState, fixture.Send("tx", producer, P0, 0, "a").Error);
        Add(fixture, "tx", producer, P1);
        Assert.Equal(ErrorCode.InvalidTxnState, fixture.Send("tx", producer, P0, 0, "a").Error);
        Assert.Equal(ErrorCode.InvalidProducerIdMapping, fixture.Send("other", producer, P0, 0, "a").Error);
        Assert.Equal(0, fixture.Log(P0).Offsets.HighWatermark);
    }

    [Fact]
    public async Task New_instance_aborts_what_the_old_one_left_and_fences_it()
    {
        await using var fixture = await TransactionFixture.OpenAsync();
        var old = Init(fixture, "tx");
        Add(fixture, "tx", old, P0);
        fixture.Send("tx", old, P0, 0, "lost");

        var current = Init(fixture, "tx");

        Assert.Equal(old.ProducerId, current.ProducerId);
        Assert.True(current.ProducerEpoch > old.ProducerEpoch);
        Assert.Equal(ErrorCode.ProducerFenced, End(fixture, "tx", old, commit: true));
        Assert.Equal(ErrorCode.InvalidProducerEpoch, fixture.Send("tx", old, P0, 1, "late").Error);
        Add(fixture, "tx", current, P0);
        Assert.Equal(ErrorCode.None, fixture.Send("tx", current, P0, 0, "good").Error);
        End(fixture, "tx", current, commit: true);
        Assert.Equal(["good"], fixture.Committed(P0));
    }

    [Fact]
    public async Task Silent_transaction_is_aborted_after_its_timeout()
    {
        await using var fixture = await TransactionFixture.OpenAsync();
        var producer = Init(fixture, "tx", timeoutMs: 5_000);
        Add(fixture, "tx", producer, P0);
        fixture.Send("tx", producer, P0, 0, "lost");
        await fixture.CrashAsync();
        Assert.Equal(0, fixture.Log(P0).Offsets.LastStableOffset);

        fixture.Time.Advance(TimeSpan.FromSeconds(7));

        Assert.Equal(2, fixture.Log(P0).Offsets.LastStableOffset);
        Assert.Empty(fixture.Committed(P0));
        Assert.Equal(ErrorCode.ProducerFenced, End(fixture, "tx", producer, commit: true));
    }

    [Fact]
    public async Task Offsets_of_a_transaction_count_from_its_commit_on()
    {
        await using var fixture = await TransactionFixture.OpenAsync();
        var producer = Init(fixture, "tx");
        fixture.Groups.CommitOffsets(new OffsetCommitCommand("g", -1, "", null, [new OffsetToCommit(P0, 1, -1, null)]));
        Assert.Equal([ErrorCode.InvalidTxnState], CommitOffset(fixture, producer, 5));
        Assert.Equal(ErrorCode.None, fixture.Transactions.AddOffsets("tx", producer.ProducerId, producer.ProducerEpoch, "g"));
        Assert.Equal([ErrorCode.None], CommitOffset(fixture, producer, 5));

        Assert.Equal(1, Fetch(fixture).Offset);
        Assert.Equal(ErrorCode.UnstableOffsetCommit, Fetch(fixture, stable: true).Error);
        await fixture.CrashAsync();
        Assert.Equal(ErrorCode.UnstableOffsetCommit, Fetch(fixture, stable: true).Error);
        Assert.Equal(ErrorCode.None, End(fixture, "tx", producer, commit: true));
        Assert.Equal(5, Fetch(fixture, stable: true).Offset);
        fixture.Transactions.AddOffsets("tx", producer.ProducerId, producer.ProducerEpoch, "g");
        CommitOffset(fixture, producer, 9);
        Assert.Equal(ErrorCode.None, End(fixture, "tx", producer, commit: false));

        await fixture.CrashAsync();
        Assert.Equal(5, Fetch(fixture, stable: true).Offset);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Decided_transaction_is_completed_at_start_when_the_broker_died_before_the_markers(bool commit)
    {
        await using var fixture = await TransactionFixture.OpenAsync();
        var producer = Init(fixture, "tx");
        Add(fixture, "tx", producer, P0, P1);
        fixture.Send("tx", producer, P0, 0, "a");
        fixture.Send("tx", producer, P1, 0, "b");
        var before = (fixture.Log(P0).SizeBytes, fixture.Log(P1).SizeBytes);
        End(fixture, "tx", producer, commit);

        // as if it had died right behind the Prepare record: no marker in P1, none and no Complete record in the state log
        await fixture.CrashAsync(directory =>
        {
            Cut(directory, "t-1", before.Item2);
            foreach (var partition in new[] { "__transaction_state-0", "__transaction_state-1" })
            {
                CutLastBatch(directory, partition);
            }
        });

        Assert.Equal(commit ? ["a"] : [], fixture.Committed(P0));
        Assert.Equal(commit ? ["b"] : [], fixture.Committed(P1));
        Assert.Equal(2, fixture.Log(P1).Offsets.LastStableOffset);
        Assert.Equal(2, fixture.Log(P0).Offsets.HighWatermark);
        Assert.Equal(ErrorCode.None, End(fixture, "tx", producer, commit));
    }

    [Fact]
    public async Task Producer_ids_never_repeat_over_restarts()
    {
        await using var fixture = await TransactionFixture.OpenAsync();
        var seen = new HashSet<long>();
        for (var i = 0; i < 3; i++)
        {
            for (var n = 0; n < 1500; n++)
            {
                Assert.True(seen.Add(fixture.Transactions.InitProducerId(null, 0, -1, -1).ProducerId));
            }

            await fixture.CrashAsync();
        }
    }

    [Fact]
    public async Task InitProducerId_checks_timeout_and_known_epoch()
    {
        await using var fixture = await TransactionFixture.OpenAsync();
        Assert.Equal(ErrorCode.InvalidTransactionTimeout, fixture.Transactions.InitProducerId("tx", 900_001, -1, -1).Error);
        var first = Init(fixture, "tx");

        var bumped = fixture.Transactions.InitProducerId("tx", 60_000, first.ProducerId, first.ProducerEpoch);
        var repeated = fixture.Transactions.InitProducerId("tx", 60_000, first.ProducerId, first.ProducerEpoch);

        Assert.Equal((first.ProducerId, (short)(first.ProducerEpoch + 1)), (bumped.ProducerId, bumped.ProducerEpoch));
        Assert.Equal(bumped, repeated);
        Assert.Equal(ErrorCode.ProducerFenced, fixture.Transactions.InitProducerId("tx", 60_000, first.ProducerId, 40).Error);
    }

    private static ProducerIdentity Init(TransactionFixture fixture, string id, int timeoutMs = 60_000)
    {
        var identity = fixture.Transactions.InitProducerId(id, timeoutMs, -1, -1);
        Assert.Equal(ErrorCode.None, identity.Error);
        return identity;
    }

    private static ErrorCode Add(TransactionFixture fixture, string id, ProducerIdentity producer, params TopicPartition[] partitions) =>
        fixture.Transactions.AddPartitions(id, producer.ProducerId, producer.ProducerEpoch, partitions);

    private static ErrorCode End(TransactionFixture fixture, string id, ProducerIdentity producer, bool commit) =>
        fixture.Transactions.EndTransaction(id, producer.ProducerId, producer.ProducerEpoch, commit);

    private static IReadOnlyList<ErrorCode> CommitOffset(TransactionFixture fixture, ProducerIdentity producer, long offset) =>
        fixture.Transactions.CommitOffsets(new TxnOffsetCommitCommand(
            "tx", "g", producer.ProducerId, producer.ProducerEpoch, -1, "", null, [new OffsetToCommit(P0, offset, -1, null)]));

    private static FetchedOffset Fetch(TransactionFixture fixture, bool stable = false) => fixture.Groups.FetchOffsets("g", [P0], stable)[0];

    private static void Cut(string directory, string partition, long size)
    {
        using var file = File.OpenWrite(Path.Combine(directory, partition, "00000000000000000000.log"));
        file.SetLength(size);
    }

    private static void CutLastBatch(string directory, string partition)
    {
        var bytes = File.ReadAllBytes(Path.Combine(directory, partition, "00000000000000000000.log"));
        var last = 0;
        for (var at = 0; BatchHeader.TryRead(bytes.AsSpan(at), out var header); at += header.TotalBytes)
        {
            last = at;
        }

        Cut(directory, partition, last);
    }
}
