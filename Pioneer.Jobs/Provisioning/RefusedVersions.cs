using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Operations;

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

            var refused = row.Versions.Single(version => version.Number == row.CurrentVersion);
            told[row.Id] = $"{Beginning(row, refused)} {error.Message} Version {earlier.Number} goes on as it was. {error.Hint}";
            row.State = await WasPausedAsync(db, refused, ct) ? SubscriptionState.Paused : SubscriptionState.Deploying;
            row.CurrentVersion = earlier.Number;
            row.Error = PlatformWords.ForTenant(tenant, told[row.Id]);
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

    /// <summary>
    /// What to tell where an earlier attempt of this operation gave its version up and was interrupted before it could say so; null where none did. The wanted
    /// version is then an older one than the newest, which nothing but giving up makes it.
    /// </summary>
    public async Task<ImmutableDictionary<SubscriptionId, string>?> ToldBeforeAsync(OperationRun run, CancellationToken ct)
    {
        if (run is not { Kind: OperationKind.ApplySubscription, Attempt: > 1 } || !SubscriptionId.TryParse(run.Target, null, out var id))
        {
            return null;
        }

        await using var db = await contexts.CreateDbContextAsync(ct);
        var row = await db.Subscriptions.AsNoTracking().Include(row => row.Versions).SingleOrDefaultAsync(row => row.Id == id, ct);
        if (row?.Versions.MaxBy(version => version.Number) is not { DeployedAt: null } newest || newest.Number == row.CurrentVersion
            || await DeployedByAsync(db, newest, ct) != run.Id)
        {
            return null;
        }

        var beginning = Beginning(row, newest);
        var reason = row.Error?.StartsWith(beginning, StringComparison.Ordinal) is true
            ? row.Error
            : $"{beginning} ksqlDB does not take its query. Version {row.CurrentVersion} goes on as it was. Change the query and deploy it again.";
        return ImmutableDictionary<SubscriptionId, string>.Empty.Add(id, reason);
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

    private static string Beginning(Subscription row, SubscriptionVersion refused) => $"Version {refused.Number} of '{row.Name}' was not deployed.";

    /// <summary>Whether the subscription was paused on purpose when the version was deployed: the audit log has it.</summary>
    private static async Task<bool> WasPausedAsync(PioneerDbContext db, SubscriptionVersion version, CancellationToken ct)
    {
        var operation = await DeployedByAsync(db, version, ct);
        var before = await db.AuditEntries.Where(entry => entry.OperationId != null && entry.OperationId == operation && entry.Before != null).Select(entry => entry.Before).FirstOrDefaultAsync(ct);
        if (before is null)
        {
            return false;
        }

        using var json = JsonDocument.Parse(before);
        return json.RootElement.TryGetProperty(nameof(Subscription.State), out var state) && state.GetString() == nameof(SubscriptionState.Paused);
    }

    /// <summary>The operation that was asked for together with the version: the first one after it; null where it is not there any more.</summary>
    private static async Task<OperationId?> DeployedByAsync(PioneerDbContext db, SubscriptionVersion version, CancellationToken ct)
    {
        var target = version.SubscriptionId.ToString();
        return (await db.Operations.AsNoTracking()
            .Where(row => row.Kind == OperationKind.ApplySubscription && row.Target == target && row.RequestedAt >= version.CreatedAt)
            .OrderBy(row => row.RequestedAt).FirstOrDefaultAsync(ct))?.Id;
    }
}
