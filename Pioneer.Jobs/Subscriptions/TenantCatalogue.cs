using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Sandbox;
using Pioneer.Ksql.Types;

namespace Pioneer.Jobs.Subscriptions;

/// <summary>A tenant's streams as the language knows them.</summary>
public static class TenantCatalogue
{
    public static Catalogue Of(IEnumerable<TenantStream> streams) => new([.. streams.Select(stream => new Relation(
        stream.Name,
        RelationKind.Stream,
        stream.Topic,
        new RelationSchema([.. stream.Columns.Select(column =>
            new Column(column.Name, SqlType.Parse(column.Type), column.IsKey ? ColumnRole.Key : ColumnRole.Value))]),
        stream.Origin == TenantStreamOrigin.Feed ? RelationOrigin.Feed : RelationOrigin.Subscription))]);

    public static SandboxTenant SandboxTenant(TenantSlug slug) => new(slug.Value, KsqlNames.Prefix(slug));
}
