using System.Collections.Immutable;
using Pioneer.Embedded.Broker.Cluster;
using Pioneer.Embedded.Broker.Network;
using Pioneer.Kafka.Protocol;
using Pioneer.Embedded.Broker.Security;

namespace Pioneer.Embedded.Broker.Requests;

/// <summary>Replaces all configs of a topic. The broker's own are given at its start and cannot be altered.</summary>
internal sealed class AlterConfigsHandler(TopicService topics, Authorizer authorizer) : RequestHandler<AlterConfigsRequest>
{
    protected override IMessage Handle(RequestContext context, AlterConfigsRequest request) => new AlterConfigsResponse
    {
        Responses = [.. request.Resources.Select(resource => Alter(context, resource, request.ValidateOnly))],
    };

    private AlterConfigsResponse.AlterConfigsResourceResponse Alter(
        RequestContext context, AlterConfigsRequest.AlterConfigsResource resource, bool validateOnly)
    {
        var outcome = ConfigAlteration.Guard(context, authorizer, resource.ResourceType, resource.ResourceName)
            ?? topics.Configure(resource.ResourceName, _ => Replacement(resource), validateOnly);
        return new()
        {
            ResourceType = resource.ResourceType,
            ResourceName = resource.ResourceName,
            ErrorCode = (short)outcome.Error,
            ErrorMessage = outcome.Message,
        };
    }

    private static (ImmutableSortedDictionary<string, string> Configs, string? Refusal) Replacement(AlterConfigsRequest.AlterConfigsResource resource)
    {
        var configs = ConfigAlteration.None;
        foreach (var config in resource.Configs)
        {
            if (config.Value is null)
            {
                return (configs, $"Null value not supported for {config.Name}");
            }

            configs = configs.SetItem(config.Name, config.Value);
        }

        return (configs, null);
    }
}

/// <summary>Sets, deletes, appends to and subtracts from single configs of a topic.</summary>
internal sealed class IncrementalAlterConfigsHandler(TopicService topics, Authorizer authorizer) : RequestHandler<IncrementalAlterConfigsRequest>
{
    protected override IMessage Handle(RequestContext context, IncrementalAlterConfigsRequest request) => new IncrementalAlterConfigsResponse
    {
        Responses = [.. request.Resources.Select(resource => Alter(context, resource, request.ValidateOnly))],
    };

    private IncrementalAlterConfigsResponse.AlterConfigsResourceResponse Alter(
        RequestContext context, IncrementalAlterConfigsRequest.AlterConfigsResource resource, bool validateOnly)
    {
        var outcome = ConfigAlteration.Guard(context, authorizer, resource.ResourceType, resource.ResourceName)
            ?? topics.Configure(resource.ResourceName, configs => ApplyAll(configs, resource.Configs), validateOnly);
        return new()
        {
            ResourceType = resource.ResourceType,
            ResourceName = resource.ResourceName,
            ErrorCode = (short)outcome.Error,
            ErrorMessage = outcome.Message,
        };
    }

    private static (ImmutableSortedDictionary<string, string> Configs, string? Refusal) ApplyAll(
        ImmutableSortedDictionary<string, string> configs, IReadOnlyList<IncrementalAlterConfigsRequest.AlterableConfig> changes)
    {
        if (changes.DistinctBy(c => c.Name, StringComparer.Ordinal).Count() != changes.Count)
        {
            return (configs, "A config is altered twice in one request");
        }

        foreach (var change in changes)
        {
            (configs, var refusal) = ConfigAlteration.Apply(configs, change.Name, (ConfigOperation)change.ConfigOperation, change.Value);
            if (refusal is not null)
            {
                return (configs, refusal);
            }
        }

        return (configs, null);
    }
}
