using System.Collections.Immutable;
using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Seeding;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Kafka;

namespace Pioneer.Jobs.Seeding;

/// <summary>All names and texts that a seed run works with, read from the database once per take-up.</summary>
/// <param name="ServiceId">The tenant's ksqlDB service.</param>
/// <param name="LiveQueryId">The subscription's running query.</param>
/// <param name="SourceTopic">Compacted topic that is its own state.</param>
/// <param name="SourceColumns">The columns that the source topic's stream is declared with; the private stream has the same.</param>
/// <param name="SinkObject">The stream over the delivery topic.</param>
/// <param name="Select">The subscription's own SELECT over the source stream, as the sandbox printed it.</param>
public sealed record SeedTarget(
    SeedRunId Run,
    TenantSlug Tenant,
    string Subscription,
    string ServiceId,
    string LiveQueryId,
    string SourceTopic,
    ImmutableArray<KsqlColumnSpec> SourceColumns,
    string DeliveryTopic,
    string SinkObject,
    string Select,
    int? MaxRowsPerSecond)
{
    /// <summary>Who reads and writes the run's records; null is the platform itself, on clusters where nobody signs in.</summary>
    public KafkaPrincipal? Seeder { get; init; }

    /// <summary>The table that the feed is read from, for people; null where the feed is gone.</summary>
    public string? SourceTable { get; init; }

    /// <summary>The last batch run that ended before this run began and compared the topic with that table; null where none did.</summary>
    public TableComparison? LastWithTable { get; init; }

    /// <summary>Why a run that was begun must not go on, such as a feed that was removed meanwhile; null when it may.</summary>
    public string? Refusal { get; init; }

    /// <summary>The consumer group whose committed offsets are the cut.</summary>
    public string LiveGroup => ConsumerGroups.Query(ServiceId, LiveQueryId);

    /// <summary>Private topic of one attempt.</summary>
    public string SeedTopic(int attempt) => TopicNames.Seed(Tenant, Subscription, Run, attempt);

    /// <summary>Stream over the private topic of one attempt.</summary>
    public string SeedObject(int attempt) => KsqlNames.SeedObject(Tenant, Subscription, Run, attempt);

    /// <summary>Query of one attempt.</summary>
    public string SeedQueryId(int attempt) => KsqlNames.SeedQueryId(Tenant, Subscription, Run, attempt);

    /// <summary>Consumer group of one attempt's query.</summary>
    public string SeedGroup(int attempt) => ConsumerGroups.Query(ServiceId, SeedQueryId(attempt));
}
