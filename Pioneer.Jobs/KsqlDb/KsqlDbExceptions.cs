namespace Pioneer.Jobs.KsqlDb;

/// <summary>A ksqlDB service does not answer, is still starting, or failed by something other than the statement. Trying again later is right.</summary>
public sealed class KsqlDbUnavailableException(string serviceId, string reason, Exception? inner = null)
    : IOException($"The ksqlDB service '{serviceId}' does not answer: {reason}. Check that it runs and that Ksql:Url is right. "
        + "Pioneer goes on by itself once it answers.", inner)
{
    public string ServiceId { get; } = serviceId;
}

/// <summary>ksqlDB refused a request. <see cref="Code"/> is its error code: the HTTP status times 100 and more.</summary>
public sealed class KsqlDbRequestException(string serviceId, int code, string message, string? statement = null)
    : IOException($"ksqlDB ({serviceId}) refused the request: {message} ({code})")
{
    public int Code { get; } = code;

    /// <summary>The server's own words.</summary>
    public string ServerMessage { get; } = message;

    public string? Statement { get; } = statement;

    /// <summary>The command was taken, and carrying it out ended with status ERROR.</summary>
    public bool IsFailedCommand { get; init; }

    /// <summary>Whether the statement itself was refused, by the parser, the analysis or the engine: sent again it would be again.</summary>
    public bool IsAboutStatement => Code / 100 == 400 || IsFailedCommand;

    /// <summary>Whether the reason is that the brokers do not know the topic; ksqlDB has no code of its own for it.</summary>
    public bool SaysUnknown(string topic) => ServerMessage.Contains($"'{topic}' does not exist", StringComparison.Ordinal);
}

/// <summary>Nobody has said where the service runs.</summary>
public sealed class KsqlServiceNotRegisteredException(string serviceId)
    : InvalidOperationException($"The ksqlDB service '{serviceId}' is not registered: a dedicated service of real ksqlDB is a server of its own. "
        + $"Start one with ksql.service.id={serviceId} and name its URL as Ksql:Services:{serviceId}, or choose shared isolation for the tenant.");
