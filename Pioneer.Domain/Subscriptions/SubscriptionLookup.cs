using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Subscriptions;

/// <summary>Finds a subscription by tenant and name for someone who may author there.</summary>
internal static class SubscriptionLookup
{
    public static async Task<Result<(Tenant Tenant, Subscription Subscription)>> FindSubscriptionAsync(
        this PioneerDbContext db, Actor actor, string slug, string name, CancellationToken cancellationToken)
    {
        var found = await db.FindActiveTenantAsync(actor, slug, TenantPermission.Author, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var subscription = await db.Subscriptions.Include(row => row.Versions).SingleOrDefaultAsync(
            row => row.TenantId == found.Value.Id && row.Name == name && row.State != SubscriptionState.Deleted, cancellationToken);
        return subscription is null ? SubscriptionErrors.NotFound(name) : (found.Value, subscription);
    }

    public static string Topic(Tenant tenant, Subscription subscription) => TopicNames.Delivery(tenant.Slug, subscription.Name);
}
