using Microsoft.AspNetCore.Components;
using Pioneer.Domain;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Delivery;
using Pioneer.Jobs.Kafka;
using Pioneer.Portal.Components;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Features.Subscriptions;

/// <summary>The live end of a delivery topic, newest first; read as the tenant's own portal principal. Ends with the page.</summary>
public sealed partial class DeliveryTailPanel : IAsyncDisposable
{
    private const int Shown = 100;
    private const int FromBefore = 10;
    private static readonly TimeSpan DrawEvery = TimeSpan.FromMilliseconds(120);

    private readonly LinkedList<DeliveryEvent> _events = [];
    private CancellationTokenSource? _stop;
    private Task _reading = Task.CompletedTask;
    private Error? _error;
    private bool _running;
    private bool _drawWaits;
    private long _count;

    [Parameter, EditorRequired]
    public required string Slug { get; set; }

    [Parameter, EditorRequired]
    public required string Name { get; set; }

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
        (_error, _running, _count) = (null, true, 0);
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
        catch (KafkaSignInRefusedException refused)
        {
            _error = new Error("SignInRefused", refused.Message, "Reconcile the tenant: its plan restores the portal's credential.");
        }
        catch (KafkaReadRefusedException refused)
        {
            _error = new Error("ReadRefused", refused.Message, "Look whether the tenant is suspended; otherwise reconcile it: its plan restores its rights.");
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
            return;
        }

        _count++;
        _events.AddFirst(happened);
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
