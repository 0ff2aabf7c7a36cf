namespace Pioneer.Jobs.Ingestion;

internal static partial class IngestionLog
{
    [LoggerMessage(3400, LogLevel.Warning, "The batch of {Topic} is due and could not be asked for: {Reason}")]
    public static partial void BatchNotAsked(ILogger logger, string topic, string reason);
}
