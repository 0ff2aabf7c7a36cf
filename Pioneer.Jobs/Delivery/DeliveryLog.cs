namespace Pioneer.Jobs.Delivery;

/// <summary>Log events of delivery, 3300 to 3399.</summary>
internal static partial class DeliveryLog
{
    [LoggerMessage(3300, LogLevel.Debug, "Reading {Topic} was interrupted: {Reason}")]
    public static partial void Interrupted(ILogger logger, string topic, string reason);
}
