using Pioneer.Domain;
using Pioneer.Domain.Operations;
using Pioneer.Jobs.Operations;

namespace Pioneer.Jobs.Provisioning;

/// <summary>Restarts a connector to mend it. Done again after an interruption it restarts once more, which harms nothing.</summary>
public sealed class ConnectorHandler(ConnectorRestart restart) : IOperationHandler
{
    public IReadOnlyCollection<OperationKind> Kinds { get; } = [OperationKind.RestartConnector];

    public async Task<Result> RunAsync(OperationRun run, CancellationToken ct)
    {
        try
        {
            return await restart.RunAsync(run.Target ?? run.Subject, run, ct);
        }
        catch (Exception failure) when (PlatformErrors.Covers(failure))
        {
            return PlatformErrors.From(failure);
        }
    }
}
