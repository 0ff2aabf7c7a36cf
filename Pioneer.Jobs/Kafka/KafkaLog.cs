namespace Pioneer.Jobs.Kafka;

/// <summary>Log events of the Kafka adapters, 3000 to 3099.</summary>
internal static partial class KafkaLog
{
    [LoggerMessage(3000, LogLevel.Debug, "Kafka client of {Principal}: {Facility} {Text}")]
    public static partial void Client(ILogger logger, string principal, string facility, string text);

    [LoggerMessage(3001, LogLevel.Warning, "Kafka could not {Action} (attempt {Attempt}): {Reason}; trying again")]
    public static partial void Retrying(ILogger logger, string action, int attempt, string reason);
}
