using System.Net;

namespace Pioneer.Embedded.Broker;

/// <summary>How an embedded broker is started.</summary>
public sealed record EmbeddedBrokerOptions
{
    /// <summary>Where everything durable lives; created when missing.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>The listener without authentication: whoever connects is ANONYMOUS. Null for none; port 0 takes a free one. Loopback only.</summary>
    public IPEndPoint? PlainEndpoint { get; init; }

    /// <summary>The listener with SASL over plain TCP (SASL_PLAINTEXT). Null for none; port 0 takes a free one. Loopback only.</summary>
    public IPEndPoint? SaslEndpoint { get; init; }

    /// <summary>A user who may do everything. With one given the authorizer is on and denies what no ACL allows; without, everything is allowed.</summary>
    public string? SuperUser { get; init; }

    /// <summary>The super user's password; it replaces an earlier one at each start.</summary>
    public string? SuperPassword { get; init; }

    /// <summary>The broker's node id.</summary>
    public int NodeId { get; init; } = 1;

    /// <summary>Partitions of a topic created without a number.</summary>
    public int DefaultPartitions { get; init; } = 1;

    /// <summary>Whether asking for an unknown topic creates it.</summary>
    public bool AutoCreateTopics { get; init; }

    /// <summary>Largest request accepted (socket.request.max.bytes).</summary>
    public int MaxFrameBytes { get; init; } = 100 << 20;

    /// <summary>Connections at a time; more are refused by closing them.</summary>
    public int MaxConnections { get; init; } = 5_000;

    /// <summary>How long a SASL session lives before the client has to authenticate again; zero for ever (connections.max.reauth.ms).</summary>
    public TimeSpan MaxSession { get; init; } = TimeSpan.Zero;

    /// <summary>What is wrong with these options, each naming its setting; empty when nothing is.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (string.IsNullOrWhiteSpace(DataDirectory))
        {
            errors.Add($"{nameof(DataDirectory)} is empty");
        }

        if (PlainEndpoint is null && SaslEndpoint is null)
        {
            errors.Add($"neither {nameof(PlainEndpoint)} nor {nameof(SaslEndpoint)} is given: nobody could connect");
        }

        foreach (var (name, endpoint) in new[] { (nameof(PlainEndpoint), PlainEndpoint), (nameof(SaslEndpoint), SaslEndpoint) })
        {
            if (endpoint is not null && !IPAddress.IsLoopback(endpoint.Address))
            {
                errors.Add($"{name} {endpoint} is not a loopback address: the embedded broker is for one machine");
            }
        }

        if (string.IsNullOrEmpty(SuperUser) != string.IsNullOrEmpty(SuperPassword))
        {
            errors.Add($"{nameof(SuperUser)} and {nameof(SuperPassword)} are given together or not at all");
        }

        return errors;
    }
}
