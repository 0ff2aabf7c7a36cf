using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pioneer.Jobs.Kafka;
using Pioneer.Tests.Embedded.BrokerClients;
using Xunit;

namespace Pioneer.Tests.Jobs;

/// <summary>
/// Groups are changed while their only broker goes away and comes back. librdkafka's own requests freed twice what they held where a connection ended
/// beside them (librdkafka pull request 5397), which ended the process at once or later.
/// </summary>
public sealed class GroupChangeTests : IAsyncLifetime
{
    private const string Topic = "acme.t.payments";
    private const int Lanes = 4, Restarts = 12;

    private BrokerHarness _broker = null!;
    private KafkaAdmin _admin = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _broker = await BrokerHarness.StartAsync();
        await _broker.CreateTopicAsync(Topic);
        _admin = new KafkaAdmin(
            new KafkaClients(Options.Create(_broker.Options), NullLogger<KafkaClients>.Instance), TimeProvider.System, NullLogger<KafkaAdmin>.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task Groups_are_set_and_deleted_while_their_broker_goes_away_and_comes_back()
    {
        var done = 0;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var lanes = Enumerable.Range(0, Lanes).Select(lane => Task.Run(ChangeAsync, Ct)).ToArray();

        for (var restart = 0; restart < Restarts; restart++)
        {
            var before = Volatile.Read(ref done);
            await Wait.UntilAsync("changes after the restart", () => Volatile.Read(ref done) > before);
            await _broker.RestartAsync();
        }

        await stop.CancelAsync();
        await Task.WhenAll(lanes);
        Assert.Empty(await _admin.ListGroupsAsync("acme.", Ct));

        async Task ChangeAsync()
        {
            var group = $"acme.{Guid.CreateVersion7():N}";
            while (!stop.IsCancellationRequested)
            {
                await _admin.SetGroupOffsetsAsync(group, new Dictionary<TopicPartition, long> { [new TopicPartition(Topic, 0)] = 0 }, Ct);
                await _admin.DeleteGroupAsync(group, Ct);
                Interlocked.Increment(ref done);
            }
        }
    }

    [Fact]
    public async Task Group_with_members_is_neither_set_nor_deleted()
    {
        var consumer = _broker.Consumer("acme.busy");
        consumer.Subscribe(Topic);
        await Wait.UntilAsync(() =>
        {
            consumer.Consume(TimeSpan.FromMilliseconds(100));
            return consumer.Assignment.Count == 1;
        });

        var set = await Assert.ThrowsAsync<KafkaRequestException>(
            () => _admin.SetGroupOffsetsAsync("acme.busy", new Dictionary<TopicPartition, long> { [new TopicPartition(Topic, 0)] = 0 }, Ct));
        var deleted = await Assert.ThrowsAsync<KafkaRequestException>(() => _admin.DeleteGroupAsync("acme.busy", Ct));

        Assert.Equal((ErrorCode.UnknownMemberId, ErrorCode.NonEmptyGroup), (set.Code, deleted.Code));
    }
}
