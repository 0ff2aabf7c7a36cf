using System.Collections.Immutable;
using System.Globalization;

namespace Pioneer.Kafka.Protocol.Client;

/// <summary>Where a broker listens.</summary>
public readonly record struct BrokerEndpoint(string Host, int Port)
{
    private const int DefaultPort = 9092;

    /// <summary>All of a list with commas.</summary>
    public static ImmutableArray<BrokerEndpoint> ParseAll(string bootstrapServers) =>
        [.. bootstrapServers.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Parse)];

    /// <summary>One bootstrap server as librdkafka writes it: <c>[protocol://]host[:port]</c>, IPv6 addresses in brackets.</summary>
    public static BrokerEndpoint Parse(string text)
    {
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        var address = scheme < 0 ? text : text[(scheme + 3)..];
        var colon = address.LastIndexOf(':');
        var hasPort = colon > address.LastIndexOf(']');
        var host = (hasPort ? address[..colon] : address).Trim('[', ']');
        return hasPort && int.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? new BrokerEndpoint(host, port)
            : new BrokerEndpoint(host, DefaultPort);
    }

    /// <summary>As <c>host:port</c>.</summary>
    public override string ToString() => $"{Host}:{Port}";
}
