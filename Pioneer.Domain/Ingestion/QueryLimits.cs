using Pioneer.Sources;

namespace Pioneer.Domain.Ingestion;

/// <summary>How long one query of a source may take before it ends: as the feed says, else as the source's address does, else a minute.</summary>
public static class QueryLimits
{
    /// <summary>The shortest that a feed may set.</summary>
    public const int MinMs = 1_000;

    /// <summary>The longest that a feed may set: an hour.</summary>
    public const int MaxMs = 3_600_000;

    /// <summary>The limit that counts.</summary>
    /// <param name="feedMs">The feed's own; null where it has none.</param>
    /// <param name="connectionUrl">The source's address; one that is not understood has no limit of its own.</param>
    public static TimeSpan Of(int? feedMs, string connectionUrl) =>
        feedMs is { } own ? TimeSpan.FromMilliseconds(own)
        : SourceAddress.TryParse(connectionUrl, out var address, out _) && address is PostgreSqlAddress { QueryLimit: { } limit } ? limit
        : TimeSpan.FromMilliseconds(SourceAddress.DefaultQueryLimitMs);

    /// <summary>
    /// The source's address with the feed's limit in it, where the server itself can end a query: whoever reads it, our worker or Kafka Connect's plug-in, is held to it.
    /// </summary>
    public static string Address(int feedMs, string connectionUrl) =>
        SourceAddress.TryParse(connectionUrl, out var address, out _) && address is PostgreSqlAddress server
            ? (server with { QueryLimit = TimeSpan.FromMilliseconds(feedMs) }).Jdbc
            : connectionUrl;
}
