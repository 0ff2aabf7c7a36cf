namespace Pioneer.Jobs.Delivery;

/// <summary>One of a few places: waited for, held, and given back once, whoever does that first.</summary>
internal sealed class Turn : IAsyncDisposable
{
    private readonly SemaphoreSlim _places;
    private readonly CancellationTokenSource _left;
    private int _isBack;

    public Turn(SemaphoreSlim places, CancellationToken ct)
    {
        (_places, _left) = (places, CancellationTokenSource.CreateLinkedTokenSource(ct));
        Given = places.WaitAsync(_left.Token);
    }

    /// <summary>Ends when the place is there.</summary>
    public Task Given { get; }

    /// <summary>Only after it was given.</summary>
    public void GiveBack()
    {
        if (Interlocked.Exchange(ref _isBack, 1) == 0)
        {
            _places.Release();
        }
    }

    /// <summary>Gives the place back, or up while it is waited for.</summary>
    public async ValueTask DisposeAsync()
    {
        await _left.CancelAsync();
        await Given.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (Given.IsCompletedSuccessfully)
        {
            GiveBack();
        }

        _left.Dispose();
    }
}
