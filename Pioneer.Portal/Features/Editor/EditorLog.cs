namespace Pioneer.Portal.Features.Editor;

/// <summary>Log lines of the editor, event ids 1400 to 1499.</summary>
internal static partial class EditorLog
{
    [LoggerMessage(EventId = 1400, Level = LogLevel.Warning, Message = "A draft of tenant {Tenant} could not be saved: the database did not answer")]
    public static partial void DraftNotSaved(ILogger logger, Exception exception, string tenant);
}
