using System.Collections.Immutable;
using Pioneer.Domain.Recovery;
using Pioneer.Jobs.Connect;
using Pioneer.Jobs.Kafka;

namespace Pioneer.Jobs.Recovery;

/// <summary>What the quick probes saw last.</summary>
/// <param name="Connectors">Null when Connect did not answer.</param>
public sealed record QuickLook(DateTimeOffset At, bool BrokersAnswer, ImmutableArray<ConnectorEvidence>? Connectors);

/// <summary>The present picture of the platform, shared by pages, detectors and playbooks. Replaced as a whole, so reading needs no lock.</summary>
public sealed class PlatformPicture
{
    private volatile QuickLook? _look;
    private volatile EvidenceRound? _round;
    private volatile EvidenceRound? _lastGood;

    /// <summary>Raised after each change, on the watch's thread; handlers must be quick and must not throw.</summary>
    public event Action? Changed;

    /// <summary>Null until the first probe.</summary>
    public QuickLook? Look => _look;

    /// <summary>The last full round, complete or not.</summary>
    public EvidenceRound? Round => _round;

    /// <summary>The last round in which the brokers were seen: horizons go on counting from it while they are down.</summary>
    public EvidenceRound? LastGood => _lastGood;

    internal void Show(QuickLook look)
    {
        _look = look;
        Changed?.Invoke();
    }

    internal void Show(EvidenceRound round)
    {
        _round = round;
        if (round.Cluster is not null)
        {
            _lastGood = round;
        }

        Changed?.Invoke();
    }
}

/// <summary>
/// Looks quickly every second (brokers, connectors) and takes a full round of evidence every 15 s beside that: a round that meets a crash waits for its
/// timeouts, and the looks must not wait with it. A failure is believed after two looks in a row, which keeps detection under 5 s and a single lost
/// packet out of the incident list.
/// </summary>
public sealed partial class PlatformWatch(
    KafkaAdmin admin, EvidenceReader reader, EvidenceStore store, TenantFlowReader flows, PlatformPicture picture, IncidentKeeper incidents,
    AutomaticRestarts restarts, AutomaticVerdicts verdicts, TimeProvider time, ILogger<PlatformWatch> logger) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1), RoundEvery = TimeSpan.FromSeconds(15), LookTimeout = TimeSpan.FromSeconds(1.5);

    // a worker that hangs must not keep the brokers from being looked at
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(3);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var roundDue = time.GetUtcNow();
        using var timer = new PeriodicTimer(LookEvery, time);
        QuickLook? before = null;
        var round = Task.CompletedTask;
        // the first look comes a second after the start, which needs the processors itself
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                var look = await LookAsync(stoppingToken);
                picture.Show(look);
                await incidents.JudgeAsync(before, look, stoppingToken);
                before = look;
                await restarts.ReactAsync(look, stoppingToken);
                await verdicts.ReactAsync(look, stoppingToken);
                if (look.BrokersAnswer && round.IsCompleted && time.GetUtcNow() >= roundDue)
                {
                    roundDue = time.GetUtcNow() + RoundEvery;
                    round = TryTakeRoundAsync(stoppingToken);
                }
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // the watch must outlive whatever it watches: the next look comes in a second
                Log.Failed(logger, failure);
            }
        }
    }

    private async Task TryTakeRoundAsync(CancellationToken ct)
    {
        try
        {
            await TakeRoundAsync(ct);
        }
        catch (Exception failure) when (!ct.IsCancellationRequested)
        {
            Log.RoundFailed(logger, failure);
        }
    }

    /// <summary>Takes a full round now.</summary>
    /// <param name="keep">False for rounds that only wait for something, several a second: they would fill the store.</param>
    public async Task<EvidenceRound> TakeRoundAsync(CancellationToken ct, bool keep = true)
    {
        var tenants = await flows.ReadAsync(ct);
        var round = await reader.ReadAsync(tenants, picture.LastGood ?? await store.LastGoodAsync(before: null, ct), ct);
        picture.Show(round);
        if (keep)
        {
            await store.KeepAsync(round, ct);
        }

        return round;
    }

    private async Task<QuickLook> LookAsync(CancellationToken ct)
    {
        var brokers = admin.IsAnsweringAsync(LookTimeout, ct);
        List<ConnectorEvidence>? connectors = null;
        using var timeout = new CancellationTokenSource(ConnectTimeout, time);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, ct);
        try
        {
            connectors = await reader.ConnectorsAsync(limited.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            Log.ConnectSilent(logger, $"no answer within {ConnectTimeout.TotalSeconds:0} s");
        }
        catch (Exception failure) when (failure is ConnectUnavailableException or ConnectRequestException)
        {
            Log.ConnectSilent(logger, failure.Message);
        }

        return new QuickLook(time.GetUtcNow(), await brokers, connectors is null ? null : [.. connectors]);
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 6010, Level = LogLevel.Error, Message = "The platform watch failed once and goes on")]
        public static partial void Failed(ILogger logger, Exception failure);

        [LoggerMessage(EventId = 6011, Level = LogLevel.Debug, Message = "Connect was not seen: {Reason}")]
        public static partial void ConnectSilent(ILogger logger, string reason);

        [LoggerMessage(EventId = 6012, Level = LogLevel.Error, Message = "A round of evidence failed; the next one is due in a few seconds")]
        public static partial void RoundFailed(ILogger logger, Exception failure);
    }
}
