using Pioneer.Domain;
using Pioneer.Jobs.Connect;
using Pioneer.Jobs.Operations;

namespace Pioneer.Jobs.Provisioning;

/// <summary>Restarts a connector with its tasks and waits until all run.</summary>
public sealed class ConnectorRestart(ConnectClient connect, TimeProvider time)
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StartPause = TimeSpan.FromMilliseconds(100);

    /// <summary>Fails where there is none, where it is paused, where it fails as it starts, and where it takes too long. Platform failures are thrown (<see cref="PlatformErrors"/>).</summary>
    public async Task<Result> RunAsync(string name, OperationRun run, CancellationToken ct)
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
                return Failed(name, trace);
            }

            await run.CheckAsync(ct);
            await Task.Delay(StartPause, time, ct);
        }

        return new Error("ConnectorSlow", $"The connector '{name}' was restarted but does not run after {StartPatience.TotalSeconds:0} s.",
            "Look at its tasks; Connect may still be rebalancing.");
    }

    /// <summary>Why it failed, by the first line of its trace.</summary>
    internal static Error Failed(string name, string trace) => new(
        "ConnectorFailed", $"The connector '{name}' failed as it started: {trace.Split('\n')[0].Trim()}", "Mend the source or the feed, then restart it again.");
}
