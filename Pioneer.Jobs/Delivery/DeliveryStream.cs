using System.Runtime.CompilerServices;
using Pioneer.Jobs.Kafka;

namespace Pioneer.Jobs.Delivery;

/// <summary>
/// One reader's live stream of a delivery topic. It reads for itself while it is behind, and shares a reader with the others of its topic near the end.
/// What <see cref="DeliveryFollower"/> waits for, it waits for; a refused sign-in or read ends it.
/// </summary>
public sealed class DeliveryStream
{
    /// <summary>How often a stream that reads for itself looks whether it is near the end.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    /// <summary>How long a stream may read for itself before others that wait have their turn.</summary>
    private static readonly TimeSpan TurnLasts = TimeSpan.FromSeconds(30);

    /// <summary>How long a stream that fell behind is not waited for.</summary>
    private static readonly TimeSpan Probation = TimeSpan.FromMinutes(1);

    private readonly SharedTopics _topics;
    private readonly string _topic;
    private readonly KafkaPrincipal _reader;
    private readonly DeliveryPlace _place;
    private readonly TimeProvider _time;

    internal DeliveryStream(SharedTopics topics, string topic, KafkaPrincipal reader, DeliveryPlace place, TimeProvider time) =>
        (_topics, _topic, _reader, _place, _time) = (topics, topic, reader, place, time);

    /// <summary>Where the stream begins.</summary>
    public OffsetVector Start => _place.Start;

    /// <summary>Whether it begins with gaps: <see cref="Start"/> must not be remembered before they were told.</summary>
    public bool BeginsWithGaps => !_place.Gaps.IsEmpty;

    /// <summary>Events until <paramref name="ct"/> is cancelled. Throws what <see cref="DeliveryFailures.Explain"/> has a sentence for.</summary>
    public async IAsyncEnumerable<DeliveryEvent> EventsAsync([EnumeratorCancellation] CancellationToken ct)
    {
        using var open = _topics.Open(_topic, _reader);
        var topic = open.Value;
        long? fellBehind = null;
        for (var place = _place; ;)
        {
            foreach (var gap in place.Gaps)
            {
                yield return gap.ToEvent(place.Start, _time.GetUtcNow());
            }

            var position = place.Start;
            var mayHoldUp = fellBehind is not { } since || _time.GetElapsedTime(since) > Probation;
            var seat = topic.Sit(position, place.IsNear, mayHoldUp);
            await foreach (var happened in seat is null ? OwnAsync(topic, position, ct) : SharedAsync(seat, ct))
            {
                position = happened.Position;
                yield return happened;
            }

            fellBehind = seat is null ? fellBehind : _time.GetTimestamp();
            place = await topic.Follower.PlaceAsync(position, ct);
        }
    }

    /// <summary>What the topic's shared reader reads, until that is ahead of what it keeps.</summary>
    private async IAsyncEnumerable<DeliveryEvent> SharedAsync(LiveSeat seat, [EnumeratorCancellation] CancellationToken ct)
    {
        using (seat)
        {
            while (true)
            {
                var taken = seat.Take(out var happened);
                if (taken is LiveTake.Overtaken)
                {
                    yield break;
                }

                if (taken is LiveTake.Taken)
                {
                    yield return happened!;
                }
                else if (!await WithinAsync(seat.MoreAsync(), DeliveryReader.Heartbeat, ct))
                {
                    yield return Heartbeat(seat.Position);
                }
            }
        }
    }

    /// <summary>What this stream reads for itself, until there is a seat for it, its turn is over or nobody took what was read.</summary>
    private async IAsyncEnumerable<DeliveryEvent> OwnAsync(SharedTopic topic, OffsetVector position, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var turn = new Turn(_topics.CatchUpsOf(_reader), ct);
        while (!await WithinAsync(turn.Given, DeliveryReader.Heartbeat, ct))
        {
            yield return Heartbeat(position);
        }

        await using var own = new CatchUp(topic.Follower, position, turn, _time, ct);
        var began = _time.GetTimestamp();
        var (looked, spoke) = (began, began);
        Task<bool>? more = null;
        while (!topic.Seats(position, isNear: false) && _time.GetElapsedTime(began) < TurnLasts)
        {
            if (own.TryTake(out var happened))
            {
                (position, spoke) = (happened!.Position, _time.GetTimestamp());
                yield return happened;
                continue;
            }

            if (await WithinAsync(more ??= own.HasMoreAsync(ct), LookEvery, ct))
            {
                if (!await more)
                {
                    yield break;
                }

                more = null;
            }
            else if (_time.GetElapsedTime(spoke) >= DeliveryReader.Heartbeat)
            {
                spoke = _time.GetTimestamp();
                yield return Heartbeat(position);
            }

            if (_time.GetElapsedTime(looked) >= LookEvery)
            {
                var place = await topic.Follower.PlaceAsync(position, ct);
                looked = _time.GetTimestamp();
                if (place.Gaps.IsEmpty && topic.Seats(position, place.IsNear))
                {
                    yield break;
                }
            }
        }
    }

    private DeliveryEvent Heartbeat(OffsetVector position) => new(DeliveryEventKind.Heartbeat, position, 0, 0, _time.GetUtcNow(), null, null, null);

    /// <summary>False when it has not ended within the time.</summary>
    private async Task<bool> WithinAsync(Task task, TimeSpan limit, CancellationToken ct)
    {
        try
        {
            await task.WaitAsync(limit, _time, ct);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
