using Pioneer.Embedded;
using Pioneer.Jobs.Recovery;

namespace Pioneer.Portal.Hosting;

/// <summary>The drills' faults, made by the embedded platform of this process.</summary>
public sealed class EmbeddedFaults(IFaultInjection faults) : IFaultInjector
{
    /// <inheritdoc/>
    public Task StopBrokersAsync(CancellationToken cancellationToken) => faults.StopBrokerAsync(cancellationToken);

    /// <inheritdoc/>
    public Task StartBrokersAsync(CancellationToken cancellationToken) =>
        faults.BrokerIsUp ? Task.CompletedTask : faults.StartBrokerAsync(cancellationToken);

    /// <inheritdoc/>
    public Task FailConnectorAsync(string connector, CancellationToken cancellationToken) => faults.StopConnectTaskAsync(connector, cancellationToken);
}
