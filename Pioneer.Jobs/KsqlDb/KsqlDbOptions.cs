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

    /// <summary>User of Basic authentication, sent to the origins of <see cref="Url"/> and <see cref="HostUrl"/> and nowhere else.</summary>
    public string? Username { get; set; }

    /// <summary>Password of <see cref="Username"/>.</summary>
    public string? Password { get; set; }

    /// <summary>Credentials of servers that an operator runs, each sent to the origin of its own address: <c>Ksql:Credentials:acme:Url</c>.</summary>
    public Dictionary<string, KsqlDbCredential> Credentials { get; set; } = new(StringComparer.Ordinal);

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

    /// <summary>The user and password for an address: those that were configured for its origin (scheme, host and port); null where none were.</summary>
    internal (string Username, string? Password)? CredentialFor(Uri address)
    {
        if (!string.IsNullOrEmpty(Username) && (IsOrigin(Url, address) || IsOrigin(HostUrl, address)))
        {
            return (Username, Password);
        }

        var own = Credentials.Values.FirstOrDefault(credential => IsOrigin(credential.Url, address));
        return own is null ? null : (own.Username, own.Password);
    }

    private static bool IsOrigin(string? configured, Uri address) =>
        Uri.TryCreate(configured, UriKind.Absolute, out var known)
        && Uri.Compare(known, address, UriComponents.Scheme | UriComponents.Host | UriComponents.StrongPort, UriFormat.SafeUnescaped, StringComparison.OrdinalIgnoreCase) == 0;

    /// <summary>The service that tenants without one of their own share.</summary>
    public const string SharedServiceId = "pioneer_";
}

/// <summary>The user of a ksqlDB server that somebody runs, and which server that is.</summary>
public sealed class KsqlDbCredential
{
    /// <summary>Address of the server; its origin alone counts.</summary>
    public string Url { get; set; } = "";

    public string Username { get; set; } = "";

    public string Password { get; set; } = "";
}
