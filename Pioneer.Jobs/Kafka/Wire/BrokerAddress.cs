using System.Collections.Immutable;
using System.Globalization;

namespace Pioneer.Jobs.Kafka.Wire;

/// <summary>One of the bootstrap servers as librdkafka writes them: <c>[protocol://]host[:port]</c>, IPv6 addresses in brackets.</summary>
internal static class BrokerAddress
{
    private const int DefaultPort = 9092;

    /// <summary>All of a list with commas.</summary>
    public static ImmutableArray<(string Host, int Port)> ParseAll(string bootstrapServers) =>
        [.. bootstrapServers.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Parse)];

    public static (string Host, int Port) Parse(string text)
    {
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        var address = scheme < 0 ? text : text[(scheme + 3)..];
        var colon = address.LastIndexOf(':');
        var hasPort = colon > address.LastIndexOf(']');
        var host = (hasPort ? address[..colon] : address).Trim('[', ']');
        return hasPort && int.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? (host, port)
            : (host, DefaultPort);
    }
}
