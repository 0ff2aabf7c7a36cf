using System.Net;

namespace Pioneer.Embedded.Broker.Network;

/// <summary>Log lines of listeners and connections, event ids 4100 to 4119.</summary>
internal static partial class NetworkLog
{
    [LoggerMessage(4100, LogLevel.Information, "Kafka listener {Protocol} on {Endpoint}")]
    public static partial void Listening(ILogger logger, IPEndPoint endpoint, string protocol);

    [LoggerMessage(4101, LogLevel.Debug, "Connection of {Client} closed because the listener stops")]
    public static partial void Stopped(ILogger logger, IPEndPoint? client);

    [LoggerMessage(4102, LogLevel.Warning, "Connection of {Client} closed: {Reason}")]
    public static partial void BadFrame(ILogger logger, IPEndPoint? client, string reason);

    [LoggerMessage(4103, LogLevel.Information, "Connection of {Client} dropped by an injected fault: {Reason}")]
    public static partial void DroppedByFault(ILogger logger, IPEndPoint? client, string reason);

    [LoggerMessage(4104, LogLevel.Debug, "Connection of {Client} lost: {Reason}")]
    public static partial void Lost(ILogger logger, IPEndPoint? client, string reason);

    [LoggerMessage(4105, LogLevel.Error, "Connection of {Client} ({User}) closed: a request failed")]
    public static partial void Failed(ILogger logger, IPEndPoint? client, string user, Exception exception);

    [LoggerMessage(4106, LogLevel.Warning, "Accepting on {Endpoint} failed: {Reason}")]
    public static partial void AcceptFailed(ILogger logger, IPEndPoint endpoint, string reason);

    [LoggerMessage(4107, LogLevel.Warning, "Connection refused on {Endpoint}: {Limit} are open already")]
    public static partial void TooManyConnections(ILogger logger, IPEndPoint endpoint, int limit);
}
