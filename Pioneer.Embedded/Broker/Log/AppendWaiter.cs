namespace Pioneer.Embedded.Broker.Log;

/// <summary>Told after data became visible in, or the log was closed for, a partition. Called on the appender's thread: return at once.</summary>
public interface IAppendListener
{
    void OnAppended(PartitionLog log);
}

/// <summary>
/// A fetch's long poll over some partitions. Subscribe first (construct), then read, then wait: an append between the two is not missed.
/// Not for concurrent waits.
/// </summary>
public sealed class AppendWaiter : IAppendListener, IDisposable
{
    private readonly IReadOnlyList<PartitionLog> _logs;
    private TaskCompletionSource _signal = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public AppendWaiter(IReadOnlyList<PartitionLog> logs)
    {
        _logs = logs;
        foreach (var log in logs)
        {
            log.Subscribe(this);
        }
    }

    /// <summary>True when something was appended since construction or the last wait; false when the time ran out.</summary>
    public async Task<bool> WaitAsync(TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            await Volatile.Read(ref _signal).Task.WaitAsync(timeout, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return false;
        }

        Volatile.Write(ref _signal, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        return true;
    }

    void IAppendListener.OnAppended(PartitionLog log) => Volatile.Read(ref _signal).TrySetResult();

    public void Dispose()
    {
        foreach (var log in _logs)
        {
            log.Unsubscribe(this);
        }
    }
}
