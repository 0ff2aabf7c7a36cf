using Pioneer.Embedded.Broker.Cluster;
using Pioneer.Embedded.Broker.Network;
using Pioneer.Kafka.Protocol;
using Pioneer.Embedded.Broker.Security;

namespace Pioneer.Embedded.Broker.Requests;

/// <summary>Lists access rules, grouped by what they protect.</summary>
internal sealed class DescribeAclsHandler(MetadataStore store, Authorizer authorizer) : RequestHandler<DescribeAclsRequest>
{
    protected override IMessage Handle(RequestContext context, DescribeAclsRequest request)
    {
        if (AclAdministration.Refusal(context, authorizer, AclOperation.Describe) is { } refused)
        {
            return new DescribeAclsResponse { ErrorCode = (short)refused.Error, ErrorMessage = refused.Message };
        }

        var filter = new AclFilter(
            (ResourceType)request.ResourceTypeFilter, request.ResourceNameFilter, (PatternType)request.PatternTypeFilter,
            request.PrincipalFilter, request.HostFilter, (AclOperation)request.Operation, (AclPermission)request.PermissionType);
        if (!filter.IsValid)
        {
            return new DescribeAclsResponse { ErrorCode = (short)ErrorCode.InvalidRequest, ErrorMessage = "The filter contains UNKNOWN elements." };
        }

        return new DescribeAclsResponse
        {
            Resources =
            [
                .. store.Current.Acls.Where(filter.Selects)
                    .GroupBy(acl => (acl.Resource, acl.Name, acl.Pattern))
                    .OrderBy(g => g.Key.Resource).ThenBy(g => g.Key.Name, StringComparer.Ordinal)
                    .Select(g => new DescribeAclsResponse.DescribeAclsResource
                    {
                        ResourceType = (sbyte)g.Key.Resource,
                        ResourceName = g.Key.Name,
                        PatternType = (sbyte)g.Key.Pattern,
                        Acls =
                        [
                            .. g.Select(acl => new DescribeAclsResponse.AclDescription
                            {
                                Principal = acl.Principal,
                                Host = acl.Host,
                                Operation = (sbyte)acl.Operation,
                                PermissionType = (sbyte)acl.Permission,
                            }),
                        ],
                    }),
            ],
        };
    }
}

/// <summary>Adds access rules; a rule that is there already stays as it is.</summary>
internal sealed class CreateAclsHandler(MetadataStore store, Authorizer authorizer) : RequestHandler<CreateAclsRequest>
{
    protected override IMessage Handle(RequestContext context, CreateAclsRequest request)
    {
        if (AclAdministration.Refusal(context, authorizer, AclOperation.Alter) is { } refused)
        {
            return new CreateAclsResponse
            {
                Results = [.. request.Creations.Select(_ => Result(refused.Error, refused.Message))],
            };
        }

        var wanted = request.Creations.Select(ToBinding).ToList();
        var refusals = wanted.ConvertAll(AclRules.Refusal);
        var failure = store.TryChange(state => [.. wanted.Where((acl, i) => refusals[i] is null && !state.Acls.Contains(acl)).Distinct().Select(acl => new AclAdded(acl))]);
        return new CreateAclsResponse
        {
            Results =
            [
                .. refusals.Select(refusal => refusal is not null ? Result(ErrorCode.InvalidRequest, refusal)
                    : failure is not null ? Result(ErrorCode.KafkaStorageError, failure)
                    : Result(ErrorCode.None, null)),
            ],
        };
    }

    private static AclBinding ToBinding(CreateAclsRequest.AclCreation creation) => new(
        (ResourceType)creation.ResourceType, creation.ResourceName, (PatternType)creation.ResourcePatternType,
        creation.Principal, creation.Host, (AclOperation)creation.Operation, (AclPermission)creation.PermissionType);

    private static CreateAclsResponse.AclCreationResult Result(ErrorCode error, string? message) =>
        new() { ErrorCode = (short)error, ErrorMessage = message };
}

/// <summary>Removes the access rules that filters select, and answers which those were.</summary>
internal sealed class DeleteAclsHandler(MetadataStore store, Authorizer authorizer) : RequestHandler<DeleteAclsRequest>
{
    protected override IMessage Handle(RequestContext context, DeleteAclsRequest request)
    {
        if (AclAdministration.Refusal(context, authorizer, AclOperation.Alter) is { } refused)
        {
            return new DeleteAclsResponse { FilterResults = [.. request.Filters.Select(_ => Failed(refused.Error, refused.Message))] };
        }

        var filters = request.Filters.Select(ToFilter).ToList();
        var selected = new List<IReadOnlyList<AclBinding>>();
        var failure = store.TryChange(state =>
        {
            selected = filters.ConvertAll<IReadOnlyList<AclBinding>>(filter => filter.IsValid ? [.. state.Acls.Where(filter.Selects)] : []);
            return [.. selected.SelectMany(acls => acls).Distinct().Select(acl => new AclRemoved(acl))];
        });
        if (failure is not null)
        {
            return new DeleteAclsResponse { FilterResults = [.. request.Filters.Select(_ => Failed(ErrorCode.KafkaStorageError, failure))] };
        }

        return new DeleteAclsResponse
        {
            FilterResults =
            [
                .. filters.Select((filter, i) => filter.IsValid
                    ? new DeleteAclsResponse.DeleteAclsFilterResult { MatchingAcls = [.. selected[i].Select(Removed)] }
                    : Failed(ErrorCode.InvalidRequest, "The filter contains UNKNOWN elements.")),
            ],
        };
    }

    private static AclFilter ToFilter(DeleteAclsRequest.DeleteAclsFilter filter) => new(
        (ResourceType)filter.ResourceTypeFilter, filter.ResourceNameFilter, (PatternType)filter.PatternTypeFilter,
        filter.PrincipalFilter, filter.HostFilter, (AclOperation)filter.Operation, (AclPermission)filter.PermissionType);

    private static DeleteAclsResponse.DeleteAclsMatchingAcl Removed(AclBinding acl) => new()
    {
        ResourceType = (sbyte)acl.Resource,
        ResourceName = acl.Name,
        PatternType = (sbyte)acl.Pattern,
        Principal = acl.Principal,
        Host = acl.Host,
        Operation = (sbyte)acl.Operation,
        PermissionType = (sbyte)acl.Permission,
    };

    private static DeleteAclsResponse.DeleteAclsFilterResult Failed(ErrorCode error, string? message) =>
        new() { ErrorCode = (short)error, ErrorMessage = message };
}

/// <summary>Who may administer access rules.</summary>
internal static class AclAdministration
{
    public static (ErrorCode Error, string Message)? Refusal(RequestContext context, Authorizer authorizer, AclOperation operation)
    {
        if (!authorizer.IsEnabled)
        {
            return (ErrorCode.SecurityDisabled, "No Authorizer is configured.");
        }

        return authorizer.MayCluster(context, operation) ? null : (ErrorCode.ClusterAuthorizationFailed, "Cluster authorization failed.");
    }
}
