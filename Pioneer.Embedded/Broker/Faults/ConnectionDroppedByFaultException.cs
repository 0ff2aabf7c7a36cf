namespace Pioneer.Embedded.Broker.Faults;

/// <summary>A drill wants this connection gone.</summary>
internal sealed class ConnectionDroppedByFaultException(string message) : Exception(message);
