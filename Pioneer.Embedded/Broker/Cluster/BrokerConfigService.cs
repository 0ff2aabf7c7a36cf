using System.Collections.Immutable;

namespace Pioneer.Embedded.Broker.Cluster;

/// <summary>
/// Configs of the broker, or of all brokers, that are set while it runs; durable, and in force on every topic that has no value of its own.
/// Thread safe.
/// </summary>
/// <param name="store">Where they are kept.</param>
/// <param name="topics">What they act upon.</param>
/// <param name="broker">The node id of this broker, as text.</param>
public sealed class BrokerConfigService(MetadataStore store, TopicService topics, string broker)
{
    /// <summary>Replaces the configs set on a broker by what <paramref name="change"/> makes of them; it may refuse.</summary>
    /// <param name="name">This broker's id, or <see cref="ConfigLayers.AllBrokers"/>.</param>
    /// <param name="change">From the configs before to those after, or why not.</param>
    /// <param name="validateOnly">Change nothing, only say whether it would be done.</param>
    public (ErrorCode Error, string? Message) Configure(
        string name,
        Func<ImmutableSortedDictionary<string, string>, (ImmutableSortedDictionary<string, string> Configs, ConfigRefusal? Refusal)> change,
        bool validateOnly)
    {
        if (name != ConfigLayers.AllBrokers && name != broker)
        {
            return (ErrorCode.InvalidRequest, $"Unexpected broker id, expected {broker} or empty string, but received {name}");
        }

        ConfigRefusal? refusal = null;
        var failure = store.TryChange(state =>
        {
            (var configs, refusal) = change(state.Configs(ConfigResourceType.Broker, name));
            return validateOnly || refusal is not null ? [] : [new ConfigsReplaced(ConfigResourceType.Broker, name, configs)];
        });
        if (failure is not null)
        {
            return (ErrorCode.KafkaStorageError, failure);
        }

        if (refusal is null && !validateOnly)
        {
            topics.ApplyConfigs();
        }

        return (refusal?.Error ?? ErrorCode.None, refusal?.Message);
    }
}

/// <summary>Why a config cannot be as it is wanted.</summary>
public sealed record ConfigRefusal(ErrorCode Error, string Message);
