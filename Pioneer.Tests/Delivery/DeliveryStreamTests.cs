using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Pioneer.Jobs.Delivery;
using Pioneer.Jobs.Kafka;
using Xunit;

namespace Pioneer.Tests.Delivery;

/// <summary>Many streams of one topic: each gets every record after its place once, in each partition's order, whoever else reads and however slowly.</summary>
public sealed class DeliveryStreamTests
{
    private static readonly KafkaPrincipal Reader = new("acme.portal", "secret");

    private readonly FakeTimeProvider _clock = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Streams_at_the_end_share_one_reader_that_goes_with_the_last_of_them()
    {
        var topic = new ModelTopic(2);
        var topics = new SharedTopics((_, _) => topic, _clock);
        topic.Append(0, 10);
        var readers = await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ => new Reading(await StreamAsync(topics, topic, topic.End), Ct)));

        topic.Append(0, 5);
        topic.Append(1, 5);

        foreach (var reader in readers)
        {
            await reader.TakeAsync(10);
            Assert.Equal(Expected((0, 10, 15), (1, 0, 5)), reader.Keys.Order());
        }

        Assert.Equal(1, topic.Followers);
        foreach (var reader in readers)
        {
            Assert.Equal(1, topic.Followers);
            await reader.DisposeAsync();
        }

        await Wait.UntilAsync(() => topic.Followers == 0);
    }

    [Fact]
    public async Task Stream_that_is_not_read_holds_nobody_up_and_misses_nothing()
    {
        var topic = new ModelTopic(1);
        var topics = new SharedTopics((_, _) => topic, _clock);
        await using var idle = new Reading(await StreamAsync(topics, topic, topic.End), Ct);
        await using var busy = new Reading(await StreamAsync(topics, topic, topic.End), Ct);
        topic.Append(0, 1);
        await idle.TakeAsync(1);
        await busy.TakeAsync(1);

        await using (Passing())
        {
            topic.Append(0, 5_000);
            await busy.TakeAsync(5_000);
            await idle.TakeAsync(5_000);
        }

        Assert.Equal(Numbers(0, 5_001), busy.Keys);
        Assert.Equal(Numbers(0, 5_001), idle.Keys);
    }

    [Fact]
    public async Task Streams_that_are_not_read_give_the_places_of_those_who_catch_up_back()
    {
        var topic = new ModelTopic(1);
        var topics = new SharedTopics((_, _) => topic, _clock);
        topic.Append(0, 5_000);
        var idle = await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ => new Reading(await StreamAsync(topics, topic, topic.Start), Ct)));
        await using (Passing())
        {
            foreach (var reader in idle)
            {
                await reader.TakeAsync(1);
            }

            await using var late = new Reading(await StreamAsync(topics, topic, topic.Start), Ct);
            await late.TakeAsync(5_000);
            Assert.Equal(Numbers(0, 5_000), late.Keys);

            // the topic's shared reader is the only one that is left, and goes with its stream
            await Wait.UntilAsync(() => topic.Followers <= 1);
            await idle[^1].TakeAsync(4_999);
            Assert.Equal(Numbers(0, 5_000), idle[^1].Keys);
        }

        foreach (var reader in idle)
        {
            await reader.DisposeAsync();
        }

        await Wait.UntilAsync(() => topic.Followers == 0);
    }

    [Fact]
    public async Task Streams_that_are_read_slowly_leave_others_their_turn()
    {
        var topic = new ModelTopic(1);
        var topics = new SharedTopics((_, _) => topic, _clock);
        topic.Append(0, 4_999);
        await using var live = new Reading(await StreamAsync(topics, topic, topic.End), Ct);
        topic.Append(0, 1);
        await live.TakeAsync(1);
        var slow = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ => new Reading(await StreamAsync(topics, topic, topic.Start), Ct)));
        foreach (var reader in slow)
        {
            await reader.TakeAsync(1);
        }

        await using var late = new Reading(await StreamAsync(topics, topic, topic.Start), Ct);
        var all = late.TakeAsync(5_000);
        for (var second = 0; second < 40; second++)
        {
            await Task.WhenAll(slow.Select(reader => reader.TakeAsync(1)));
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        // what it waits for may have begun after the last second passed
        await using (Passing())
        {
            await all;
        }

        Assert.Equal(Numbers(0, 5_000), late.Keys);
        foreach (var reader in slow)
        {
            await reader.DisposeAsync();
        }
    }

    [Fact]
    public async Task Every_stream_is_told_of_its_own_gap_when_the_topic_is_made_anew()
    {
        var topic = new ModelTopic(1);
        var topics = new SharedTopics((_, _) => topic, _clock);
        topic.Append(0, 7);
        await using var one = new Reading(await StreamAsync(topics, topic, topic.Start), Ct);
        await using var other = new Reading(await StreamAsync(topics, topic, topic.End), Ct);
        await one.TakeAsync(7);

        topic.MakeAnew("another_cdefghijklmnop");
        topic.Append(0, 3);

        foreach (var reader in new[] { one, other })
        {
            await reader.TakeAsync(4);
            var gap = Assert.Single(reader.Events, happened => happened.Kind is DeliveryEventKind.Gap);
            Assert.Equal((DeliveryGapReason.TopicMadeAnew, 7L), (gap.Gap!.Reason, gap.Gap.Offset));
            Assert.Equal(Numbers(0, 3), reader.Keys.TakeLast(3));
        }
    }

    [Theory]
    [InlineData(4, LiveTake.Nothing)]
    [InlineData(5, LiveTake.Overtaken)]
    public void Record_before_the_place_that_a_later_leader_wrote_is_of_a_log_that_was_cut(int epoch, object expected)
    {
        var topic = new ModelTopic(1);
        var recent = new RecentEvents(topic.Start, _clock, _ => { });
        using var seat = recent.Sit(topic.Start.After(0, 9, 4), mayHoldUp: true);

        // the shared reader is behind the stream: what the stream has had comes once more
        Assert.True(recent.TryWrite(new(DeliveryEventKind.Record, topic.Start.After(0, 6, epoch), 0, 6, null, "0:6", null, null)));

        Assert.Equal(expected, seat!.Take(out var happened));
        Assert.Null(happened);
    }

    [Fact]
    public async Task Who_begins_the_shared_reader_sits_there_however_quick_that_is()
    {
        for (var round = 0; round < 200; round++)
        {
            var topic = new ModelTopic(1);
            topic.Append(0, 2 * RecentEvents.Most);
            var shared = new SharedTopic(topic, _clock);

            // its place was near the end when it asked, and much has come since
            using (var seat = shared.Sit(topic.Start, isNear: true, mayHoldUp: false))
            {
                Assert.NotNull(seat);
            }

            await Wait.UntilAsync(() => topic.Followers == 0);
        }
    }

    [Fact]
    public async Task Any_streams_get_everything_after_their_place_once_and_in_order()
    {
        var step = Gen.Int[0, 3].SelectMany(kind => Gen.Int[0, 2].Select(Gen.Int[0, 1500], (partition, count) => (Kind: kind, Partition: partition, Count: count)));
        await Gen.Select(Gen.Int[1, 3], step.List[1, 12]).SampleAsync(async (partitions, steps) =>
        {
            var topic = new ModelTopic(partitions);
            var topics = new SharedTopics((_, _) => topic, _clock);
            var readings = new List<(Reading Reading, OffsetVector From)>();
            await using var passing = Passing();
            foreach (var (kind, partition, count) in steps)
            {
                if (kind == 0)
                {
                    var from = count % 2 == 0 ? topic.Start : topic.End;
                    readings.Add((new Reading(await StreamAsync(topics, topic, from), Ct), from));
                }
                else if (kind == 1 && readings.Count > 0)
                {
                    // one of them reads what there is for it, or a part of that, while the others do not
                    var (reading, from) = readings[count % readings.Count];
                    var there = topic.End.Next.Sum(place => place.Value - from.Next[place.Key]) - reading.Keys.Count();
                    await reading.TakeAsync((int)Math.Min(there, count));
                }
                else
                {
                    topic.Append(partition % partitions, count);
                }
            }

            var end = topic.End;
            await Task.WhenAll(readings.Select(async reader =>
            {
                await using var reading = reader.Reading;
                await reading.TakeAsync((int)end.Next.Sum(place => place.Value - reader.From.Next[place.Key]) - reading.Keys.Count());
                foreach (var (partition, next) in end.Next)
                {
                    Assert.Equal(
                        Enumerable.Range((int)reader.From.Next[partition], (int)(next - reader.From.Next[partition])).Select(offset => $"{partition}:{offset}"),
                        reading.Events.Where(happened => happened.Kind is DeliveryEventKind.Record && happened.Partition == partition).Select(happened => happened.Key));
                }

                Assert.Equal(end, reading.Events.Count == 0 ? end : reading.Events[^1].Position);
            }));
            await Wait.UntilAsync(() => topic.Followers == 0);
        }, iter: 60, threads: 1);
    }

    private static IEnumerable<string> Numbers(int from, int to) => Enumerable.Range(from, to - from).Select(offset => $"0:{offset}");

    private static IEnumerable<string> Expected(params (int Partition, int From, int To)[] parts) =>
        parts.SelectMany(part => Enumerable.Range(part.From, part.To - part.From).Select(offset => $"{part.Partition}:{offset}")).Order();

    private async Task<DeliveryStream> StreamAsync(SharedTopics topics, ModelTopic topic, OffsetVector from) =>
        new(topics, "acme.d.large", Reader, await topic.PlaceAsync(from, Ct), _clock);

    /// <summary>Lets time pass: what waits for a time need not be waited for.</summary>
    private PassingTime Passing() => new(_clock);

    private sealed class PassingTime : IAsyncDisposable
    {
        private readonly CancellationTokenSource _over = new();
        private readonly Task _passing;

        public PassingTime(FakeTimeProvider clock) => _passing = Task.Run(async () =>
        {
            while (!_over.IsCancellationRequested)
            {
                clock.Advance(TimeSpan.FromMilliseconds(250));
                await Task.Yield();
            }
        });

        public async ValueTask DisposeAsync()
        {
            await _over.CancelAsync();
            await _passing;
            _over.Dispose();
        }
    }

    /// <summary>One client: takes as much as it is told to, and nothing else.</summary>
    private sealed class Reading(DeliveryStream stream, CancellationToken ct) : IAsyncDisposable
    {
        private readonly IAsyncEnumerator<DeliveryEvent> _events = stream.EventsAsync(ct).GetAsyncEnumerator(ct);

        public List<DeliveryEvent> Events { get; } = [];

        public IEnumerable<string> Keys => Events.Where(happened => happened.Kind is DeliveryEventKind.Record).Select(happened => happened.Key!);

        public async Task TakeAsync(int count)
        {
            while (count > 0 && await _events.MoveNextAsync().AsTask().WaitAsync(Patience.Usual, ct))
            {
                if (_events.Current.Kind is not DeliveryEventKind.Heartbeat)
                {
                    Events.Add(_events.Current);
                    count--;
                }
            }
        }

        public ValueTask DisposeAsync() => _events.DisposeAsync();
    }
}
