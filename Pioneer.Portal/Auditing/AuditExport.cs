using System.Diagnostics.Metrics;
using Pioneer.Domain.Auditing;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Hosting;

namespace Pioneer.Portal.Auditing;

/// <summary>
/// Gives the audit log to its receivers as it happens, each at its own pace and at least once: the log in the database is the queue, so that nothing waits
/// for a receiver that is slow or away, and nothing is lost with the process. What fails is tried again after 1, 2, 4 ... 60 seconds.
/// </summary>
internal sealed class AuditExport(
    IServiceScopeFactory scopes, IEnumerable<IAuditReceiver> receivers, IMeterFactory meters, TimeProvider time, ILogger<AuditExport> log) : BackgroundService
{
    private const int BatchSize = 200;
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);
    private readonly Gauge<int> _failing = meters.Create(Telemetry.MeterOf("Auditing"))
        .CreateGauge<int>("pioneer.audit.export.failing", "{receiver}", "1 while a receiver of the audit log does not take it, 0 while it does");

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(receivers.Select(receiver => ServeAsync(receiver, stoppingToken)));

    private async Task ServeAsync(IAuditReceiver receiver, CancellationToken cancellationToken)
    {
        var pause = TimeSpan.Zero;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(pause > TimeSpan.Zero ? pause : LookEvery, time, cancellationToken);
                while (await GiveAsync(receiver, cancellationToken) == BatchSize)
                {
                    // there is more
                }

                if (pause > TimeSpan.Zero)
                {
                    AuditingLog.ExportGoesOn(log, receiver.Name);
                }

                pause = TimeSpan.Zero;
                _failing.Record(0, new KeyValuePair<string, object?>("receiver", receiver.Name));
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                if (pause == TimeSpan.Zero)
                {
                    AuditingLog.ExportStands(log, failure, receiver.Name);
                }

                pause = TimeSpan.FromSeconds(Math.Min(LongestPause.TotalSeconds, Math.Max(1, pause.TotalSeconds * 2)));
                _failing.Record(1, new KeyValuePair<string, object?>("receiver", receiver.Name));
            }
        }
    }

    private async Task<int> GiveAsync(IAuditReceiver receiver, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<AmbientTenantScope>().Use(TenantScope.All);
        var feed = scope.ServiceProvider.GetRequiredService<AuditFeed>();
        var entries = await feed.NextAsync(receiver.Name, BatchSize, cancellationToken);
        if (entries.Count > 0)
        {
            await receiver.TakeAsync(entries, cancellationToken);
            await feed.ConfirmAsync(receiver.Name, entries[^1].Sequence, cancellationToken);
        }

        return entries.Count;
    }
}

/// <summary>Log lines of the audit log's export, event ids 1400 to 1499.</summary>
internal static partial class AuditingLog
{
    [LoggerMessage(EventId = 1400, Level = LogLevel.Error, Message = "The audit log's receiver '{Receiver}' does not take it; it is tried again until it does")]
    public static partial void ExportStands(ILogger logger, Exception exception, string receiver);

    [LoggerMessage(EventId = 1401, Level = LogLevel.Warning, Message = "The audit log's receiver '{Receiver}' takes it again; nothing was left out")]
    public static partial void ExportGoesOn(ILogger logger, string receiver);
}
