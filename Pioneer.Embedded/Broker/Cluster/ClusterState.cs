using System.Collections.Immutable;
using Pioneer.Embedded.Broker.Security;

namespace Pioneer.Embedded.Broker.Cluster;

/// <summary>All metadata at one moment. Immutable: readers keep what they hold while changes make the next one.</summary>
public sealed record ClusterState
{
    /// <summary>Before the first record.</summary>
    public static ClusterState Empty { get; } = new();

    /// <summary>22 characters, constant for the life of the data directory.</summary>
    public string ClusterId { get; private init; } = "";

    /// <summary>Topics by name.</summary>
    public ImmutableSortedDictionary<string, TopicMetadata> Topics { get; private init; } =
        ImmutableSortedDictionary.Create<string, TopicMetadata>(StringComparer.Ordinal);

    /// <summary>Names of topics by id.</summary>
    public ImmutableDictionary<Guid, string> TopicNames { get; private init; } = ImmutableDictionary<Guid, string>.Empty;

    /// <summary>Configs set on anything but topics.</summary>
    public ImmutableDictionary<(ConfigResourceType Resource, string Name), ImmutableSortedDictionary<string, string>> OtherConfigs { get; private init; } =
        ImmutableDictionary<(ConfigResourceType, string), ImmutableSortedDictionary<string, string>>.Empty;

    /// <summary>Access rules.</summary>
    public ImmutableHashSet<AclBinding> Acls { get; private init; } = [];

    /// <summary>SCRAM credentials by user and mechanism.</summary>
    public ImmutableSortedDictionary<string, ImmutableDictionary<ScramMechanism, ScramCredential>> Credentials { get; private init; } =
        ImmutableSortedDictionary.Create<string, ImmutableDictionary<ScramMechanism, ScramCredential>>(StringComparer.Ordinal);

    /// <summary>Quotas by whom they bind; each by its key.</summary>
    public ImmutableDictionary<QuotaEntity, ImmutableSortedDictionary<string, double>> Quotas { get; private init; } =
        ImmutableDictionary<QuotaEntity, ImmutableSortedDictionary<string, double>>.Empty;

    /// <summary>The topic with this id.</summary>
    public TopicMetadata? Topic(Guid id) => TopicNames.TryGetValue(id, out var name) ? Topics[name] : null;

    /// <summary>The topic with this name.</summary>
    public TopicMetadata? Topic(string name) => Topics.GetValueOrDefault(name);

    /// <summary>The configs set on anything but a topic; empty where none are.</summary>
    public ImmutableSortedDictionary<string, string> Configs(ConfigResourceType resource, string name) =>
        OtherConfigs.GetValueOrDefault((resource, name), ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal));

    /// <summary>The state after a change.</summary>
    public ClusterState Apply(MetadataRecord record) => record switch
    {
        ClusterNamed named => this with { ClusterId = named.ClusterId },
        TopicCreated created => With(new TopicMetadata(
            created.Id, created.Name, created.Partitions, created.ReplicationFactor, Sorted(created.Configs))),
        TopicDeleted deleted => Topic(deleted.Id) is { } topic
            ? this with { Topics = Topics.Remove(topic.Name), TopicNames = TopicNames.Remove(topic.Id) }
            : this,
        PartitionsGrown grown => Topic(grown.Id) is { } topic ? With(topic with { Partitions = grown.Partitions }) : this,
        ConfigsReplaced { Resource: ConfigResourceType.Topic } replaced =>
            Topic(replaced.Name) is { } topic ? With(topic with { Configs = Sorted(replaced.Configs) }) : this,
        ConfigsReplaced replaced => this with { OtherConfigs = OtherConfigs.SetItem((replaced.Resource, replaced.Name), Sorted(replaced.Configs)) },
        AclAdded added => this with { Acls = Acls.Add(added.Acl) },
        AclRemoved removed => this with { Acls = Acls.Remove(removed.Acl) },
        ScramCredentialSet set => this with
        {
            Credentials = Credentials.SetItem(
                set.User,
                Credentials.GetValueOrDefault(set.User, ImmutableDictionary<ScramMechanism, ScramCredential>.Empty)
                    .SetItem(set.Credential.Mechanism, set.Credential)),
        },
        ScramCredentialRemoved removed => WithoutCredential(removed),
        QuotaSet quota => With(quota),
        _ => throw new InvalidDataException($"the metadata log holds a record of unknown kind {record.GetType().Name}"),
    };

    /// <summary>The fewest records that lead from nothing to this state.</summary>
    public IEnumerable<MetadataRecord> ToRecords()
    {
        yield return new ClusterNamed(ClusterId);
        foreach (var topic in Topics.Values)
        {
            yield return new TopicCreated(topic.Id, topic.Name, topic.Partitions, topic.ReplicationFactor, topic.Configs);
        }

        foreach (var ((resource, name), configs) in OtherConfigs)
        {
            yield return new ConfigsReplaced(resource, name, configs);
        }

        foreach (var acl in Acls)
        {
            yield return new AclAdded(acl);
        }

        foreach (var (user, credentials) in Credentials)
        {
            foreach (var credential in credentials.Values)
            {
                yield return new ScramCredentialSet(user, credential);
            }
        }

        foreach (var (entity, quotas) in Quotas)
        {
            foreach (var (key, value) in quotas)
            {
                yield return new QuotaSet(entity, key, value);
            }
        }
    }

    private static ImmutableSortedDictionary<string, string> Sorted(IReadOnlyDictionary<string, string> configs) =>
        configs.ToImmutableSortedDictionary(StringComparer.Ordinal);

    private ClusterState With(TopicMetadata topic) =>
        this with { Topics = Topics.SetItem(topic.Name, topic), TopicNames = TopicNames.SetItem(topic.Id, topic.Name) };

    private ClusterState With(QuotaSet quota)
    {
        var quotas = Quotas.GetValueOrDefault(quota.Entity, ImmutableSortedDictionary.Create<string, double>(StringComparer.Ordinal));
        quotas = quota.Value is { } value ? quotas.SetItem(quota.Key, value) : quotas.Remove(quota.Key);
        return this with { Quotas = quotas.IsEmpty ? Quotas.Remove(quota.Entity) : Quotas.SetItem(quota.Entity, quotas) };
    }

    private ClusterState WithoutCredential(ScramCredentialRemoved removed)
    {
        if (!Credentials.TryGetValue(removed.User, out var credentials))
        {
            return this;
        }

        var left = credentials.Remove(removed.Mechanism);
        return this with { Credentials = left.IsEmpty ? Credentials.Remove(removed.User) : Credentials.SetItem(removed.User, left) };
    }
}
