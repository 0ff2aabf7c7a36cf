using System.Collections.Immutable;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Provisioning;

/// <summary>The exact rights of each role of a tenant (02-tenancy.md): prefixed, ALLOW, constant in number whatever the topics.</summary>
public static class AclSets
{
    private const string Cluster = "kafka-cluster";

    private static readonly AclOperation[] OwnTopicOperations =
    [
        AclOperation.Read, AclOperation.Write, AclOperation.Create, AclOperation.Delete, AclOperation.DescribeConfigs, AclOperation.AlterConfigs,
    ];

    /// <summary>
    /// The portal's readings on the tenant's behalf: what its consumers may, and reading all topics under the tenant's names. Never another tenant's, whatever the
    /// portal asks for.
    /// </summary>
    public static ImmutableArray<AclRule> Portal(TenantSlug tenant) =>
        [.. Consumer(tenant, Principals.Portal(tenant)), Prefixed(Principals.Portal(tenant), AclOperation.Read, AclResourceType.Topic, TopicNames.Prefix(tenant))];

    /// <summary>A tenant's consumers: read deliveries, use groups of the tenant. Nothing else.</summary>
    public static ImmutableArray<AclRule> Consumer(TenantSlug tenant, string principal) =>
    [
        Prefixed(principal, AclOperation.Read, AclResourceType.Topic, TopicNames.Prefix(tenant, TopicKind.Delivery)),
        Prefixed(principal, AclOperation.Read, AclResourceType.Group, TopicNames.Prefix(tenant)),
    ];

    /// <summary>
    /// A ksqlDB service that serves the tenant, dedicated (<c>slug.ksql</c>) or shared. Tighter than ksqlDB's own documentation, which shows
    /// tenants each other.
    /// </summary>
    public static ImmutableArray<AclRule> Ksql(TenantSlug tenant, string principal, string serviceId)
    {
        var internals = $"_confluent-ksql-{serviceId}";
        return
        [
            .. KsqlData(tenant, principal),
            Prefixed(principal, AclOperation.All, AclResourceType.Topic, internals),
            Prefixed(principal, AclOperation.All, AclResourceType.Group, internals),
            Literal(principal, AclOperation.Write, AclResourceType.TransactionalId, serviceId),
            Literal(principal, AclOperation.Describe, AclResourceType.TransactionalId, serviceId),
            Prefixed(principal, AclOperation.Write, AclResourceType.TransactionalId, internals),
            Prefixed(principal, AclOperation.Describe, AclResourceType.TransactionalId, internals),
            Literal(principal, AclOperation.DescribeConfigs, AclResourceType.Cluster, Cluster),
        ];
    }

    /// <summary>The part of <see cref="Ksql"/> that is about the tenant's own topics.</summary>
    public static ImmutableArray<AclRule> KsqlData(TenantSlug tenant, string principal) =>
    [
        Prefixed(principal, AclOperation.Read, AclResourceType.Topic, TopicNames.Prefix(tenant, TopicKind.Feed)),
        Prefixed(principal, AclOperation.Read, AclResourceType.Topic, TopicNames.Prefix(tenant, TopicKind.Seed)),
        .. OwnTopics(principal, TopicNames.Prefix(tenant, TopicKind.Pipeline)),
        .. OwnTopics(principal, TopicNames.Prefix(tenant, TopicKind.Delivery)),
    ];

    /// <summary>Connectors write the tenant's T topics. No CREATE: provisioning makes the topics, with the configs they are wanted with.</summary>
    public static ImmutableArray<AclRule> Connect(TenantSlug tenant, string connectPrincipal) =>
        [Prefixed(connectPrincipal, AclOperation.Write, AclResourceType.Topic, TopicNames.Prefix(tenant, TopicKind.Feed))];

    /// <summary>
    /// The portal's own user, where it is no super user: reads what a batch has written and sets groups' offsets, and writes a batch's deletions into T topics. What it
    /// administers is no tenant's and is given with the cluster.
    /// </summary>
    public static ImmutableArray<AclRule> Platform(TenantSlug tenant, string principal) =>
    [
        Prefixed(principal, AclOperation.Read, AclResourceType.Topic, TopicNames.Prefix(tenant)),
        Prefixed(principal, AclOperation.Write, AclResourceType.Topic, TopicNames.Prefix(tenant, TopicKind.Feed)),
    ];

    /// <summary>
    /// A seed run's own user, for as long as the run lasts: fold the source, fill the run's private topics, mark the end in the delivery topic and
    /// read it for the certificate.
    /// </summary>
    public static ImmutableArray<AclRule> Seeder(TenantSlug tenant, string principal, string sourceTopic, string subscription, SeedRunId run) =>
    [
        Literal(principal, AclOperation.Describe, AclResourceType.Group, Principals.SeederGroup),
        Literal(principal, AclOperation.Read, AclResourceType.Topic, sourceTopic),
        Prefixed(principal, AclOperation.Write, AclResourceType.Topic, TopicNames.SeedPrefix(tenant, subscription, run)),
        Literal(principal, AclOperation.Write, AclResourceType.Topic, TopicNames.Delivery(tenant, subscription)),
        Literal(principal, AclOperation.Read, AclResourceType.Topic, TopicNames.Delivery(tenant, subscription)),
    ];

    private static IEnumerable<AclRule> OwnTopics(string principal, string prefix) =>
        OwnTopicOperations.Select(operation => Prefixed(principal, operation, AclResourceType.Topic, prefix));

    private static AclRule Prefixed(string principal, AclOperation operation, AclResourceType type, string name) =>
        new($"User:{principal}", operation, type, name, AclPattern.Prefixed);

    private static AclRule Literal(string principal, AclOperation operation, AclResourceType type, string name) =>
        new($"User:{principal}", operation, type, name, AclPattern.Literal);
}
