using Microsoft.Extensions.Options;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Subscriptions;

/// <summary>What a query would take of the platform once it is deployed.</summary>
/// <param name="Queries">Persistent queries in ksqlDB.</param>
/// <param name="Tasks">Stream tasks: one for each partition of the topic that it reads.</param>
/// <param name="Topics">New topics.</param>
/// <param name="Partitions">Their partitions, replicas not counted.</param>
public sealed record QueryCost(int Queries, int Tasks, int Topics, int Partitions);

/// <summary>Tells the cost of a query from what it reads and from the wanted state of its tenant, the same that plans are made from; asks no cluster.</summary>
public sealed class QueryCosts(DesiredStateBuilder builder, IOptions<ProvisioningOptions> options)
{
    /// <summary>Null where the tenant has no such topic.</summary>
    public async Task<QueryCost?> OfAsync(TenantSlug tenant, string sourceTopic, CancellationToken cancellationToken) =>
        await builder.LoadAsync(tenant, cancellationToken) is { } wanted
        && TenantDesiredState.PartitionsOf(wanted, options.Value, sourceTopic) is { } partitions
            ? new QueryCost(Queries: 1, partitions.Source, Topics: 1, partitions.Delivery)
            : null;
}
