using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Pioneer.Embedded.Broker.Log;

namespace Pioneer.Embedded.Broker.Cluster;

/// <summary>A topic to be created. -1 partitions or replicas stand for the broker's default.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Partitions">Number of partitions, or -1.</param>
/// <param name="ReplicationFactor">Replicas, or -1.</param>
/// <param name="Assignments">Broker ids by partition; empty when the broker chooses.</param>
/// <param name="Configs">Configs; a null value stands for the default.</param>
public sealed record NewTopic(
    string Name, int Partitions, short ReplicationFactor, IReadOnlyDictionary<int, IReadOnlyList<int>> Assignments,
    IReadOnlyDictionary<string, string?> Configs);

/// <summary>
/// Topics: their metadata and, in step with them, their partitions' logs. Metadata come first: a crash in between leaves a topic whose logs
/// are made at the next start, or logs without topic, which are removed then. Thread safe.
/// </summary>
public sealed class TopicService
{
    /// <summary>Most partitions of one topic.</summary>
    public const int MaxPartitions = 10_000;

    private readonly MetadataStore _store;
    private readonly LogManager _logs;
    private readonly Action<string> _onDeleted;
    private readonly int _nodeId;
    private readonly string _broker;
    private readonly int _defaultPartitions;
    private readonly ImmutableSortedDictionary<string, TopicMetadata> _internal;

    /// <summary>Brings logs in step with the metadata.</summary>
    /// <param name="store">The metadata.</param>
    /// <param name="logs">The logs, opened.</param>
    /// <param name="onDeleted">Called with the name of each topic after it is gone.</param>
    /// <param name="options">Defaults for new topics.</param>
    public TopicService(MetadataStore store, LogManager logs, Action<string> onDeleted, EmbeddedBrokerOptions options)
    {
        _onDeleted = onDeleted;
        _store = store;
        _logs = logs;
        _nodeId = options.NodeId;
        _broker = options.NodeId.ToString(CultureInfo.InvariantCulture);
        _defaultPartitions = options.DefaultPartitions;
        var internals = logs.Partitions.Where(log => InternalTopics.IsInternal(log.Name.Topic)).GroupBy(log => (log.TopicId, log.Name.Topic));
        _internal = internals.ToImmutableSortedDictionary(
            g => g.Key.Topic,
            g => new TopicMetadata(
                g.Key.TopicId, g.Key.Topic, g.Count(), 1,
                ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add("cleanup.policy", "compact")),
            StringComparer.Ordinal);
        Reconcile();
    }

    /// <summary>All topics by name, the internal ones included.</summary>
    public IEnumerable<TopicMetadata> All => _internal.Values.Concat(_store.Current.Topics.Values);

    /// <summary>The topic of this name.</summary>
    public TopicMetadata? Find(string name) => _store.Current.Topic(name) ?? _internal.GetValueOrDefault(name);

    /// <summary>The topic with this id.</summary>
    public TopicMetadata? Find(Guid id) => _store.Current.Topic(id) ?? _internal.Values.FirstOrDefault(t => t.Id == id);

    /// <summary>The log of a partition.</summary>
    public bool TryGetLog(string topic, int partition, [NotNullWhen(true)] out PartitionLog? log) =>
        _logs.TryGet(new TopicPartition(topic, partition), out log);

    /// <summary>Creates a topic, or only says whether it could be.</summary>
    public TopicOutcome Create(NewTopic wanted, bool validateOnly)
    {
        TopicOutcome? outcome = null;
        var failure = _store.TryChange(state =>
        {
            outcome = Validate(wanted, state);
            return validateOnly || outcome.Topic is not { } topic
                ? []
                : [new TopicCreated(topic.Id, topic.Name, topic.Partitions, topic.ReplicationFactor, topic.Configs)];
        });
        return failure is null ? WithLogs(outcome!, validateOnly) : TopicOutcome.Refused(ErrorCode.KafkaStorageError, failure);
    }

    /// <summary>Deletes a topic with its records.</summary>
    public TopicOutcome Delete(TopicMetadata topic)
    {
        if (InternalTopics.IsInternal(topic.Name))
        {
            return TopicOutcome.Refused(ErrorCode.InvalidRequest, $"{topic.Name} is internal and cannot be deleted");
        }

        var found = false;
        var failure = _store.TryChange(state =>
        {
            found = state.Topic(topic.Id) is not null;
            return found ? [new TopicDeleted(topic.Id)] : [];
        });
        if (failure is not null)
        {
            return TopicOutcome.Refused(ErrorCode.KafkaStorageError, failure);
        }

        if (!found)
        {
            return TopicOutcome.Refused(ErrorCode.UnknownTopicOrPartition, "This server does not host this topic-partition.");
        }

        _logs.DeleteTopic(topic.Id);
        _onDeleted(topic.Name);
        return TopicOutcome.Done(topic);
    }

    /// <summary>Gives a topic more partitions.</summary>
    public TopicOutcome Grow(string name, int count, IReadOnlyList<IReadOnlyList<int>>? assignments, bool validateOnly)
    {
        TopicOutcome? outcome = null;
        var failure = _store.TryChange(state =>
        {
            outcome = ValidateGrowth(state.Topic(name), count, assignments);
            return validateOnly || outcome.Topic is not { } topic ? [] : [new PartitionsGrown(topic.Id, count)];
        });
        return failure is null ? WithLogs(outcome!, validateOnly) : TopicOutcome.Refused(ErrorCode.KafkaStorageError, failure);
    }

    /// <summary>Replaces the configs set on a topic by what <paramref name="change"/> makes of them; it may refuse.</summary>
    public TopicOutcome Configure(
        string name, Func<ImmutableSortedDictionary<string, string>, (ImmutableSortedDictionary<string, string> Configs, string? Refusal)> change,
        bool validateOnly)
    {
        TopicOutcome? outcome = null;
        var failure = _store.TryChange(state =>
        {
            if (state.Topic(name) is not { } topic)
            {
                outcome = InternalTopics.IsInternal(name)
                    ? TopicOutcome.Refused(ErrorCode.InvalidRequest, $"{name} is internal and keeps its configuration")
                    : TopicOutcome.Refused(ErrorCode.UnknownTopicOrPartition, "This server does not host this topic-partition.");
                return [];
            }

            var (configs, refusal) = change(topic.Configs);
            refusal ??= Refusal(configs);
            outcome = refusal is null
                ? TopicOutcome.Done(topic with { Configs = configs })
                : TopicOutcome.Refused(ErrorCode.InvalidConfig, refusal);
            return validateOnly || refusal is not null ? [] : [new ConfigsReplaced(ConfigResourceType.Topic, name, configs)];
        });
        if (failure is not null)
        {
            return TopicOutcome.Refused(ErrorCode.KafkaStorageError, failure);
        }

        if (!validateOnly && outcome!.Topic is { } changed)
        {
            _logs.Configure(changed.Id, LogConfig.FromTopicConfig(InForce(changed)));
        }

        return outcome!;
    }

    /// <summary>All layers of a topic's config; the first is in force.</summary>
    public IReadOnlyList<ConfigLayer> LayersOf(ConfigDefinition definition, TopicMetadata topic) =>
        ConfigLayers.OfTopic(definition, topic, _store.Current, _broker);

    /// <summary>Lets the logs follow what is in force since a broker's configs changed.</summary>
    internal void ApplyConfigs()
    {
        foreach (var topic in _store.Current.Topics.Values)
        {
            _logs.Configure(topic.Id, LogConfig.FromTopicConfig(InForce(topic)));
        }
    }

    private IReadOnlyDictionary<string, string> InForce(TopicMetadata topic) => ConfigLayers.InForce(topic, _store.Current, _broker);

    private static string? Refusal(IEnumerable<KeyValuePair<string, string>> configs) =>
        configs.Select(c => TopicConfigs.Refusal(c.Key, c.Value)).FirstOrDefault(refusal => refusal is not null);

    private TopicOutcome Validate(NewTopic wanted, ClusterState state)
    {
        if (TopicName.Refusal(wanted.Name) is { } badName)
        {
            return TopicOutcome.Refused(ErrorCode.InvalidTopicException, badName);
        }

        if (state.Topic(wanted.Name) is not null || InternalTopics.IsInternal(wanted.Name))
        {
            return TopicOutcome.Refused(ErrorCode.TopicAlreadyExists, $"Topic '{wanted.Name}' already exists.");
        }

        if (TopicName.Collision(wanted.Name, state.Topics) is { } other)
        {
            return TopicOutcome.Refused(ErrorCode.InvalidTopicException, $"Topic '{wanted.Name}' collides with existing topic: {other}");
        }

        var (error, message, partitions) = wanted.Assignments.Count > 0 ? FromAssignments(wanted) : FromNumbers(wanted);
        if (message is not null)
        {
            return TopicOutcome.Refused(error, message);
        }

        var configs = wanted.Configs.Where(c => c.Value is not null)
            .ToImmutableSortedDictionary(c => c.Key, c => c.Value!, StringComparer.Ordinal);
        return Refusal(configs) is { } refusal
            ? TopicOutcome.Refused(ErrorCode.InvalidConfig, refusal)
            : TopicOutcome.Done(new TopicMetadata(Guid.NewGuid(), wanted.Name, partitions, 1, configs));
    }

    private (ErrorCode Error, string? Message, int Partitions) FromNumbers(NewTopic wanted)
    {
        var partitions = wanted.Partitions == -1 ? _defaultPartitions : wanted.Partitions;
        if (partitions is <= 0 or > MaxPartitions)
        {
            return (ErrorCode.InvalidPartitions, $"Number of partitions was set to an invalid value {wanted.Partitions}: 1 to {MaxPartitions} are allowed.", 0);
        }

        return wanted.ReplicationFactor switch
        {
            -1 or 1 => (ErrorCode.None, null, partitions),
            <= 0 => (ErrorCode.InvalidReplicationFactor, "Replication factor must be larger than 0, or -1 to use the default value.", 0),
            var factor => (ErrorCode.InvalidReplicationFactor,
                $"Unable to replicate the partition {factor} time(s): The target replication factor of {factor} cannot be reached because only 1 broker(s) are registered.", 0),
        };
    }

    private (ErrorCode Error, string? Message, int Partitions) FromAssignments(NewTopic wanted)
    {
        if (wanted.Partitions != -1 || wanted.ReplicationFactor != -1)
        {
            return (ErrorCode.InvalidRequest, "Partitions and replication factor must be -1 where assignments are given.", 0);
        }

        var ids = wanted.Assignments.Keys.Order().ToList();
        return ids[0] != 0 || ids[^1] != ids.Count - 1 || wanted.Assignments.Values.Any(replicas => replicas is not [var only] || only != _nodeId)
            ? (ErrorCode.InvalidReplicaAssignment, $"Partitions must be numbered from 0 without gaps, each on broker {_nodeId} alone.", 0)
            : (ErrorCode.None, null, ids.Count);
    }

    private TopicOutcome ValidateGrowth(TopicMetadata? topic, int count, IReadOnlyList<IReadOnlyList<int>>? assignments)
    {
        if (topic is null)
        {
            return TopicOutcome.Refused(ErrorCode.UnknownTopicOrPartition, "This server does not host this topic-partition.");
        }

        if (count <= topic.Partitions || count > MaxPartitions)
        {
            return TopicOutcome.Refused(ErrorCode.InvalidPartitions, count == topic.Partitions
                ? $"Topic already has {count} partition(s)."
                : $"The topic {topic.Name} currently has {topic.Partitions} partition(s); {count} would not be an increase within {MaxPartitions}.");
        }

        var fits = assignments is null
            || (assignments.Count == count - topic.Partitions && assignments.All(replicas => replicas is [var only] && only == _nodeId));
        return fits
            ? TopicOutcome.Done(topic with { Partitions = count })
            : TopicOutcome.Refused(ErrorCode.InvalidReplicaAssignment, $"One assignment a new partition is expected, each to broker {_nodeId} alone.");
    }

    /// <summary>Makes the logs of a topic that is new or has grown. Where one cannot be made, the next start tries again.</summary>
    private TopicOutcome WithLogs(TopicOutcome outcome, bool validateOnly)
    {
        try
        {
            if (!validateOnly && outcome.Topic is { } topic)
            {
                OpenLogs(topic);
            }

            return outcome;
        }
        catch (IOException e)
        {
            return TopicOutcome.Refused(ErrorCode.KafkaStorageError, "The broker could not make the topic's logs: " + e.Message);
        }
    }

    private void OpenLogs(TopicMetadata topic)
    {
        var config = LogConfig.FromTopicConfig(InForce(topic));
        for (var partition = 0; partition < topic.Partitions; partition++)
        {
            _logs.GetOrCreate(topic.Id, new TopicPartition(topic.Name, partition), config);
        }
    }

    private void Reconcile()
    {
        var state = _store.Current;
        var orphans = _logs.Partitions.Where(log => !InternalTopics.IsInternal(log.Name.Topic) && state.Topic(log.TopicId) is null);
        foreach (var id in orphans.Select(log => log.TopicId).Distinct().ToList())
        {
            _logs.DeleteTopic(id);
        }

        foreach (var topic in state.Topics.Values)
        {
            OpenLogs(topic);
        }
    }
}
