namespace Pioneer.Domain.Ingestion;

/// <summary>A system that data comes from: one database that Kafka Connect reads.</summary>
public sealed class Source : IRevisioned
{
    /// <summary>The zone of sources that nobody named one for.</summary>
    public const string Utc = "UTC";

    public required SourceId Id { get; init; }

    /// <summary>Unique; lower-case letters, digits and single hyphens.</summary>
    public required string Name { get; init; }

    public string Description { get; set; } = "";

    public required SourceKind Kind { get; set; }

    /// <summary>JDBC form, as the connector takes it: <c>jdbc:postgresql://host:5432/bank</c>, <c>jdbc:sqlite:/path/bank.db</c>.</summary>
    public required string ConnectionUrl { get; set; }

    public string? Username { get; set; }

    /// <summary>Name of the <c>PlatformSecret</c> that holds the password; null where the source needs none.</summary>
    public string? PasswordSecret { get; set; }

    /// <summary>IANA name of the zone that times without zone are in.</summary>
    public string TimeZone { get; set; } = Utc;

    public DateTimeOffset? LastTestedAt { get; set; }

    /// <summary>Why the last test of the connection failed; null after a good one.</summary>
    public string? LastTestError { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public long Revision { get; set; }
}

/// <summary>Databases whose JDBC URLs and types are understood.</summary>
public enum SourceKind
{
    Sqlite,
    PostgreSql,
}
