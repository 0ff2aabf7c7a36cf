using System.Text.Json.Serialization;
using Pioneer.Embedded.Broker.Security;

namespace Pioneer.Embedded.Broker.Cluster;

/// <summary>One change of the cluster's metadata, as the metadata log keeps it. Each is idempotent: applying it twice changes nothing.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "t")]
[JsonDerivedType(typeof(ClusterNamed), "cluster")]
[JsonDerivedType(typeof(TopicCreated), "topic")]
[JsonDerivedType(typeof(TopicDeleted), "topic-deleted")]
[JsonDerivedType(typeof(PartitionsGrown), "partitions")]
[JsonDerivedType(typeof(ConfigsReplaced), "configs")]
[JsonDerivedType(typeof(AclAdded), "acl")]
[JsonDerivedType(typeof(AclRemoved), "acl-removed")]
[JsonDerivedType(typeof(ScramCredentialSet), "scram")]
[JsonDerivedType(typeof(ScramCredentialRemoved), "scram-removed")]
[JsonDerivedType(typeof(QuotaSet), "quota")]
public abstract record MetadataRecord;

/// <summary>The cluster got its id.</summary>
public sealed record ClusterNamed(string ClusterId) : MetadataRecord;

/// <summary>A topic was created. Configs are those given by the creator only.</summary>
public sealed record TopicCreated(Guid Id, string Name, int Partitions, short ReplicationFactor, IReadOnlyDictionary<string, string> Configs)
    : MetadataRecord;

/// <summary>A topic was deleted.</summary>
public sealed record TopicDeleted(Guid Id) : MetadataRecord;

/// <summary>A topic has this many partitions now.</summary>
public sealed record PartitionsGrown(Guid Id, int Partitions) : MetadataRecord;

/// <summary>The configs set on a resource are exactly these now.</summary>
public sealed record ConfigsReplaced(ConfigResourceType Resource, string Name, IReadOnlyDictionary<string, string> Configs) : MetadataRecord;

/// <summary>An access rule was added.</summary>
public sealed record AclAdded(AclBinding Acl) : MetadataRecord;

/// <summary>An access rule was removed.</summary>
public sealed record AclRemoved(AclBinding Acl) : MetadataRecord;

/// <summary>A user got a credential for a mechanism, or another one.</summary>
public sealed record ScramCredentialSet(string User, ScramCredential Credential) : MetadataRecord;

/// <summary>A user lost the credential of a mechanism.</summary>
public sealed record ScramCredentialRemoved(string User, ScramMechanism Mechanism) : MetadataRecord;

/// <summary>A quota was set, or removed when the value is null.</summary>
public sealed record QuotaSet(QuotaEntity Entity, string Key, double? Value) : MetadataRecord;

/// <summary>What configs are attached to; numbers are those of the wire.</summary>
public enum ConfigResourceType : sbyte
{
    Unknown = 0,
    Topic = 2,
    Broker = 4,
    BrokerLogger = 8,
    ClientMetrics = 16,
    Group = 32,
}

[JsonSerializable(typeof(MetadataRecord))]
internal sealed partial class MetadataJson : JsonSerializerContext;
