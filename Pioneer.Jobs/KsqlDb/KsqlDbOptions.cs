namespace Pioneer.Jobs.KsqlDb;

/// <summary>Section <c>Ksql</c>: where the ksqlDB services are.</summary>
public sealed class KsqlDbOptions
{
    public const string Section = "Ksql";

    /// <summary>Base URL of the ksqlDB REST API.</summary>
    public string Url { get; set; } = "";

    /// <summary>
    /// Base URL of the host that runs one service a tenant (the embedded server); empty with real ksqlDB, where a dedicated service is a server of
    /// its own, named under <see cref="Services"/>.
    /// </summary>
    public string? HostUrl { get; set; }

    public string? Username { get; set; }

    public string? Password { get; set; }

    /// <summary>Base URLs of dedicated services by service id, for servers that an operator runs: <c>Ksql:Services:acme_</c>.</summary>
    public Dictionary<string, string> Services { get; set; } = new(StringComparer.Ordinal);

    /// <summary>True when services can be made by Pioneer itself.</summary>
    public bool HasHost => !string.IsNullOrWhiteSpace(HostUrl);

    /// <summary>Base URL of a service, with a slash at its end; null when nobody has said where it runs.</summary>
    public Uri? FindService(string serviceId)
    {
        if (Services.TryGetValue(serviceId, out var registered))
        {
            return new Uri(registered.TrimEnd('/') + "/");
        }

        if (string.IsNullOrWhiteSpace(Url))
        {
            return null;
        }

        var root = Url.TrimEnd('/') + "/";
        if (HasHost)
        {
            return new Uri($"{root}services/{serviceId}/");
        }

        return serviceId == SharedServiceId ? new Uri(root) : null;
    }

    /// <summary>The service that tenants without one of their own share.</summary>
    public const string SharedServiceId = "pioneer_";
}
