using System.Threading.Channels;

namespace Pioneer.Jobs.Delivery;

/// <summary>Reads one topic, and knows its log.</summary>
internal interface ITopicFollower
{
    /// <summary>Writes what happens from a place on until it is cancelled; a failure that waiting cannot mend completes the writer.</summary>
    Task FollowAsync(DeliveryPlace place, ChannelWriter<DeliveryEvent> writer, CancellationToken ct);

    /// <summary>The place in the log as it is now, once there is one that answers.</summary>
    Task<DeliveryPlace> PlaceAsync(OffsetVector position, CancellationToken ct);
}

/// <summary>
/// One topic as streams of this process read it: at its live end they share one reader, which is there while one of them sits there. A stream that is far
/// behind reads for itself until it is near the end.
/// </summary>
internal sealed class SharedTopic(ITopicFollower follower, TimeProvider time)
{
    private readonly Lock _lock = new();
    private RecentEvents? _recent;
    private CancellationTokenSource? _stop;

    /// <summary>For what a stream reads and asks for itself.</summary>
    public ITopicFollower Follower => follower;

    /// <summary>Whether <see cref="Sit"/> has a seat for a stream that is there.</summary>
    /// <param name="position">Where the stream is.</param>
    /// <param name="isNear">Whether that is near the end of the log, so that a shared reader may begin there.</param>
    public bool Seats(OffsetVector position, bool isNear)
    {
        lock (_lock)
        {
            return _recent is { HasEnded: false } recent ? recent.Follows(position) : isNear;
        }
    }

    /// <summary>A seat with the shared reader, which begins with the first; null where the stream has to read for itself.</summary>
    public LiveSeat? Sit(OffsetVector position, bool isNear, bool mayHoldUp)
    {
        lock (_lock)
        {
            return _recent is { HasEnded: false } recent ? recent.Sit(position, mayHoldUp)
                : isNear ? Begin(position, mayHoldUp)
                : null;
        }
    }

    /// <summary>The seat is taken before the reader begins: one that is quicker would be past it, and read on for nobody.</summary>
    private LiveSeat? Begin(OffsetVector position, bool mayHoldUp)
    {
        var (recent, stop) = (new RecentEvents(position, time, End), new CancellationTokenSource());
        (_recent, _stop) = (recent, stop);
        var seat = recent.Sit(position, mayHoldUp);
        _ = Task.Factory.StartNew(
            () => follower.FollowAsync(new DeliveryPlace(position, [], Behind: 0), recent, stop.Token),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return seat;
    }

    private void End(RecentEvents recent)
    {
        lock (_lock)
        {
            if (recent == _recent && recent.IsEmpty)
            {
                // what waits there must not go on inside this lock
                _ = _stop!.CancelAsync();
                (_recent, _stop) = (null, null);
            }
        }
    }
}
