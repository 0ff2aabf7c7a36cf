using Pioneer.Embedded.Broker.Cluster;
using Pioneer.Embedded.Broker.Network;
using Pioneer.Kafka.Protocol;
using Pioneer.Embedded.Broker.Security;

namespace Pioneer.Embedded.Broker.Requests;

/// <summary>The names of entities and how filters match them; numbers are those of the wire.</summary>
internal static class QuotaWire
{
    public const string User = "user";
    public const string ClientId = "client-id";
    public const sbyte MatchExact = 0;
    public const sbyte MatchDefault = 1;
    public const sbyte MatchAny = 2;
}

/// <summary>Lists quotas.</summary>
internal sealed class DescribeClientQuotasHandler(MetadataStore store, Authorizer authorizer) : RequestHandler<DescribeClientQuotasRequest>
{
    protected override IMessage Handle(RequestContext context, DescribeClientQuotasRequest request)
    {
        if (!authorizer.MayCluster(context, AclOperation.DescribeConfigs))
        {
            return Failed(ErrorCode.ClusterAuthorizationFailed, "Cluster authorization failed.");
        }

        if (request.Components.Any(c => c.MatchType is not (QuotaWire.MatchExact or QuotaWire.MatchDefault or QuotaWire.MatchAny)))
        {
            return Failed(ErrorCode.InvalidRequest, "A filter has an unknown match type.");
        }

        return new DescribeClientQuotasResponse
        {
            Entries =
            [
                .. store.Current.Quotas.Where(q => Selects(request, q.Key)).Select(q => new DescribeClientQuotasResponse.EntryData
                {
                    Entity = [.. Parts(q.Key).Select(p => new DescribeClientQuotasResponse.EntityData { EntityType = p.Type, EntityName = p.Name })],
                    Values = [.. q.Value.Select(v => new DescribeClientQuotasResponse.ValueData { Key = v.Key, Value = v.Value })],
                }),
            ],
        };
    }

    private static DescribeClientQuotasResponse Failed(ErrorCode error, string message) =>
        new() { ErrorCode = (short)error, ErrorMessage = message, Entries = null };

    private static bool Selects(DescribeClientQuotasRequest request, QuotaEntity entity)
    {
        var parts = Parts(entity).ToDictionary(p => p.Type, p => p.Name, StringComparer.Ordinal);
        var matched = request.Components.All(c => parts.TryGetValue(c.EntityType, out var name) && (c.MatchType switch
        {
            QuotaWire.MatchExact => name is not null && name == c.Match,
            QuotaWire.MatchDefault => name is null,
            _ => true,
        }));
        return matched && (!request.Strict || parts.Count == request.Components.Count);
    }

    private static IEnumerable<(string Type, string? Name)> Parts(QuotaEntity entity)
    {
        if (entity.User is { } user)
        {
            yield return (QuotaWire.User, user == QuotaEntity.Default ? null : user);
        }

        if (entity.ClientId is { } client)
        {
            yield return (QuotaWire.ClientId, client == QuotaEntity.Default ? null : client);
        }
    }
}

/// <summary>Sets and removes byte rates of users and client ids. Other quotas are refused: they would not be enforced.</summary>
internal sealed class AlterClientQuotasHandler(MetadataStore store, Authorizer authorizer) : RequestHandler<AlterClientQuotasRequest>
{
    private static readonly string[] Keys = [ClientQuotas.KeyOf(QuotaKind.Produce), ClientQuotas.KeyOf(QuotaKind.Fetch)];

    protected override IMessage Handle(RequestContext context, AlterClientQuotasRequest request)
    {
        var allowed = authorizer.MayCluster(context, AclOperation.AlterConfigs);
        return new AlterClientQuotasResponse
        {
            Entries = [.. request.Entries.Select(entry => allowed
                ? Alter(entry, request.ValidateOnly)
                : Answer(entry, ErrorCode.ClusterAuthorizationFailed, "Cluster authorization failed."))],
        };
    }

    private AlterClientQuotasResponse.EntryData Alter(AlterClientQuotasRequest.EntryData entry, bool validateOnly)
    {
        if (Refusal(entry) is { } refusal)
        {
            return Answer(entry, ErrorCode.InvalidRequest, refusal);
        }

        var entity = new QuotaEntity(Part(entry, QuotaWire.User), Part(entry, QuotaWire.ClientId));
        var failure = validateOnly ? null : store.TryChange(_ => [.. entry.Ops.Select(op => new QuotaSet(entity, op.Key, op.Remove ? null : op.Value))]);
        return failure is null ? Answer(entry, ErrorCode.None, null) : Answer(entry, ErrorCode.KafkaStorageError, failure);
    }

    private static string? Part(AlterClientQuotasRequest.EntryData entry, string type) =>
        entry.Entity.Where(e => e.EntityType == type).Select(e => e.EntityName ?? QuotaEntity.Default).FirstOrDefault();

    private static string? Refusal(AlterClientQuotasRequest.EntryData entry)
    {
        if (entry.Entity.Count == 0 || entry.Entity.Any(e => e.EntityType is not (QuotaWire.User or QuotaWire.ClientId))
            || entry.Entity.DistinctBy(e => e.EntityType, StringComparer.Ordinal).Count() != entry.Entity.Count || entry.Entity.Any(e => e.EntityName?.Length == 0))
        {
            return "A quota binds a user, a client id, or one with the other.";
        }

        var unknown = entry.Ops.FirstOrDefault(op => !Keys.Contains(op.Key));
        if (unknown is not null)
        {
            return $"{unknown.Key} is not enforced by the embedded broker; {string.Join(" and ", Keys)} are.";
        }

        if (entry.Ops.FirstOrDefault(op => !op.Remove && op.Value != Math.Floor(op.Value)) is { } fraction)
        {
            return $"{fraction.Key} cannot be a fractional value.";
        }

        return entry.Ops.Any(op => !op.Remove && !(op.Value > 0)) ? "A byte rate must be above 0." : null;
    }

    private static AlterClientQuotasResponse.EntryData Answer(AlterClientQuotasRequest.EntryData entry, ErrorCode error, string? message) => new()
    {
        ErrorCode = (short)error,
        ErrorMessage = message,
        Entity = [.. entry.Entity.Select(e => new AlterClientQuotasResponse.EntityData { EntityType = e.EntityType, EntityName = e.EntityName })],
    };
}
