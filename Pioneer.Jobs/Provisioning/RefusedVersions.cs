using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;

namespace Pioneer.Jobs.Provisioning;

/// <summary>
/// What becomes of a version that ksqlDB does not take: the version that delivered before it is wanted again, so that the same operation leaves it running, and
/// the refused one stays in the history as never deployed.
/// </summary>
public sealed class RefusedVersions(IDbContextFactory<PioneerDbContext> contexts)
{
    private const string Code = "VersionRefused";

    /// <summary>ksqlDB's own words for why it does not take a query.</summary>
    internal static Error Refusal(string words) => Error.Conflict(Code, $"ksqlDB does not take the query: {words.TrimEnd('.')}.", "Change the query and deploy it again.");

    /// <summary>
    /// Wants the earlier versions again of whatever was refused among the failures, and returns what to tell of each; null where nothing was refused, or
    /// nothing ran before.
    /// </summary>
    public async Task<ImmutableDictionary<SubscriptionId, string>?> GiveUpAsync(TenantSlug tenant, IEnumerable<FailedChange> failures, CancellationToken ct)
    {
        var told = ImmutableDictionary.CreateBuilder<SubscriptionId, string>();
        await using var db = await contexts.CreateDbContextAsync(ct);
        foreach (var (change, error) in failures.Where(failure => failure.Error.Code == Code).Select(failure => (failure.Change as KsqlQueryChange, failure.Error)))
        {
            var queryId = change?.Action is QueryAction.Start ? change.QueryId : change?.Successor?.QueryId;
            var row = await db.Subscriptions.Include(row => row.Versions)
                .Where(row => row.HeldBy == null && db.Tenants.Any(owner => owner.Id == row.TenantId && owner.Slug == tenant)
                    && row.Versions.Any(version => version.QueryId == queryId && version.Number == row.CurrentVersion && version.DeployedAt == null))
                .SingleOrDefaultAsync(ct);
            if (row?.State is not (SubscriptionState.Deploying or SubscriptionState.Failed)
                || row.Versions.Where(version => version.DeployedAt is not null).MaxBy(version => version.Number) is not { } earlier)
            {
                continue;
            }

            told[row.Id] = $"Version {row.CurrentVersion} of '{row.Name}' was not deployed. {error.Message} Version {earlier.Number} goes on as it was. {error.Hint}";
            row.CurrentVersion = earlier.Number;
            row.State = change!.WasPaused ? SubscriptionState.Paused : SubscriptionState.Deploying;
        }

        if (told.Count == 0)
        {
            return null;
        }

        try
        {
            await db.SaveChangesAsync(ct);
            return told.ToImmutable();
        }
        catch (DbUpdateConcurrencyException)
        {
            // somebody deploys another version; its own operation follows
            return null;
        }
    }

    /// <summary>Writes on each subscription what became of its version, once the earlier one runs.</summary>
    public async Task TellAsync(TenantSlug tenant, ImmutableDictionary<SubscriptionId, string> told, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        foreach (var (id, text) in told)
        {
            var shown = PlatformWords.ForTenant(tenant, text);
            await db.Subscriptions.Where(row => row.Id == id).ExecuteUpdateAsync(
                set => set.SetProperty(row => row.Error, shown).SetProperty(row => row.Revision, row => row.Revision + 1), ct);
        }
    }
}
