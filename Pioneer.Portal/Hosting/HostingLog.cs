namespace Pioneer.Portal.Hosting;

/// <summary>Log lines of start and stop, event ids 1200 to 1299.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(EventId = 1200, Level = LogLevel.Warning, Message = "The demo's {Thing} was refused: {Reason}")]
    public static partial void DemoRefused(ILogger logger, string thing, string reason);

    [LoggerMessage(EventId = 1201, Level = LogLevel.Warning,
        Message = "Other accounts of this machine can read the data folder {Folder}, and its rights could not be changed: {Reason}")]
    public static partial void DataIsOpen(ILogger logger, string folder, string reason);

    [LoggerMessage(EventId = 1202, Level = LogLevel.Warning,
        Message = "The portal listens on {Address} in clear text because Portal:AllowInsecure says so: passwords and tokens can be read on their way")]
    public static partial void ListensInClearText(ILogger logger, string address);

    [LoggerMessage(EventId = 1203, Level = LogLevel.Information,
        Message = "Log files have at most {File} MB each and {Total} MB together; the oldest are deleted beyond that")]
    public static partial void LogIsBounded(ILogger logger, int file, int total);

    [LoggerMessage(EventId = 1204, Level = LogLevel.Warning,
        Message = "Demo=true is left out: the demo bank is a file of this machine, and "
            + "the Kafka Connect of Connect:Url reads its sources elsewhere. Leave Connect:Url away to try the demo")]
    public static partial void DemoLeftOut(ILogger logger);
}
