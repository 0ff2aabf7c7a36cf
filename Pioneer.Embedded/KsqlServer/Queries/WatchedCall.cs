namespace Pioneer.Embedded.Ksql.Queries;

/// <summary>
/// A blocking call of a library that may not return: whoever watches it may give it up once it is late, and the caller learns of that as soon as the
/// call returns after all, so that it does nothing more. One caller, one watcher.
/// </summary>
internal sealed class WatchedCall(TimeProvider time, TimeSpan limit)
{
    private readonly Lock _lock = new();
    private long? _began;
    private bool _givenUp;

    /// <summary>Runs the call.</summary>
    /// <exception cref="OperationCanceledException">It was given up meanwhile.</exception>
    public void Run(Action call)
    {
        lock (_lock)
        {
            _began = time.GetTimestamp();
        }

        try
        {
            call();
        }
        finally
        {
            End();
        }
    }

    /// <summary>Gives the running call up when it has taken longer than the limit; false when there is none or it is in time.</summary>
    public bool TryGiveUp()
    {
        lock (_lock)
        {
            _givenUp |= _began is { } began && time.GetElapsedTime(began) > limit;
            return _givenUp;
        }
    }

    private void End()
    {
        lock (_lock)
        {
            _began = null;
            if (_givenUp)
            {
                throw new OperationCanceledException("The call was given up meanwhile.");
            }
        }
    }
}
