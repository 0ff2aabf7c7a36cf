namespace Pioneer.Kafka.Protocol;

/// <summary>Bytes that are not what the protocol says, or a message that a version cannot carry. The connection it came from is closed.</summary>
public sealed class ProtocolException(string message) : Exception(message)
{
    internal static ProtocolException UnexpectedNull(string field) => new($"{field} is null in a version where it must not be");

    internal static ProtocolException CannotCarry(string field, short version) => new($"version {version} cannot carry the value of {field}");

    internal static ProtocolException Truncated(int wanted, int left) => new($"{wanted} bytes wanted, {left} left in the frame");
}
