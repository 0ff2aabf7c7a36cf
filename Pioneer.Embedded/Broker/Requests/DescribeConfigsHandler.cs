using System.Globalization;
using Pioneer.Embedded.Broker.Cluster;
using Pioneer.Embedded.Broker.Network;
using Pioneer.Kafka.Protocol;
using Pioneer.Embedded.Broker.Security;

namespace Pioneer.Embedded.Broker.Requests;

/// <summary>The configs in force on topics and on the broker, with where each value comes from.</summary>
internal sealed class DescribeConfigsHandler(TopicService topics, MetadataStore metadata, Authorizer authorizer,
    EmbeddedBrokerOptions options)
    : RequestHandler<DescribeConfigsRequest>
{
    protected override IMessage Handle(RequestContext context, DescribeConfigsRequest request) => new DescribeConfigsResponse
    {
        Results = [.. request.Resources.Select(resource => Describe(context, resource, request))],
    };

    private DescribeConfigsResponse.DescribeConfigsResult Describe(
        RequestContext context, DescribeConfigsRequest.DescribeConfigsResource resource, DescribeConfigsRequest request)
    {
        var (error, message, entries) = (ConfigResourceType)resource.ResourceType switch
        {
            ConfigResourceType.Topic => OfTopic(context, resource.ResourceName),
            ConfigResourceType.Broker => OfBroker(context, resource.ResourceName),
            _ => (ErrorCode.InvalidRequest, $"Unsupported resource type {resource.ResourceType}", []),
        };
        var wanted = resource.ConfigurationKeys is { } keys ? entries.Where(e => keys.Contains(e.Definition.Name)) : entries;
        return new DescribeConfigsResponse.DescribeConfigsResult
        {
            ErrorCode = (short)error,
            ErrorMessage = message,
            ResourceType = resource.ResourceType,
            ResourceName = resource.ResourceName,
            Configs = [.. wanted.Select(entry => Entry(entry, request))],
        };
    }

    private (ErrorCode Error, string? Message, IEnumerable<ConfigEntry> Entries) OfTopic(RequestContext context, string name)
    {
        if (!authorizer.MayTopic(context, AclOperation.DescribeConfigs, name))
        {
            return (ErrorCode.TopicAuthorizationFailed, "Authorization failed.", []);
        }

        return topics.Find(name) is { } topic
            ? (ErrorCode.None, null, ConfigEntries.OfTopic(topics, topic))
            : (ErrorCode.UnknownTopicOrPartition, "This server does not host this topic-partition.", []);
    }

    private (ErrorCode Error, string? Message, IEnumerable<ConfigEntry> Entries) OfBroker(RequestContext context, string name)
    {
        if (!authorizer.MayCluster(context, AclOperation.DescribeConfigs))
        {
            return (ErrorCode.ClusterAuthorizationFailed, "Authorization failed.", []);
        }

        if (name == ConfigLayers.AllBrokers)
        {
            return (ErrorCode.None, null, ConfigEntries.OfAllBrokers(metadata.Current));
        }

        return name == options.NodeId.ToString(CultureInfo.InvariantCulture)
            ? (ErrorCode.None, null, ConfigEntries.OfBroker(options, metadata.Current))
            : (ErrorCode.InvalidRequest, $"Unexpected broker id, expected {options.NodeId} or empty string, but received {name}", []);
    }

    private static DescribeConfigsResponse.DescribeConfigsResourceResult Entry(ConfigEntry entry, DescribeConfigsRequest request) => new()
    {
        Name = entry.Definition.Name,
        Value = entry.Value,
        ReadOnly = entry.Source == ConfigSource.StaticBroker,
        ConfigSource = (sbyte)entry.Source,
        ConfigType = (sbyte)entry.Definition.Type,
        Documentation = request.IncludeDocumentation ? ConfigDocumentation.Of(entry.Definition.Name) : null,
        Synonyms = request.IncludeSynonyms
            ? [.. entry.Layers.Select(layer => new DescribeConfigsResponse.DescribeConfigsSynonym
            {
                Name = layer.Name,
                Value = layer.Value,
                Source = (sbyte)layer.Source,
            })]
            : [],
    };
}
