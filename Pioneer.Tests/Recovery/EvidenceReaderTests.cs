using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Pioneer.Domain;
using Pioneer.Domain.Recovery;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Recovery;
using Pioneer.Tests.Embedded.BrokerClients;
using Pioneer.Tests.Jobs;
using Xunit;

namespace Pioneer.Tests.Recovery;

/// <summary>Rounds of evidence of an embedded broker.</summary>
public sealed class EvidenceReaderTests : IAsyncLifetime
{
    private const string Group = "_confluent-ksql-acme_query_LARGE_V1";

    private static readonly TenantFlow Flow = new("acme", [new FlowHop.Reading("acme.t.payments", Group, "LARGE_V1")]);

    private readonly string _folder = Directory.CreateTempSubdirectory("pioneer-evidence-").FullName;
    private BrokerHarness _broker = null!;
    private FakePlatform _platform = null!;
    private JobsHost _host = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _broker = await BrokerHarness.StartAsync();
        _platform = await FakePlatform.StartAsync();
        _host = await JobsHost.StartAsync(_folder, _broker.Options, _platform.Url, _platform.Url, services => services.AddSingleton<EvidenceReader>());
        await _broker.CreateTopicAsync("acme.t.payments", 1, ("retention.ms", "604800000"));
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _platform.DisposeAsync();
        await _broker.DisposeAsync();
        TestFolder.Delete(_folder);
    }

    [Fact]
    public async Task Reader_that_stands_before_a_record_that_is_dated_back_is_told_its_real_horizon()
    {
        var now = TimeProvider.System.GetUtcNow();
        await _broker.Producer().ProduceAsync(
            "acme.t.payments", new Message<string, string> { Key = "1", Value = "{}", Timestamp = new Timestamp(now.AddDays(-6)) }, Ct);
        await _broker.Admin().AlterConsumerGroupOffsetsAsync([new ConsumerGroupTopicPartitionOffsets(Group, [new TopicPartitionOffset("acme.t.payments", 0, 0)])]);

        var first = await ReadAsync(null);
        var second = await ReadAsync(first);
        var third = await ReadAsync(second);

        Assert.True(LossHorizon.Of(Flow, first, now) is { IsByRecordTime: false, IsAtMost: true, Left: var unknown } && unknown > TimeSpan.FromDays(6.9));
        Assert.True(LossHorizon.Of(Flow, second, now) is { IsByRecordTime: true, IsAtMost: false, Left: var left } && left > TimeSpan.FromDays(0.98) && left <= TimeSpan.FromDays(1));
        Assert.Equal(second.Cluster!.Groups[0].Committed[0].DatedAt, third.Cluster!.Groups[0].Committed[0].DatedAt);
    }

    [Fact]
    public async Task Reader_that_lags_and_moves_is_told_the_horizon_of_what_it_has_not_read_yet()
    {
        var now = TimeProvider.System.GetUtcNow();
        foreach (var days in new[] { 6, 5, 4, 3, 2 })
        {
            await _broker.Producer().ProduceAsync(
                "acme.t.payments", new Message<string, string> { Key = "1", Value = "{}", Timestamp = new Timestamp(now.AddDays(-days)) }, Ct);
        }

        var rounds = new List<EvidenceRound?> { null };
        for (var offset = 0; offset <= 3; offset++)
        {
            await _broker.Admin().AlterConsumerGroupOffsetsAsync(
                [new ConsumerGroupTopicPartitionOffsets(Group, [new TopicPartitionOffset("acme.t.payments", 0, offset)])]);
            rounds.Add(await ReadAsync(rounds[^1]));
        }

        Assert.True(LossHorizon.Of(Flow, rounds[2]!, now) is { IsByRecordTime: false, IsAtMost: true });
        Assert.All([(Round: 3, Days: 3), (Round: 4, Days: 4)], expected =>
        {
            var horizon = LossHorizon.Of(Flow, rounds[expected.Round]!, now);
            Assert.Equal((true, false), (horizon.IsByRecordTime, horizon.IsAtMost));
            Assert.InRange(horizon.Left!.Value, TimeSpan.FromDays(expected.Days - 0.02), TimeSpan.FromDays(expected.Days));
        });
    }

    private Task<EvidenceRound> ReadAsync(EvidenceRound? before) =>
        _host.Get<EvidenceReader>().ReadAsync([new WatchedTenant(new TenantId(Guid.NewGuid()), TenantSlug.Parse("acme"), "acme_", Flow)], before, Ct);
}
