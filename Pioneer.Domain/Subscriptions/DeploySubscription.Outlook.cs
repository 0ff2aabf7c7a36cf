using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Subscriptions;

// What a version would mean, before anything is saved.
public sealed partial class DeploySubscription
{
    /// <summary>What a text would mean as the next version of a subscription.</summary>
    public Task<Result<UpgradeOutlook>> OutlookAsync(Actor actor, string slug, string name, string? sql, CancellationToken cancellationToken) =>
        CompareAsync(actor, slug, name, _ => sql ?? "", cancellationToken);

    /// <summary>What an earlier version would mean as the next one; null is the one before.</summary>
    public Task<Result<UpgradeOutlook>> RollbackOutlookAsync(Actor actor, string slug, string name, int? version, CancellationToken cancellationToken) =>
        CompareAsync(actor, slug, name, subscription => TextOf(Earlier(subscription, version)), cancellationToken);

    private static Result<string> TextOf(Result<SubscriptionVersion> version) => version.IsFailure ? version.Error : version.Value.Sql;

    private async Task<Result<UpgradeOutlook>> CompareAsync(
        Actor actor, string slug, string name, Func<Subscription, Result<string>> textOf, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await FindIdleAsync(db, actor, slug, name, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var (tenant, subscription) = found.Value;
        var sql = textOf(subscription);
        if (sql.IsFailure)
        {
            return sql.Error;
        }

        var compiled = Compile(tenant, subscription.Name, sql.Value, await TenantStreams.ListAsync(db, tenant, cancellationToken));
        if (compiled.IsFailure)
        {
            return compiled.Error;
        }

        var next = compiled.Value;
        var seedable = (await SeedabilityOfVersions.ReadAsync(db, cancellationToken)).Of(next.SourceTopic, next.Seedability, next.SeedabilityReasons);
        return UpgradeOutlook.Of(subscription, NextNumber(subscription), next, seedable);
    }
}
