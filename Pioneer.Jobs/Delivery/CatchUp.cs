using System.Threading.Channels;

namespace Pioneer.Jobs.Delivery;

/// <summary>
/// One stream's own reader, for as long as it is behind. It holds one of the few places that its tenant has for that, and gives it back when nobody takes
/// what was read: a client that no longer reads costs nothing.
/// </summary>
internal sealed class CatchUp : IAsyncDisposable
{
    /// <summary>Events read ahead of a slow stream; beyond it the consumer waits.</summary>
    private const int ReadAhead = 256;

    /// <summary>How long what was read may lie.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Channel<DeliveryEvent> _read = Channel.CreateBounded<DeliveryEvent>(
        new BoundedChannelOptions(ReadAhead) { SingleReader = true, SingleWriter = true });

    private readonly CancellationTokenSource _givenUp = new();
    private readonly CancellationTokenSource _ended;
    private readonly TimeProvider _time;
    private readonly ITimer _watch;
    private readonly Task _reading;
    private long _taken;

    public CatchUp(ITopicFollower follower, OffsetVector position, Turn turn, TimeProvider time, CancellationToken ct)
    {
        (_ended, _time, _taken) = (CancellationTokenSource.CreateLinkedTokenSource(ct, _givenUp.Token), time, time.GetTimestamp());
        _reading = Task.Factory.StartNew(
            () => follower.FollowAsync(new DeliveryPlace(position, [], Behind: 0), _read.Writer, _ended.Token),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
            .Unwrap().ContinueWith(_ => turn.GiveBack(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        _watch = time.CreateTimer(_ => GiveUpIfNobodyTakes(), null, Patience, Patience);
    }

    /// <summary>False when nothing is there at the moment.</summary>
    public bool TryTake(out DeliveryEvent? happened)
    {
        Interlocked.Exchange(ref _taken, _time.GetTimestamp());
        return _read.Reader.TryRead(out happened);
    }

    /// <summary>False when it has ended and nothing is left to take. Throws what ended it.</summary>
    public async Task<bool> HasMoreAsync(CancellationToken ct)
    {
        var more = await _read.Reader.WaitToReadAsync(ct);
        if (!more)
        {
            await _read.Reader.Completion;
        }

        return more;
    }

    public async ValueTask DisposeAsync()
    {
        await _watch.DisposeAsync();
        await _ended.CancelAsync();
        await _reading;
        _ended.Dispose();
        // not the other source: the watch may look once more after its end
    }

    private void GiveUpIfNobodyTakes()
    {
        if (_read.Reader.Count > 0 && _time.GetElapsedTime(Interlocked.Read(ref _taken)) >= Patience)
        {
            _givenUp.Cancel();
        }
    }
}
