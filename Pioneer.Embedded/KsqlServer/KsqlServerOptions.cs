using System.Net;

namespace Pioneer.Embedded.Ksql;

/// <summary>What a ksql server needs to start.</summary>
public sealed class KsqlServerOptions
{
    /// <summary>Where REST listens; port 0 takes a free one.</summary>
    public required IPEndPoint Endpoint { get; init; }

    /// <summary>Where the list of services is kept (with their passwords: the file is readable by its owner only).</summary>
    public required string DataDirectory { get; init; }

    /// <summary>The cluster of service <c>default_</c>, served at the root path; null for none.</summary>
    public KafkaConnection? DefaultService { get; init; }

    /// <summary>
    /// host:port of the one cluster that all services here use, when there is one: services kept from an earlier start follow it to where it is
    /// now. Null where services have clusters of their own.
    /// </summary>
    public string? CommonBootstrapServers { get; init; }

    /// <summary>Basic authentication; null lets everyone in (loopback tests).</summary>
    public string? BasicUser { get; init; }

    /// <summary>Basic authentication's password.</summary>
    public string? BasicPassword { get; init; }
}
