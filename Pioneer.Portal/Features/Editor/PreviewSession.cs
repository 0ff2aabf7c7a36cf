using System.Collections.Immutable;
using Pioneer.Domain;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.KsqlDb;
using Pioneer.Jobs.Subscriptions;

namespace Pioneer.Portal.Features.Editor;

/// <summary>One preview of one page: rows as they come, at most <see cref="MaxRows"/>, ended on the server when stopped or left.</summary>
public sealed class PreviewSession(PreviewService previews, RecordReadings readings, Func<Task> changed, TimeProvider time) : IAsyncDisposable
{
    public const int MaxRows = 200;
    private const int MaxSeconds = 60;
    private static readonly TimeSpan DrawEvery = TimeSpan.FromMilliseconds(100);

    private readonly List<PreviewRow> _rows = [];
    private CancellationTokenSource? _stop;
    private Task _reading = Task.CompletedTask;
    private long _startedAt;
    private long _drawnAt;
    private string _ended = "";
    private PreviewRun? _run;

    public ImmutableArray<PreviewColumn> Columns { get; private set; } = [];

    public IReadOnlyList<PreviewRow> Rows => _rows;

    public Error? Error { get; private set; }

    /// <summary>What was left out so far; null before the first answer, and where that is not observed.</summary>
    public KsqlFaults? Faults => _run?.Faults;

    /// <summary>Whether rows come from a server that does not tell what it leaves out.</summary>
    public bool FaultsAreUnseen => _run is { Faults: null } && _rows.Count > 0;

    public bool IsRunning { get; private set; }

    public bool WasStarted { get; private set; }

    /// <summary>Such as '5 rows · 5 s of 60 s'.</summary>
    public string Status => !WasStarted ? ""
        : IsRunning ? $"{Count} · {(int)time.GetElapsedTime(_startedAt).TotalSeconds} s of {MaxSeconds} s"
        : $"{Count} · {_ended}";

    private string Count => Plural.Of(_rows.Count, "row");

    public async Task StartAsync(Actor actor, string slug, string sql)
    {
        await StopAsync();
        _rows.Clear();
        (Error, IsRunning, WasStarted, Columns, _run) = (null, true, true, [], null);
        _startedAt = time.GetTimestamp();
        _stop = new CancellationTokenSource();
        _reading = ReadAsync(actor, slug, sql, _stop.Token);
        _ = TickAsync(_stop.Token);
    }

    public async Task StopAsync()
    {
        if (_stop is not null)
        {
            await _stop.CancelAsync();
            await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _stop.Dispose();
            _stop = null;
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task ReadAsync(Actor actor, string slug, string sql, CancellationToken cancellationToken)
    {
        OpenPlace? place = null;
        try
        {
            var begun = await readings.BeginAsync(actor, slug, RecordReadings.Preview, TenantUseKind.Previews, cancellationToken);
            if (begun.IsFailure)
            {
                (Error, _ended) = (begun.Error, "refused");
                return;
            }

            place = begun.Value;
            var started = await previews.StartAsync(actor, slug, sql, new PreviewLimits(MaxRows, MaxSeconds), cancellationToken);
            if (started.IsFailure)
            {
                (Error, _ended) = (started.Error, "refused");
                return;
            }

            await using var run = _run = started.Value;
            Columns = run.Columns;
            await changed();
            await foreach (var row in run.RowsAsync(cancellationToken))
            {
                _rows.Add(row);
                await DrawAsync();
            }

            (Error, _ended) = (run.Failure, Words(run.End));
        }
        catch (OperationCanceledException)
        {
            _ended = "stopped";
        }
        finally
        {
            place?.Dispose();
            IsRunning = false;
            await changed();
        }
    }

    private async Task DrawAsync()
    {
        if (time.GetElapsedTime(_drawnAt) >= DrawEvery)
        {
            _drawnAt = time.GetTimestamp();
            await changed();
        }
    }

    // the clock of a preview without rows goes on too
    private async Task TickAsync(CancellationToken cancellationToken)
    {
        while (IsRunning && !cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await changed();
        }
    }

    private static string Words(PreviewEnd end) => end switch
    {
        PreviewEnd.RowLimit => $"stopped at {Plural.Of(MaxRows, "row")}",
        PreviewEnd.TimeLimit => $"stopped after {MaxSeconds} s",
        PreviewEnd.Failed => "failed",
        _ => "complete",
    };
}
