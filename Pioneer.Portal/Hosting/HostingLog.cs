namespace Pioneer.Portal.Hosting;

/// <summary>Log lines of start and stop, event ids 1200 to 1299.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(EventId = 1200, Level = LogLevel.Warning, Message = "The demo's {Thing} was refused: {Reason}")]
    public static partial void DemoRefused(ILogger logger, string thing, string reason);
}
