namespace Pioneer.Portal.Shell;

/// <summary>Log lines of the shell, event ids 1000 to 1099.</summary>
internal static partial class ShellLog
{
    [LoggerMessage(EventId = 1000, Level = LogLevel.Error, Message = "A page broke, error {ErrorId}")]
    public static partial void PageBroke(ILogger logger, string errorId, Exception exception);
}
