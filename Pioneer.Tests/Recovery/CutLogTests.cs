using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pioneer.Domain.Recovery;
using Pioneer.Jobs.Kafka;
using Pioneer.Tests.Jobs;
using Xunit;

namespace Pioneer.Tests.Recovery;

/// <summary>
/// A log of real Apache Kafka that an unclean election cut, and that was filled again beyond its old end: topic, partitions and ends look as after
/// a failure without a loss.
/// </summary>
[Collection(SharedKafkaCollection.Name)]
public sealed class CutLogTests : IDisposable
{
    private const int Leader = 2, Follower = 3;

    private readonly SharedKafka _kafka;
    private readonly KafkaClients _clients;
    private readonly KafkaAdmin _admin;
    private readonly string _topic = $"cut{Guid.NewGuid().ToString("N")[..8]}.t.payments";

    public CutLogTests(SharedKafka kafka)
    {
        Assert.SkipWhen(kafka.Missing is not null, kafka.Missing ?? "");
        Assert.SkipUnless(kafka.IsOurs, "PIONEER_TEST_KAFKA names a cluster that the test has not started: its nodes are not killed.");
        _kafka = kafka;
        _clients = new KafkaClients(Options.Create(kafka.Options), NullLogger<KafkaClients>.Instance);
        _admin = new KafkaAdmin(_clients, TimeProvider.System, NullLogger<KafkaAdmin>.Instance);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _admin.Dispose();

    [Fact]
    public async Task Log_that_was_cut_and_filled_again_is_lost_with_its_exact_range()
    {
        await _kafka.ToolAsync("topics", "--create", "--topic", _topic, "--replica-assignment", $"{Leader}:{Follower}",
            "--config", "min.insync.replicas=1", "--config", "unclean.leader.election.enable=true");
        await WriteAsync(20);
        EvidenceRound before;
        try
        {
            await _kafka.CrashAsync(Follower);
            await WriteAsync(20);
            before = await RoundAsync();

            // only the leader has the second twenty
            await _kafka.CrashAsync(Leader);
            // the script waits for all nodes, so it may fail for the one that has ended; whether this one came is seen by what follows
            await Record.ExceptionAsync(() => _kafka.StartAgainAsync(Follower));
            await Eventually.TrueAsync(FollowerLeadsAsync);
        }
        finally
        {
            await _kafka.StartAgainAsync();
        }

        await WriteAsync(25);
        var after = await RoundAsync();
        var compared = after with { Cluster = await _admin.CompareAsync(before.Cluster!, after.Cluster!, Ct) };

        Assert.Equal((40, 45), (EndOf(before), EndOf(after)));
        var verdict = VerdictJudge.Judge(new TenantFlow("acme", [new FlowHop.Ingestion(_topic, _topic)]), before, compared, interrupted: true);
        Assert.Equal(Verdict.Lost, verdict.Verdict);
        Assert.Equal([new LostRange(_topic, 0, 20, 40)], verdict.Lost);
        await _admin.DeleteTopicsAsync([_topic], Ct);
    }

    /// <summary>Asks for the unclean election until it was held; two of three nodes have to find each other first.</summary>
    private async Task<bool> FollowerLeadsAsync()
    {
        try
        {
            await _kafka.ToolAsync("leader-election", "--election-type", "unclean", "--topic", _topic, "--partition", "0");
            return (await _admin.ReadEvidenceAsync([_topic], [], Ct)).Topics is [{ Partitions: [{ End: 20 }] }];
        }
        catch (Exception early) when (early is InvalidOperationException or KafkaUnavailableException)
        {
            return false;
        }
    }

    private async Task<EvidenceRound> RoundAsync() =>
        new(DateTimeOffset.UnixEpoch, await _admin.ReadEvidenceAsync([_topic], [], Ct), [new ConnectorEvidence(_topic, "RUNNING", [], null)], []);

    private long EndOf(EvidenceRound round) => round.Topic(_topic)!.Partitions[0].End;

    private async Task WriteAsync(int count)
    {
        using var producer = _clients.Producer(null, config => config.MessageTimeoutMs = 120_000);
        for (var number = 0; number < count; number++)
        {
            await producer.ProduceAsync(new TopicPartition(_topic, 0), new Message<byte[]?, byte[]?> { Value = [1] }, Ct);
        }
    }
}
