using Pioneer.Embedded.Broker.Network;
using Pioneer.Kafka.Protocol;

namespace Pioneer.Embedded.Broker.Requests;

/// <summary>Replaces all configs of a topic, or those of a broker that can be set while it runs.</summary>
internal sealed class AlterConfigsHandler(ConfigAlteration configs) : RequestHandler<AlterConfigsRequest>
{
    protected override IMessage Handle(RequestContext context, AlterConfigsRequest request) => new AlterConfigsResponse
    {
        Responses = [.. request.Resources.Select(resource => Alter(context, resource, request.ValidateOnly))],
    };

    private AlterConfigsResponse.AlterConfigsResourceResponse Alter(
        RequestContext context, AlterConfigsRequest.AlterConfigsResource resource, bool validateOnly)
    {
        var changes = resource.Configs.Select(config => new ConfigChange(config.Name, ConfigOperation.Set, config.Value)).ToList();
        var (error, message) = configs.Alter(context, resource.ResourceType, resource.ResourceName, changes, replacesAll: true,
            validateOnly);
        return new()
        {
            ResourceType = resource.ResourceType,
            ResourceName = resource.ResourceName,
            ErrorCode = (short)error,
            ErrorMessage = message,
        };
    }
}

/// <summary>
/// Sets, deletes, appends to and subtracts from single configs of a topic, or of a broker those that can be set while it runs.
/// </summary>
internal sealed class IncrementalAlterConfigsHandler(ConfigAlteration configs) : RequestHandler<IncrementalAlterConfigsRequest>
{
    protected override IMessage Handle(RequestContext context, IncrementalAlterConfigsRequest request) => new IncrementalAlterConfigsResponse
    {
        Responses = [.. request.Resources.Select(resource => Alter(context, resource, request.ValidateOnly))],
    };

    private IncrementalAlterConfigsResponse.AlterConfigsResourceResponse Alter(
        RequestContext context, IncrementalAlterConfigsRequest.AlterConfigsResource resource, bool validateOnly)
    {
        var changes = resource.Configs.Select(config =>
            new ConfigChange(config.Name, (ConfigOperation)config.ConfigOperation, config.Value)).ToList();
        var (error, message) = configs.Alter(context, resource.ResourceType, resource.ResourceName, changes, replacesAll: false,
            validateOnly);
        return new()
        {
            ResourceType = resource.ResourceType,
            ResourceName = resource.ResourceName,
            ErrorCode = (short)error,
            ErrorMessage = message,
        };
    }
}
