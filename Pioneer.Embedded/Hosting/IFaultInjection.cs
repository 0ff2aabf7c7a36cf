namespace Pioneer.Embedded;

/// <summary>
/// Faults for drills. Reachable only in the process that hosts the embedded platform; a part that does not run here cannot be made to
/// fail, which is told by an <see cref="InvalidOperationException"/>.
/// </summary>
public interface IFaultInjection
{
    /// <summary>Whether the embedded broker runs here and is up.</summary>
    bool BrokerIsUp { get; }

    /// <summary>Stops the embedded broker: its listeners close and clients lose their connections. Data stays.</summary>
    Task StopBrokerAsync(CancellationToken cancellationToken);

    /// <summary>Starts the embedded broker again, on the same ports.</summary>
    Task StartBrokerAsync(CancellationToken cancellationToken);

    /// <summary>Makes the tasks of a connector FAILED, with a trace that says it is a drill.</summary>
    /// <exception cref="ArgumentException">There is no such connector.</exception>
    Task StopConnectTaskAsync(string connector, CancellationToken cancellationToken);
}
