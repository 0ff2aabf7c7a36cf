using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Pioneer.Jobs.Delivery;

/// <summary>One reader's live stream of a delivery topic. What <see cref="DeliveryFollower"/> waits for, it waits for; a refused sign-in or read ends it.</summary>
public sealed class DeliveryStream
{
    /// <summary>Events read ahead of a slow reader; beyond it the consumer waits.</summary>
    private const int ReadAhead = 256;

    private readonly DeliveryFollower _follower;
    private readonly DeliveryPlace _place;
    private readonly TimeProvider _time;

    internal DeliveryStream(DeliveryFollower follower, DeliveryPlace place, TimeProvider time)
    {
        _follower = follower;
        _place = place;
        _time = time;
    }

    /// <summary>Where the stream begins.</summary>
    public OffsetVector Start => _place.Start;

    /// <summary>Whether it begins with gaps: <see cref="Start"/> must not be remembered before they were told.</summary>
    public bool BeginsWithGaps => !_place.Gaps.IsEmpty;

    /// <summary>Events until <paramref name="ct"/> is cancelled. Throws what <see cref="DeliveryFailures.Explain"/> has a sentence for.</summary>
    public async IAsyncEnumerable<DeliveryEvent> EventsAsync([EnumeratorCancellation] CancellationToken ct)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var channel = Channel.CreateBounded<DeliveryEvent>(new BoundedChannelOptions(ReadAhead) { SingleReader = true, SingleWriter = true });
        var reading = Task.Factory.StartNew(() => _follower.FollowAsync(_place, channel.Writer, ended.Token), CancellationToken.None,
            TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
        try
        {
            var position = Start;
            while (!ct.IsCancellationRequested)
            {
                if (channel.Reader.TryRead(out var happened))
                {
                    position = happened.Position;
                    yield return happened;
                }
                else if (!await HasMoreAsync(channel.Reader, ct))
                {
                    yield return new DeliveryEvent(DeliveryEventKind.Heartbeat, position, 0, 0, _time.GetUtcNow(), null, null, null);
                }
            }
        }
        finally
        {
            await ended.CancelAsync();
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>False when nothing came within the heartbeat time.</summary>
    private async Task<bool> HasMoreAsync(ChannelReader<DeliveryEvent> reader, CancellationToken ct)
    {
        try
        {
            var more = await reader.WaitToReadAsync(ct).AsTask().WaitAsync(DeliveryReader.Heartbeat, _time, ct);
            if (!more)
            {
                await reader.Completion;
            }

            return more;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
