using Confluent.Kafka;
using Pioneer.Embedded.Connect.Configuration;

namespace Pioneer.Embedded.Connect.Runtime;

/// <summary>The trace of a FAILED state: Connect's exception name first, for whoever greps for it, then what .NET knows.</summary>
internal static class ErrorTrace
{
    public static string Of(Exception error)
    {
        var name = error switch
        {
            Data.ConnectDataException => "org.apache.kafka.connect.errors.DataException",
            ConnectConfigException => "org.apache.kafka.common.config.ConfigException",
            KafkaException { Error.Code: ErrorCode.TopicAuthorizationFailed } => "org.apache.kafka.common.errors.TopicAuthorizationException",
            KafkaException { Error.Code: ErrorCode.MsgSizeTooLarge } => "org.apache.kafka.common.errors.RecordTooLargeException",
            KafkaException => "org.apache.kafka.common.KafkaException",
            _ => "org.apache.kafka.connect.errors.ConnectException",
        };
        return $"{name}: {error.Message}\n{error.StackTrace}{(error.InnerException is { } inner ? $"\nCaused by: {inner}" : "")}";
    }
}
