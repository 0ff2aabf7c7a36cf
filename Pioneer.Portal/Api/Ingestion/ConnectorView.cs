using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Recovery;

namespace Pioneer.Portal.Api.Ingestion;

/// <summary>A connector that is wanted, with how it fares.</summary>
public sealed record ConnectorView(string Name, string Tenant, string Feed, FeedKind Kind, string Source, bool Paused, ConnectorHealth Health)
{
    internal static ConnectorView Of(ConnectorRow row, PlatformPicture picture, Actor actor)
    {
        var health = ConnectorHealth.Of(picture, row.Name, row.Source);
        return new(row.Name, row.Tenant, row.Feed, row.Kind, row.Source, row.Paused, actor.Scope.IsAll ? health : health.ForTenants());
    }
}
