using Microsoft.AspNetCore.Components;

namespace Pioneer.Portal.Live;

/// <summary>
/// A component that shows rows and is told when they change. <see cref="LoadAsync"/> runs first with the parameters and again after each
/// notice; notices that arrive while it runs become one more run, never several at once. It listens before it reads for the first time, so that
/// no change falls between the two; a prerendered page does not listen, as nobody would end that.
/// </summary>
public abstract class LiveComponent : ComponentBase, IDisposable
{
    private readonly CancellationTokenSource _gone = new();
    private IDisposable? _subscription;
    private bool _disposed;
    private bool _loading;
    private bool _again;

    [Inject]
    public required LiveChanges Live { get; set; }

    [Inject]
    public required ILogger<LiveComponent> Log { get; set; }

    /// <summary>
    /// Cancelled when the component goes away, for what it reads. A command takes none: what a person has begun is carried out though they leave the page.
    /// </summary>
    protected CancellationToken Gone { get; }

    /// <summary>Whether the component went away, as while a command worked. It then leads nobody to another page, and nobody sees what it draws.</summary>
    protected bool IsGone => Gone.IsCancellationRequested;

    protected LiveComponent() => Gone = _gone.Token;

    /// <summary>True once the first load has ended; until then pages draw their frame only.</summary>
    protected bool Loaded { get; private set; }

    protected abstract LiveTopic Topics { get; }

    protected abstract Task LoadAsync(CancellationToken cancellationToken);

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected override async Task OnParametersSetAsync() => await ReloadAsync();

    /// <summary>Loads and draws again; call it after a command so that its author sees the outcome at once.</summary>
    protected async Task ReloadAsync()
    {
        if (_disposed)
        {
            return;
        }

        if (_loading)
        {
            _again = true;
            return;
        }

        _loading = true;
        if (RendererInfo.IsInteractive)
        {
            _subscription ??= Live.Subscribe(Topics, _ => NoticeArrived());
        }

        try
        {
            do
            {
                _again = false;
                await LoadAsync(Gone);
                Loaded = true;
                StateHasChanged();
            }
            while (_again && !Gone.IsCancellationRequested);
        }
        catch (OperationCanceledException) when (Gone.IsCancellationRequested)
        {
            // the page was left while it loaded
        }
        catch (Exception e) when (Loaded)
        {
            LiveLog.ReloadFailed(Log, e);
            await DispatchExceptionAsync(e);
        }
        finally
        {
            _loading = false;
        }
    }

    /// <summary>Goes to another page after a command, unless its author has left this one meanwhile.</summary>
    protected void LeadTo(NavigationManager navigation, string address, bool replace = false)
    {
        if (!IsGone)
        {
            navigation.NavigateTo(address, replace: replace);
        }
    }

    private void NoticeArrived() => _ = InvokeAsync(ReloadAsync);

    protected virtual void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            _gone.Cancel();
            _subscription?.Dispose();
            _gone.Dispose();
        }
    }
}
