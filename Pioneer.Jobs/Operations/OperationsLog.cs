namespace Pioneer.Jobs.Operations;

/// <summary>Log events of operations, 3200 to 3299.</summary>
internal static partial class OperationsLog
{
    [LoggerMessage(3200, LogLevel.Information, "Operation {Operation} was taken up by a later worker; attempt {Attempt} stops")]
    public static partial void Fenced(ILogger logger, string operation, int attempt);

    [LoggerMessage(3201, LogLevel.Error, "{Kind} {Operation} broke")]
    public static partial void Broke(ILogger logger, Exception exception, string kind, string operation);

    [LoggerMessage(3202, LogLevel.Warning, "Operation {Operation} waits {Seconds} s: {Reason}")]
    public static partial void Delayed(ILogger logger, string operation, double seconds, string reason);

    [LoggerMessage(3203, LogLevel.Warning, "{Kind} {Operation} failed: {Reason}")]
    public static partial void Failed(ILogger logger, string kind, string operation, string reason);

    [LoggerMessage(3204, LogLevel.Information, "{Count} unfinished operations are taken up again")]
    public static partial void Recovered(ILogger logger, int count);
}
