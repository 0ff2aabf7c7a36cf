using System.Text.RegularExpressions;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pioneer.Domain.Recovery;
using Pioneer.Jobs.Delivery;
using Pioneer.Jobs.Kafka;
using Pioneer.Tests.Embedded.KsqlServer;
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
    private readonly string _directory = Directory.CreateTempSubdirectory("pioneer-cut-").FullName;
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

    private KafkaPrincipal Reader => new(_kafka.Options.Username!, _kafka.Options.Password!);

    public void Dispose()
    {
        _admin.Dispose();
        TestFolder.Delete(_directory);
    }

    [Fact]
    public async Task Log_that_was_cut_and_filled_again_is_lost_with_its_exact_range()
    {
        await CreateAsync();
        await WriteAsync(20);
        EvidenceRound before;
        OffsetVector place;
        string query;
        try
        {
            await using (var ksql = await KsqlOnApacheKafka.StartAsync(_kafka.Connection, _directory))
            {
                await ksql.RunAsync($"CREATE STREAM CUT (V STRING) WITH (KAFKA_TOPIC='{_topic}', VALUE_FORMAT='KAFKA');"
                    + $"CREATE STREAM KEPT WITH (KAFKA_TOPIC='{_topic}.kept', PARTITIONS=1, REPLICAS=3) AS SELECT * FROM CUT EMIT CHANGES;");
                query = QueryId("KEPT").Match(await ksql.RunAsync("SHOW QUERIES;")).Value;
                await Wait.UntilAsync(async () => await CommittedAsync(query) == 20);
                await _kafka.CrashAsync(Follower);
                await WriteAsync(20);
                await Wait.UntilAsync(async () => await CommittedAsync(query) == 40);
            }

            before = await RoundAsync();
            place = DeliveryStart.Latest.In(await _admin.LogAsync(_topic, OffsetVector.Empty.Epochs, Ct)).Start;

            await CutAsync();
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

        // a reader of events that comes back with a place from before goes on from the cut
        var resumed = DeliveryStart.At(place).In(await _admin.LogAsync(_topic, place.Epochs, Ct));
        Assert.Equal((DeliveryGapReason.LogCut, 40, 20), (Assert.Single(resumed.Gaps).Reason, resumed.Gaps[0].Offset, resumed.Start.Next[0]));

        // a query that comes back does so too
        await using (var ksql = await KsqlOnApacheKafka.StartAsync(_kafka.Connection, _directory))
        {
            await Wait.UntilAsync(async () => await CommittedAsync(query) == 45);
            Assert.Contains("was cut at 20, before offset 40", await ksql.RunAsync($"EXPLAIN {query};"), StringComparison.Ordinal);
            await ksql.RunAsync($"TERMINATE {query};");
        }

        await _admin.DeleteTopicsAsync([_topic, $"{_topic}.kept"], Ct);
    }

    [Fact]
    public async Task Open_stream_and_query_that_runs_are_told_of_the_cut_and_go_on_from_it()
    {
        // the nodes that end refuse the stream's reader once they are there again, until somebody makes it anew
        await _kafka.ForgetUsersOnRestartAsync();
        await CreateAsync();
        await WriteAsync(20);
        await using var ksql = await KsqlOnApacheKafka.StartAsync(_kafka.Connection, _directory);
        await ksql.RunAsync($"CREATE STREAM CUT_OPEN (V STRING) WITH (KAFKA_TOPIC='{_topic}', VALUE_FORMAT='KAFKA');"
            + $"CREATE STREAM RUNNING WITH (KAFKA_TOPIC='{_topic}.kept', PARTITIONS=1, REPLICAS=3) AS SELECT * FROM CUT_OPEN EMIT CHANGES;");
        var query = QueryId("RUNNING").Match(await ksql.RunAsync("SHOW QUERIES;")).Value;
        await Wait.UntilAsync(async () => await CommittedAsync(query) == 20);
        var told = new List<DeliveryEvent>();
        var following = FollowAsync(told, 44);
        try
        {
            await IsShownAsync(20);
            await _kafka.CrashAsync(Follower);
            await WriteAsync(20);
            await Wait.UntilAsync(async () => await CommittedAsync(query) == 40);
            await IsShownAsync(40);
            await CutAsync();
        }
        finally
        {
            await _kafka.StartAgainAsync();
        }

        await WriteAsync(25);

        var seen = await following.WaitAsync(Patience.Usual, Ct);
        Assert.Equal((DeliveryGapReason.LogCut, 40), (Assert.Single(seen, happened => happened.Gap is not null).Gap!.Reason, seen[40].Gap?.Offset));
        Assert.Equal(Enumerable.Range(20, 25), seen.Skip(41).Select(happened => (int)happened.Offset));
        await Wait.UntilAsync(async () => await CommittedAsync(query) == 45);
        Assert.Contains("was cut at 20, before offset 40", await ksql.RunAsync($"EXPLAIN {query};"), StringComparison.Ordinal);
        await ksql.RunAsync($"TERMINATE {query};");
        await _admin.DeleteTopicsAsync([_topic, $"{_topic}.kept"], Ct);

        async Task IsShownAsync(int count)
        {
            var shown = await Wait.ForAsync($"the stream's {count} records", () => Task.FromResult(Shown(told)), now => now.Length >= count || following.IsCompleted);
            if (following.IsFaulted)
            {
                await following;
            }

            Assert.Equal(Enumerable.Range(0, count).Select(offset => $"Record {offset}"), shown);
        }
    }

    private static string[] Shown(List<DeliveryEvent> told)
    {
        lock (told)
        {
            return [.. told.Select(happened => $"{happened.Kind} {happened.Offset}{happened.Message}")];
        }
    }

    private static Regex QueryId(string sink) => new($"CSAS_{sink}_[0-9]+");

    private async Task CreateAsync()
    {
        await RememberReaderAsync();
        await _kafka.ToolAsync("topics", "--create", "--topic", _topic, "--replica-assignment", $"{Leader}:{Follower}",
            "--config", "min.insync.replicas=1", "--config", "unclean.leader.election.enable=true");
    }

    /// <summary>
    /// A node that is started again has forgotten it (<see cref="KafkaNodes.ForgetUsersOnRestartAsync"/>; other tests of these nodes had them do so too). Who is made
    /// before a leader is chosen is known to that leader, as both are in one log.
    /// </summary>
    /// <remarks>By Kafka's own program: librdkafka's admin client goes on asking a node that has ended for minutes.</remarks>
    private Task RememberReaderAsync() => _kafka.ToolAsync(
        "configs", "--alter", "--entity-type", "users", "--entity-name", Reader.Username, "--add-config", $"SCRAM-SHA-512=[password={Reader.Password}]");

    /// <summary>Only the leader has the second twenty: it ends, and the follower that has ended before them leads.</summary>
    private async Task CutAsync()
    {
        await _kafka.CrashAsync(Leader);
        // the script waits for all nodes, so it may fail for the one that has ended; whether this one came is seen by what follows
        await Record.ExceptionAsync(() => _kafka.StartAgainAsync(Follower));
        await Wait.ForAsync("the reader to be made anew", async () => await Record.ExceptionAsync(RememberReaderAsync), refused => refused is null);
        await Wait.UntilAsync(FollowerLeadsAsync);
    }

    /// <summary>What an open stream is told, up to the record with the last offset.</summary>
    private async Task<List<DeliveryEvent>> FollowAsync(List<DeliveryEvent> seen, long last)
    {
        var place = DeliveryStart.Earliest.In(await _admin.LogAsync(_topic, OffsetVector.Empty.Epochs, Ct));
        // the follower may lead, and refuse the reader, before that is made anew
        var topics = new SharedTopics(
            (topic, reader) => new DeliveryFollower(topic, reader, _admin, _clients, TimeProvider.System, NullLogger<SharedTopics>.Instance) { RefusalLasts = Patience.Usual },
            TimeProvider.System);
        await foreach (var happened in new DeliveryStream(topics, _topic, Reader, place, TimeProvider.System).EventsAsync(Ct))
        {
            if (happened.Kind is DeliveryEventKind.Heartbeat)
            {
                continue;
            }

            lock (seen)
            {
                seen.Add(happened);
            }

            if (happened.Offset == last && happened.Kind is DeliveryEventKind.Record)
            {
                break;
            }
        }

        return seen;
    }

    private async Task<long?> CommittedAsync(string query) =>
        (await _admin.ReadEvidenceAsync([], [$"_confluent-ksql-default_query_{query}"], Ct)).Groups.FirstOrDefault()?.Committed.FirstOrDefault(offset => offset.Topic == _topic)?.Offset;

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
