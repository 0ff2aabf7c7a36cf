using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Pioneer.Domain;
using Pioneer.Domain.Recovery;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Recovery;
using Pioneer.Jobs.Sources;
using Pioneer.Tests.Embedded.ConnectWorker;
using Xunit;

namespace Pioneer.Tests.Recovery;

/// <summary>What between two rounds of evidence makes the next one come at once.</summary>
public sealed class EarlySignsTests(EmbeddedBrokerFixture broker) : IClassFixture<EmbeddedBrokerFixture>, IAsyncLifetime
{
    private const string Connector = "acme.t.payments";
    private static readonly BrokerLook AllAnswer = new(3, 3);

    private readonly FakeTimeProvider _clock = new(EvidenceBuilder.Noon);
    private readonly PlatformPicture _picture = new();
    private KafkaClients _clients = null!;
    private KafkaAdmin _admin = null!;
    private EarlySigns _signs = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        var kafka = broker.Platform.Kafka!;
        var options = new KafkaOptions
        {
            BootstrapServers = kafka.BootstrapServers!,
            SecurityProtocol = kafka.SecurityProtocol!,
            SaslMechanism = kafka.SaslMechanism!,
            Username = kafka.Username!,
            Password = kafka.Password!,
        };
        _clients = new KafkaClients(Options.Create(options), NullLogger<KafkaClients>.Instance);
        _admin = new KafkaAdmin(_clients, TimeProvider.System, NullLogger<KafkaAdmin>.Instance);
        _signs = new EarlySigns(_admin, _picture, _clock, NullLogger<EarlySigns>.Instance);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _admin.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Topic_that_goes_is_new_until_a_round_begins_and_again_when_it_is_back()
    {
        var topic = $"signs.t.{Guid.NewGuid():N}";
        using var admin = _clients.Admin();
        var wanted = new TopicSpecification { Name = topic, NumPartitions = 1, ReplicationFactor = 1 };
        await admin.CreateTopicsAsync([wanted]);
        Show(topic);
        Take(RunningConnector());
        Assert.False(_signs.AreNew);

        await admin.DeleteTopicsAsync([topic]);
        await UntilNewAsync();
        _signs.Judge();
        Assert.False(_signs.AreNew);

        await admin.CreateTopicsAsync([wanted]);
        await UntilNewAsync();
        await admin.DeleteTopicsAsync([topic]);
    }

    [Fact]
    public async Task Log_that_is_cut_past_a_reader_that_stands_still_is_new_once()
    {
        var topic = $"signs.t.{Guid.NewGuid():N}";
        using var admin = _clients.Admin();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = 1, ReplicationFactor = 1 }]);
        using (var producer = _clients.Producer(null))
        {
            await producer.ProduceAsync(topic, new Message<byte[]?, byte[]?> { Value = [1] }, Ct);
        }

        var now = _clock.GetUtcNow();
        var reader = new GroupEvidence("reader", [new CommittedEvidence(topic, 0, 0, now.AddMinutes(-1), now.AddMinutes(-1))]);
        Show(topic, reader);
        Take(RunningConnector());
        Assert.False(_signs.AreNew);

        await admin.DeleteRecordsAsync([new TopicPartitionOffset(topic, 0, 1)]);
        await UntilNewAsync();
        _signs.Judge();
        Take(RunningConnector());
        Assert.False(_signs.AreNew);
        await admin.DeleteTopicsAsync([topic]);
    }

    [Fact]
    public void Connector_that_stops_goes_or_waits_for_its_source_is_new_and_a_new_one_is_not()
    {
        Take(RunningConnector());
        Assert.False(_signs.AreNew);

        var began = _clock.GetUtcNow();
        var waits = RunningConnector() with { Progress = new ConnectorProgress(began, null, 0, null, null, null, null) { WaitsSince = began } };
        Take(waits);
        Assert.False(_signs.AreNew);
        _clock.Advance(FlowFindings.ToldSilentAfter);
        AssertIsNew(() => Take(waits));
        AssertIsNew(() => Take(RunningConnector() with { State = "PAUSED" }));
        AssertIsNew(() => Take(RunningConnector()));

        _picture.Show(new EvidenceRound(_clock.GetUtcNow(), null, [RunningConnector()], []));
        AssertIsNew(() => Take());
        AssertIsNew(() => _signs.Take(new QuickLook(_clock.GetUtcNow(), AllAnswer, null), Ct));
    }

    [Fact]
    public void Connector_whose_feed_says_how_long_a_query_may_take_is_new_only_when_it_waits_longer()
    {
        var began = _clock.GetUtcNow();
        var hop = EvidenceBuilder.Flow.Ingestions.Single() with { QueryLimit = TimeSpan.FromSeconds(60) };
        _signs.Know([new WatchedTenant(new TenantId(Guid.NewGuid()), TenantSlug.Parse("acme"), "acme_", EvidenceBuilder.Flow with { Hops = [hop] })]);
        var waits = RunningConnector() with { Name = hop.Connector, Progress = new ConnectorProgress(began, null, 0, null, null, null, null) { WaitsSince = began } };
        Take(waits);

        _clock.Advance(TimeSpan.FromSeconds(59));
        Take(waits);
        Assert.False(_signs.AreNew);

        _clock.Advance(TimeSpan.FromSeconds(1));
        AssertIsNew(() => Take(waits));
    }

    [Fact]
    public void Broker_or_source_that_is_away_is_new_once()
    {
        AssertIsNew(() => _signs.Take(new QuickLook(_clock.GetUtcNow(), new BrokerLook(2, 3), []), Ct));
        _signs.Take(new QuickLook(_clock.GetUtcNow(), new BrokerLook(2, 3), []), Ct);
        Assert.False(_signs.AreNew);

        AssertIsNew(() => Take());
        var reason = Domain.Error.Conflict("Gone", "Nothing answers.");
        var gone = new SourceContact(_clock.GetUtcNow(), SourceContactKind.Unreachable, reason, TimeSpan.Zero);
        _picture.ShowSources([new SourceState("bank", ["payments"], gone, null, gone.At)]);
        AssertIsNew(() => Take());
        _picture.ShowSources([new SourceState("bank", ["payments"], gone with { Kind = SourceContactKind.Refused }, null, gone.At)]);
        AssertIsNew(() => Take());
    }

    private static ConnectorEvidence RunningConnector() => new(Connector, "RUNNING", [new TaskEvidence(0, "RUNNING")], null);

    private void Show(string topic, params GroupEvidence[] groups) => _picture.Show(
        new EvidenceRound(_clock.GetUtcNow(), new ClusterEvidence("c", 1, [new TopicEvidence(topic, "id", -1, [])], [.. groups]), [], []));

    private void Take(params ConnectorEvidence[] connectors) =>
        _signs.Take(new QuickLook(_clock.GetUtcNow(), AllAnswer, [.. connectors]), Ct);

    private void AssertIsNew(Action look)
    {
        look();
        Assert.True(_signs.AreNew);
        _signs.Judge();
    }

    private Task UntilNewAsync() => Wait.UntilAsync(() =>
    {
        _clock.Advance(TimeSpan.FromSeconds(5));
        Take(RunningConnector());
        return Task.FromResult(_signs.AreNew);
    });
}
