using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Jobs.Connect;

namespace Pioneer.Jobs.Provisioning;

/// <summary>Makes changes of connectors.</summary>
public sealed class ConnectorApplier(ConnectClient connect, ConnectorSecrets secrets, TimeProvider time)
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan StartPause = TimeSpan.FromMilliseconds(50);

    public async Task<Result> ApplyAsync(ConnectorChange change, CancellationToken ct)
    {
        if (change.Kind == ChangeKind.Delete)
        {
            await connect.DeleteAsync(change.Connector.Name, ct);
            return Result.Success;
        }

        if (change.Current is null || !ConnectorPlanning.SameConfig(change.Connector, change.Current))
        {
            var config = await secrets.WriteAsync(change.Connector, ct);
            if (config.IsFailure)
            {
                return config.Error;
            }

            await connect.PutConfigAsync(change.Connector.Name, config.Value, ct);
        }

        if (change.Connector.Paused)
        {
            await connect.PauseAsync(change.Connector.Name, ct);
            return Result.Success;
        }

        if (change.Current?.State == ObservedRunState.Paused)
        {
            await connect.ResumeAsync(change.Connector.Name, ct);
        }

        return await WaitForStartAsync(change.Connector.Name, ct);
    }

    /// <summary>
    /// Waits until the connector is assigned. A failure within that time is the person's to know at once; a slow start is not a failure, the
    /// connector's page and the detectors follow it from here.
    /// </summary>
    private async Task<Result> WaitForStartAsync(string name, CancellationToken ct)
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
                return new Error("ConnectorFailed", $"The connector '{name}' failed as it started: {FirstLine(trace)}",
                    "Mend the source or the feed, then restart the connector from its page.");
            }

            await Task.Delay(StartPause, time, ct);
        }

        return Result.Success;
    }

    private static string FirstLine(string trace) => trace.Split('\n')[0].Trim();
}
