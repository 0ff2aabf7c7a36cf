using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Sandbox;
using Pioneer.Ksql.Types;

namespace Pioneer.Domain.Subscriptions;

/// <summary>A tenant's streams as the language knows them: for the sandbox, completion and diagnostics.</summary>
public static class TenantCatalogue
{
    public static Catalogue Of(IEnumerable<TenantStream> streams) => new([.. streams.Select(RelationOf)]);

    public static SandboxTenant SandboxTenant(TenantSlug tenant) => new(tenant.Value, KsqlNames.Prefix(tenant));

    private static Relation RelationOf(TenantStream stream) => new(
        stream.Name,
        RelationKind.Stream,
        stream.Topic,
        new RelationSchema([.. stream.Columns.Select(column => new Column(column.Name, SqlType.Parse(column.Type), column.IsKey ? ColumnRole.Key : ColumnRole.Value))]),
        stream.Origin is TenantStreamOrigin.Feed ? RelationOrigin.Feed : RelationOrigin.Subscription)
    {
        Reads = stream.Reads,
        KeepsState = stream.KeepsState,
    };
}
