using System.Collections.Immutable;
using Pioneer.Domain.Recovery;
using Pioneer.Jobs.Connect;
using Pioneer.Jobs.Kafka;

namespace Pioneer.Jobs.Recovery;

/// <summary>
/// Looks quickly every second (brokers, connectors) and takes a full round of evidence every 15 s beside that: a round that meets a crash waits for its
/// timeouts, and the looks must not wait with it. A failure is believed after two looks in a row, which keeps detection under 5 s and a single lost
/// packet out of the incident list; what a round finds is looked at again soon for the same reason. Where cheap looks see something change, the round comes early.
/// </summary>
public sealed partial class PlatformWatch(
    KafkaAdmin admin, EvidenceReader reader, EvidenceStore store, TenantFlowReader flows, PlatformPicture picture, IncidentKeeper incidents,
    FindingKeeper findings, EarlySigns signs, AutomaticRestarts restarts, AutomaticVerdicts verdicts, TimeProvider time, ILogger<PlatformWatch> logger) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1), RoundEvery = TimeSpan.FromSeconds(15), LookTimeout = TimeSpan.FromSeconds(1.5);

    // before a finding is believed
    private static readonly TimeSpan SecondRoundAfter = TimeSpan.FromSeconds(3);

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
                signs.Take(look, stoppingToken);
                var isEarly = (findings.HasDoubts || signs.AreNew) && time.GetUtcNow() >= roundDue - RoundEvery + SecondRoundAfter;
                if (look.BrokersAnswer && round.IsCompleted && (isEarly || time.GetUtcNow() >= roundDue))
                {
                    signs.Judge();
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
            var tenants = await flows.ReadAsync(ct);
            signs.Know(tenants);
            await findings.JudgeAsync(tenants, await TakeRoundAsync(tenants, keep: true, ct), ct);
        }
        catch (Exception failure) when (!ct.IsCancellationRequested)
        {
            Log.RoundFailed(logger, failure);
        }
    }

    /// <summary>Takes a full round now.</summary>
    /// <param name="keep">False for rounds that only wait for something, several a second: they would fill the store.</param>
    public async Task<EvidenceRound> TakeRoundAsync(CancellationToken ct, bool keep = true) => await TakeRoundAsync(await flows.ReadAsync(ct), keep, ct);

    private async Task<EvidenceRound> TakeRoundAsync(ImmutableArray<WatchedTenant> tenants, bool keep, CancellationToken ct)
    {
        var round = await reader.ReadAsync(tenants, picture.LastGood ?? await store.LastGoodAsync(before: null, ct), ct, asksDates: keep);
        picture.Show(round);
        if (keep)
        {
            await store.KeepAsync(round, ct);
        }

        return round;
    }

    private async Task<QuickLook> LookAsync(CancellationToken ct)
    {
        var brokers = admin.LookAsync(LookTimeout, ct);
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
