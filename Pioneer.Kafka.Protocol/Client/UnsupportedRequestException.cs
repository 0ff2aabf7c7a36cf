namespace Pioneer.Kafka.Protocol.Client;

/// <summary>The broker speaks no version of the request that would do.</summary>
public sealed class UnsupportedRequestException(ApiKey api, short lowest) : Exception($"the brokers do not know {api} version {lowest}")
{
    /// <summary>What was to be asked.</summary>
    public ApiKey Api { get; } = api;

    /// <summary>The lowest version that would have done.</summary>
    public short Lowest { get; } = lowest;
}
