using Confluent.Kafka;

namespace Pioneer.Jobs.Kafka;

/// <summary>No broker answered in time. Trying again later is right; nothing is known about whether the request was done.</summary>
public sealed class KafkaUnavailableException(string action, string reason, Exception? inner = null)
    : IOException($"Kafka could not {action}: {reason}. The brokers do not answer; check that they run and that Kafka:BootstrapServers is right. "
        + "Pioneer goes on by itself once they answer.", inner);

/// <summary>The broker refused the name or password of a principal.</summary>
public sealed class KafkaSignInRefusedException(string principal, string reason, Exception? inner = null)
    : IOException($"Kafka refused the sign-in of '{principal}': {reason}.", inner)
{
    public string Principal { get; } = principal;

    /// <summary>The broker's own words.</summary>
    public string Reason { get; } = reason;
}

/// <summary>The broker does not let a principal read a topic.</summary>
public sealed class KafkaReadRefusedException(string principal, string topic, Exception? inner = null)
    : IOException($"Kafka does not let '{principal}' read '{topic}'.", inner);

/// <summary>A broker answered a request with an error that trying again does not mend.</summary>
public sealed class KafkaRequestException(string action, ErrorCode code, string reason, Exception? inner = null)
    : IOException($"Kafka could not {action}: {reason} ({code}).", inner)
{
    public ErrorCode Code { get; } = code;
}
