namespace Pioneer.Embedded.Ksql;

/// <summary>Log messages of the ksql server, event ids 4000 to 4099.</summary>
internal static partial class KsqlServerLog
{
    [LoggerMessage(4000, LogLevel.Information, "ksql server listens on {Url}")]
    public static partial void Listening(ILogger logger, string url);

    [LoggerMessage(4001, LogLevel.Information, "ksql service {ServiceId} is ready: {Sources} sources, {Queries} queries after {Commands} commands")]
    public static partial void ServiceReady(ILogger logger, string serviceId, int sources, int queries, long commands);

    [LoggerMessage(4002, LogLevel.Warning, "ksql service {ServiceId} cannot reach its cluster, tries again: {Reason}")]
    public static partial void ServiceWaits(ILogger logger, string serviceId, string reason);

    [LoggerMessage(4003, LogLevel.Error, "ksql service {ServiceId}: command {Offset} could not be applied: {Reason}")]
    public static partial void CommandFailed(ILogger logger, string serviceId, long offset, string reason);

    [LoggerMessage(4010, LogLevel.Information, "query {QueryId} starts at {Offsets}")]
    public static partial void QueryStarts(ILogger logger, string queryId, string offsets);

    [LoggerMessage(4011, LogLevel.Warning, "query {QueryId} failed and is restarted in {DelayMs} ms: {Reason}")]
    public static partial void QueryFailed(ILogger logger, string queryId, long delayMs, string reason);

    [LoggerMessage(EventId = 4013, Message = "query {QueryId}: record at {Place} is left out, or has NULL where it should have a value: {Reason}")]
    public static partial void RecordFault(ILogger logger, LogLevel level, string queryId, string place, string reason);

    [LoggerMessage(4014, LogLevel.Debug, "{Client}: {Message}")]
    public static partial void ClientSays(ILogger logger, string client, string message);

    [LoggerMessage(4015, LogLevel.Information, "query {QueryId}: a life that was given up has come back: {Reason}")]
    public static partial void LateReturn(ILogger logger, string queryId, string reason);

    [LoggerMessage(4016, LogLevel.Warning, "query {QueryId}: {Message}")]
    public static partial void BeginsAnew(ILogger logger, string queryId, string message);

    [LoggerMessage(4017, LogLevel.Information, "query {QueryId}: state is back, {Records} records of changelogs")]
    public static partial void StateRestored(ILogger logger, string queryId, long records);

    [LoggerMessage(4020, LogLevel.Error, "request {Method} {Path} failed")]
    public static partial void RequestFailed(ILogger logger, Exception exception, string method, string path);
}
