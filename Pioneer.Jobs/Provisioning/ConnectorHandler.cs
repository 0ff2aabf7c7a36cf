using Pioneer.Domain;
using Pioneer.Domain.Operations;
using Pioneer.Jobs.Connect;
using Pioneer.Jobs.Operations;

namespace Pioneer.Jobs.Provisioning;

/// <summary>
/// Restarts a connector: to mend it, or to make a batch feed be read now. Done again after an interruption it reads once more, which a state
/// feed's keyed, compacted topic takes without harm.
/// </summary>
public sealed class ConnectorHandler(ConnectClient connect, TimeProvider time) : IOperationHandler
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StartPause = TimeSpan.FromMilliseconds(100);

    public IReadOnlyCollection<OperationKind> Kinds { get; } = [OperationKind.RestartConnector, OperationKind.RunBatch];

    public async Task<Result> RunAsync(OperationRun run, CancellationToken ct)
    {
        var name = run.Target ?? run.Subject;
        try
        {
            if (await connect.StatusAsync(name, ct) is not { } before)
            {
                return new Error("ConnectorMissing", $"There is no connector '{name}'.", "Reconcile the tenant: it makes what is missing.");
            }

            if (before.State is "PAUSED" or "STOPPED")
            {
                return new Error("ConnectorPaused", $"The connector '{name}' is paused.", "Resume it first.");
            }

            await connect.RestartAsync(name, onlyFailed: false, ct);
            return await WaitAsync(name, run, ct);
        }
        catch (Exception failure) when (PlatformErrors.Covers(failure))
        {
            return PlatformErrors.From(failure);
        }
    }

    private async Task<Result> WaitAsync(string name, OperationRun run, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        while (time.GetElapsedTime(started) < StartPatience)
        {
            var status = await connect.StatusAsync(name, ct);
            if (status is { IsRunning: true })
            {
                return Result.Success;
            }

            if (status?.FailureTrace is { } trace)
            {
                return new Error("ConnectorFailed", $"The connector '{name}' failed as it started: {trace.Split('\n')[0].Trim()}",
                    "Mend the source or the feed, then restart it again.");
            }

            await run.CheckAsync(ct);
            await Task.Delay(StartPause, time, ct);
        }

        return new Error("ConnectorSlow", $"The connector '{name}' was restarted but does not run after {StartPatience.TotalSeconds:0} s.",
            "Look at its tasks; Connect may still be rebalancing.");
    }
}
