namespace Pioneer.Jobs.Recovery;

/// <summary>Injects the faults of drills. Present only where the platform is a drill target; a platform without one refuses drills.</summary>
public interface IFaultInjector
{
    /// <summary>Stops every broker.</summary>
    Task StopBrokersAsync(CancellationToken cancellationToken);

    /// <summary>Starts every broker again; starting a running one changes nothing.</summary>
    Task StartBrokersAsync(CancellationToken cancellationToken);

    /// <summary>Makes the connector's tasks fail.</summary>
    Task FailConnectorAsync(string connector, CancellationToken cancellationToken);
}
