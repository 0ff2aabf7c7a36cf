using Microsoft.AspNetCore.Components;
using Pioneer.Domain;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Delivery;
using Pioneer.Portal.Components;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Features.Subscriptions;

/// <summary>The live end of a delivery topic, newest first; read as the tenant's own portal principal. Ends with the page.</summary>
public sealed partial class DeliveryTailPanel : IAsyncDisposable
{
    private const int Shown = 100;
    private const int FromBefore = 10;
    private static readonly TimeSpan DrawEvery = TimeSpan.FromMilliseconds(120);

    private readonly LinkedList<(long Number, DeliveryEvent Event)> _events = [];
    private CancellationTokenSource? _stop;
    private Task _reading = Task.CompletedTask;
    private Error? _error;
    private string? _notice;
    private bool _running;
    private bool _drawWaits;
    private long _count;
    private long _number;

    [Parameter, EditorRequired]
    public required string Slug { get; set; }

    [Parameter, EditorRequired]
    public required string Name { get; set; }

    /// <summary>The columns of the results: times among them are shown as such.</summary>
    [Parameter]
    public System.Collections.Immutable.ImmutableArray<Pioneer.Domain.Subscriptions.ResultColumn> Columns { get; set; } = [];

    [Inject]
    public required DeliveryTail Tail { get; set; }

    [Inject]
    public required RecordReadings Readings { get; set; }

    [Inject]
    public required CurrentActor Me { get; set; }

    [Inject]
    public required ViewerTime Viewer { get; set; }

    [Inject]
    public required TimeProvider Time { get; set; }

    public async ValueTask DisposeAsync() => await StopAsync();

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            await StartAsync();
        }
    }

    private async Task StartAsync()
    {
        await StopAsync();
        _events.Clear();
        (_error, _notice, _running, _count, _number) = (null, null, true, 0, 0);
        _stop = new CancellationTokenSource();
        _reading = ReadAsync(_stop.Token);
        StateHasChanged();
    }

    private async Task StopAsync()
    {
        if (_stop is not null)
        {
            await _stop.CancelAsync();
            await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _stop.Dispose();
            _stop = null;
        }
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        OpenPlace? place = null;
        try
        {
            var begun = await Readings.BeginAsync(Me.Actor, Slug, Name, TenantUseKind.Tails, cancellationToken);
            if (begun.IsFailure)
            {
                _error = begun.Error;
                return;
            }

            place = begun.Value;
            await foreach (var entry in Tail.FollowAsync(TenantSlug.Parse(Slug), Name, DeliveryStart.Last(FromBefore), cancellationToken))
            {
                // a topic that is still being made is no failure to whoever waits for its first record
                _error = entry is { Waits: true, Failure.Kind: ErrorKind.NotFound } ? null : entry.Failure;
                if (entry.Event is { } happened)
                {
                    await ShowAsync(happened, cancellationToken);
                }
                else
                {
                    StateHasChanged();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // stopped, or the page was left
        }
        catch (Exception failure) when (DeliveryFailures.Explain(failure) is { } reason)
        {
            _error = reason;
        }
        finally
        {
            place?.Dispose();
            _running = false;
            await InvokeAsync(StateHasChanged);
        }
    }

    private async Task ShowAsync(DeliveryEvent happened, CancellationToken cancellationToken)
    {
        if (happened.Kind == DeliveryEventKind.Heartbeat)
        {
            if (happened.Message is not null)
            {
                _notice = happened.Message;
                StateHasChanged();
            }

            return;
        }

        _notice = null;
        _count += happened.Kind == DeliveryEventKind.Gap ? 0 : 1;
        TailOrder.Insert(_events, (_number++, happened));
        if (_events.Count > Shown)
        {
            _events.RemoveLast();
        }

        // a burst is drawn once
        if (!_drawWaits)
        {
            _drawWaits = true;
            await Task.Yield();
            _ = DrawSoonAsync(cancellationToken);
        }
    }

    private async Task DrawSoonAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(DrawEvery, Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await InvokeAsync(() =>
        {
            _drawWaits = false;
            StateHasChanged();
        });
    }
}
