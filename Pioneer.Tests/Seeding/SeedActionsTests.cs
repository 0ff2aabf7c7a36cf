using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Time.Testing;
using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Seeding;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Seeding;
using Pioneer.Tests.Embedded.BrokerClients;
using Pioneer.Tests.Jobs;
using Xunit;

namespace Pioneer.Tests.Seeding;

/// <summary>Single actions of seed runs on a broker.</summary>
public sealed class SeedActionsTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pioneer-seed-actions-").FullName;
    private readonly SeedTarget _target = new(
        new SeedRunId(Guid.NewGuid()), TenantSlug.Parse("acme"), "my-balances", "acme_", "ACME__MY_BALANCES_V1", "acme.t.balances",
        [new KsqlColumnSpec("ID", "BIGINT", IsKey: true), new KsqlColumnSpec("BALANCE", "BIGINT", IsKey: false)], "acme.d.my-balances", "SINK",
        "SELECT * FROM ACME__BALANCES EMIT CHANGES;", null);

    private BrokerHarness _broker = null!;
    private FakePlatform _ksqlDb = null!;
    private JobsHost _host = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _broker = await BrokerHarness.StartAsync();
        await _broker.CreateTopicAsync(_target.SourceTopic, 1);
        await _broker.CreateTopicAsync(_target.DeliveryTopic, 1);
        _ksqlDb = await FakePlatform.StartAsync();
        _host = await JobsHost.StartAsync(
            _folder,
            _broker.Options,
            _ksqlDb.Url, _ksqlDb.Url, services => services.AddSeeding());
        using var producer = _broker.Producer();
        await producer.ProduceAsync(_target.SourceTopic, new Message<string, string> { Key = "1", Value = """{"BALANCE":5}""" }, Ct);
        await producer.ProduceAsync(_target.SourceTopic, new Message<string, string> { Key = "2", Value = "no JSON" }, Ct);
        await producer.ProduceAsync(_target.DeliveryTopic, new Message<string, string> { Key = "1", Value = """{"BALANCE":5}""" }, Ct);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _ksqlDb.DisposeAsync();
        await _broker.DisposeAsync();
        TestFolder.Delete(_folder);
    }

    [Fact]
    public async Task Seed_topic_keeps_its_rows_for_as_long_as_the_run_takes()
    {
        await CopyAsync();

        var resource = new ConfigResource { Type = ResourceType.Topic, Name = _target.SeedTopic(1) };
        var described = Assert.Single(await _broker.Admin().DescribeConfigsAsync([resource]));
        Assert.Equal("-1", described.Entries["retention.ms"].Value);
    }

    [Fact]
    public async Task Run_is_refused_before_anything_is_paused_when_old_rows_would_not_stay_in_the_delivery_topic()
    {
        _ksqlDb.Answers[$"EXPLAIN {_target.LiveQueryId};"] =
            $$"""[{"@type":"queryDescription","queryDescription":{"id":"{{_target.LiveQueryId}}","ksqlHostQueryStatus":{"a:8088":"RUNNING"},"state":"RUNNING"} }]""";
        _ksqlDb.Answers["SHOW PROPERTIES;"] =
            """[{"@type":"properties","properties":[{"name":"ksql.streams.processing.guarantee","scope":"KSQL","value":"exactly_once_v2"}],"overwrittenProperties":[],"defaultProperties":[]}]""";

        var broken = Assert.IsType<SeedEvent.Broken>(await _host.Get<SeedActions>().PauseLiveAsync(_target, Ct));

        Assert.StartsWith("Topic acme.d.my-balances deletes records by their own time after 7 days", broken.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain($"PAUSE {_target.LiveQueryId};", _ksqlDb.Statements);
    }

    [Fact]
    public async Task Seed_query_that_does_not_get_on_ends_the_run_with_a_message()
    {
        await CopyAsync();
        var impatient = new DrainWatch(TimeProvider.System) { Patience = TimeSpan.Zero };

        var broken = Assert.IsType<SeedEvent.Broken>(await _host.Get<SeedActions>().AwaitDrainedAsync(_target, 1, impatient, Ct));

        Assert.StartsWith($"The seed query {_target.SeedQueryId(1)} (gone) processed 0 of 2 rows", broken.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Drain_stands_still_only_when_no_row_was_processed_for_longer_than_patience()
    {
        var time = new FakeTimeProvider();
        var watch = new DrainWatch(time) { Patience = TimeSpan.FromMinutes(10) };

        time.Advance(TimeSpan.FromMinutes(9));
        Assert.False(watch.StandsStill(1));
        time.Advance(TimeSpan.FromMinutes(9));
        Assert.False(watch.StandsStill(1));
        time.Advance(TimeSpan.FromMinutes(2));
        Assert.True(watch.StandsStill(1));
        Assert.False(watch.StandsStill(2));
    }

    [Fact]
    public async Task Record_that_cannot_be_read_is_named_by_the_certificate_which_does_not_hold()
    {
        var certificate = await _host.Get<SeedVerifier>().VerifyAsync(_target, new SeedCut([2], [0]), Ct);

        Assert.False(certificate.Holds);
        Assert.Equal((1, 1), (certificate.ExpectedRows, certificate.DeliveredRows));
        Assert.StartsWith("acme.t.balances-0@1: ", Assert.Single(certificate.Unreadable), StringComparison.Ordinal);
        Assert.Contains(certificate.Unreadable[0], certificate.Summary, StringComparison.Ordinal);
    }

    private Task CopyAsync() => _host.Get<SeedStateCopier>().CopyAsync(_target, 1, new SeedCut([2], [0]), _ => Task.CompletedTask, Ct);
}
