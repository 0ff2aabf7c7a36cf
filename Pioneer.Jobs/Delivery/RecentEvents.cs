using System.Runtime.ExceptionServices;
using System.Threading.Channels;

namespace Pioneer.Jobs.Delivery;

/// <summary>
/// What one reader of a topic has read last, for every stream of that topic: a ring that the reader writes and streams read, each at its own pace from its
/// own <see cref="LiveSeat"/>. Bounded: what is overwritten before a stream took it, that stream reads from the topic itself. The writer waits a moment
/// for a stream that keeps up otherwise, and never for one that does not.
/// </summary>
internal sealed class RecentEvents(OffsetVector start, TimeProvider time, Action<RecentEvents> onEmpty) : ChannelWriter<DeliveryEvent>
{
    /// <summary>Events that are kept.</summary>
    public const int Most = 1024;

    /// <summary>Characters of keys and values that are kept: there may be many topics, and large events are fewer.</summary>
    private const long MostCharacters = 1024 * 1024;

    /// <summary>How long the streams of a topic wait for one of them.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly DeliveryEvent?[] _ring = new DeliveryEvent?[Most];
    private readonly HashSet<LiveSeat> _seats = [];
    private OffsetVector _from = start;
    private TaskCompletionSource? _more;
    private TaskCompletionSource? _room;
    private ExceptionDispatchInfo? _failure;
    private long _first, _next, _characters;

    /// <summary>True once the reader has ended: nobody may take a seat any more.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>True when nobody sits here.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_lock)
            {
                return _seats.Count == 0;
            }
        }
    }

    /// <summary>Whether everything after <paramref name="position"/> is here or is yet to come.</summary>
    public bool Follows(OffsetVector position)
    {
        lock (_lock)
        {
            return !HasEnded && position.TopicId == _from.TopicId
                && _from.Next.All(place => position.Next.TryGetValue(place.Key, out var next) && next >= place.Value);
        }
    }

    /// <summary>A seat for a stream at <paramref name="position"/>; null where events after it are no longer here.</summary>
    /// <param name="position">Where the stream is.</param>
    /// <param name="mayHoldUp">Whether the others may wait a moment for it: not for one that fell behind before.</param>
    public LiveSeat? Sit(OffsetVector position, bool mayHoldUp)
    {
        lock (_lock)
        {
            if (!Follows(position))
            {
                return null;
            }

            var seat = new LiveSeat(this, position) { Cursor = _first, MayHoldUp = mayHoldUp };
            _seats.Add(seat);
            return seat;
        }
    }

    public void Leave(LiveSeat seat)
    {
        lock (_lock)
        {
            _seats.Remove(seat);
            Signal(ref _room);
            if (_seats.Count > 0)
            {
                return;
            }
        }

        onEmpty(this);
    }

    /// <summary>The next event of a seat.</summary>
    public LiveTake Take(LiveSeat seat, out DeliveryEvent? happened)
    {
        lock (_lock)
        {
            happened = null;
            if (seat.Cursor < _first)
            {
                return LiveTake.Overtaken;
            }

            if (seat.Cursor == _next)
            {
                _failure?.Throw();
                return HasEnded ? LiveTake.Overtaken : LiveTake.Nothing;
            }

            happened = _ring[seat.Cursor++ % Most];
            Signal(ref _room);
            return LiveTake.Taken;
        }
    }

    /// <summary>Ends when <see cref="Take"/> has something else to say than nothing.</summary>
    public Task MoreAsync(LiveSeat seat)
    {
        lock (_lock)
        {
            return seat.Cursor != _next || HasEnded ? Task.CompletedTask : (_more ??= NewSignal()).Task;
        }
    }

    /// <inheritdoc/>
    public override bool TryWrite(DeliveryEvent item)
    {
        lock (_lock)
        {
            if (HasEnded)
            {
                return false;
            }

            if (item.Kind is DeliveryEventKind.Gap)
            {
                // which gap it is for a stream depends on where that stream is: each finds out for itself, and comes back
                Clear(item.Position);
            }
            else
            {
                var length = Length(item);
                while (_next > _first && (_next - _first == Most || _characters + length > MostCharacters))
                {
                    if (_seats.Any(seat => seat.MayHoldUp && seat.Cursor == _first))
                    {
                        return false;
                    }

                    Drop();
                }

                _ring[_next++ % Most] = item;
                _characters += length;
            }

            Signal(ref _more);
            return true;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(DeliveryEvent item, CancellationToken cancellationToken = default)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            Task room;
            lock (_lock)
            {
                room = (_room ??= NewSignal()).Task;
            }

            if (TryWrite(item))
            {
                return;
            }

            ObjectDisposedException.ThrowIf(HasEnded, this);
            var left = Patience - time.GetElapsedTime(began);
            if (left <= TimeSpan.Zero)
            {
                GiveUpWaiting();
                continue;
            }

            try
            {
                await room.WaitAsync(left, time, cancellationToken);
            }
            catch (TimeoutException)
            {
                GiveUpWaiting();
            }
        }
    }

    /// <inheritdoc/>
    public override ValueTask<bool> WaitToWriteAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult(!HasEnded);

    /// <inheritdoc/>
    public override bool TryComplete(Exception? error = null)
    {
        lock (_lock)
        {
            if (HasEnded)
            {
                return false;
            }

            (HasEnded, _failure) = (true, error is null ? null : ExceptionDispatchInfo.Capture(error));
            Signal(ref _more);
            return true;
        }
    }

    private static long Length(DeliveryEvent happened) => (happened.Key?.Length ?? 0) + (happened.Value?.Length ?? 0);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static void Signal(ref TaskCompletionSource? waiting)
    {
        waiting?.TrySetResult();
        waiting = null;
    }

    private void GiveUpWaiting()
    {
        lock (_lock)
        {
            foreach (var seat in _seats.Where(seat => seat.Cursor == _first))
            {
                seat.MayHoldUp = false;
            }
        }
    }

    private void Drop()
    {
        ref var oldest = ref _ring[_first++ % Most];
        (_from, _characters) = (oldest!.Position, _characters - Length(oldest));
        oldest = null;
    }

    private void Clear(OffsetVector from)
    {
        Array.Clear(_ring);
        // one beyond the end: a stream that had taken everything is overtaken too
        (_first, _characters, _from) = (++_next, 0, from);
    }
}
