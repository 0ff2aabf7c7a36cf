namespace Pioneer.Embedded.Broker.Groups;

/// <summary>Log messages of groups, events 2150 to 2169.</summary>
internal static partial class GroupLog
{
    [LoggerMessage(2150, LogLevel.Debug, "Loaded {Count} groups")]
    public static partial void Loaded(ILogger logger, int count);
}
