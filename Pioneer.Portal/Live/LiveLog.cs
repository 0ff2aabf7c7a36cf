namespace Pioneer.Portal.Live;

/// <summary>Log lines of the live updates, event ids 1100 to 1199.</summary>
internal static partial class LiveLog
{
    [LoggerMessage(EventId = 1100, Level = LogLevel.Warning, Message = "Open pages are not told of changes: the database did not answer")]
    public static partial void LookFailed(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 1101, Level = LogLevel.Error, Message = "A page could not be brought up to date")]
    public static partial void ReloadFailed(ILogger logger, Exception exception);
}
