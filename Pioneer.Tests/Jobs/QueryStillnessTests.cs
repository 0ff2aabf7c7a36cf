using System.Diagnostics;
using Confluent.Kafka;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.KsqlDb;
using Pioneer.Tests.Embedded.BrokerClients;
using Xunit;

namespace Pioneer.Tests.Jobs;

/// <summary>When a paused query is believed to have committed everything, on a broker and with the settings that its ksqlDB lists.</summary>
public sealed class QueryStillnessTests : IAsyncLifetime
{
    private const string Group = "_confluent-ksql-acme_query_Q1";

    private readonly string _folder = Directory.CreateTempSubdirectory("pioneer-still-").FullName;
    private BrokerHarness _broker = null!;
    private FakePlatform _ksqlDb = null!;
    private JobsHost _host = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _broker = await BrokerHarness.StartAsync();
        await _broker.CreateTopicAsync("acme.t.balances", 1);
        _ksqlDb = await FakePlatform.StartAsync();
        _host = await JobsHost.StartAsync(
            _folder,
            _broker.Options,
            _ksqlDb);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _ksqlDb.DisposeAsync();
        await _broker.DisposeAsync();
        TestFolder.Delete(_folder);
    }

    [Fact]
    public async Task Offsets_are_final_only_after_they_stood_still_for_two_of_the_servers_commit_intervals()
    {
        _ksqlDb.Answers["SHOW PROPERTIES;"] = """[{"@type":"properties","properties":[{"name":"ksql.streams.commit.interval.ms","value":"700"}]}]""";
        await CommitAsync(_host.Get<KafkaAdmin>(), 7);
        var waited = Stopwatch.StartNew();

        var offsets = await _host.Get<QueryStillness>().UntilStillAsync(await _host.Get<KsqlDbClient>().StreamsSettingsAsync("acme_", Ct), "Q1", Group, Ct);

        Assert.Equal(7, Assert.Single(offsets).Value);
        // a timer of .NET goes by the system's coarse clock, which is some milliseconds behind the one this is measured with
        Assert.True(waited.ElapsedMilliseconds > 1300, $"{waited.ElapsedMilliseconds} ms");
    }

    private static Task CommitAsync(KafkaAdmin admin, long offset) =>
        admin.SetGroupOffsetsAsync(Group, new Dictionary<TopicPartition, long> { [new TopicPartition("acme.t.balances", 0)] = offset }, Ct);
}
