using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.KsqlDb;
using Pioneer.Jobs.Provisioning;
using Pioneer.Ksql.Sandbox;

namespace Pioneer.Jobs.Subscriptions;

/// <summary>Limits of one preview. Values outside the bounds are brought to them.</summary>
/// <param name="MaxRows">1 to 1000.</param>
/// <param name="MaxSeconds">1 to 300.</param>
/// <param name="FromBeginning">Rows that are there already come first; otherwise only those made from now on.</param>
public sealed record PreviewLimits(int MaxRows = 100, int MaxSeconds = 30, bool FromBeginning = true)
{
    public PreviewLimits Bounded() => this with { MaxRows = Math.Clamp(MaxRows, 1, 1000), MaxSeconds = Math.Clamp(MaxSeconds, 1, 300) };
}

/// <summary>
/// Runs a tenant's query for a look: checked by the sandbox, sent as a push query to the tenant's own ksqlDB service, so that the brokers' rights
/// hold too, and ended on the server when the caps are reached or the reader goes away.
/// </summary>
public sealed class PreviewService(
    IDbContextFactory<PioneerDbContext> database, TenantSandbox sandbox, KsqlServiceUrls urls, KsqlDbClient ksql, TimeProvider time)
{
    /// <summary>Starts a preview; the caller disposes it. A refused query is <see cref="QueryRefused"/> with its diagnostics.</summary>
    public async Task<Result<PreviewRun>> StartAsync(Actor actor, string slug, string sql, PreviewLimits limits, CancellationToken ct)
    {
        var bounded = limits.Bounded();
        var properties = new Dictionary<string, string> { ["auto.offset.reset"] = bounded.FromBeginning ? "earliest" : "latest" };
        var verdict = await sandbox.CheckAsync(actor, slug, sql, properties, SandboxMode.Preview, null, ct);
        if (verdict.IsFailure)
        {
            return verdict.Error;
        }

        if (!verdict.Value.Valid || verdict.Value.Statements is not [{ Rewritten.Length: > 0 } statement])
        {
            return SubscriptionErrors.NotDeployable(verdict.Value.Diagnostics) with { Code = "QueryRefused" };
        }

        var tenant = await TenantAsync(slug, ct);
        if (tenant is null)
        {
            return TenantErrors.NotFound(slug);
        }

        if (!TenantAuthorisation.Allows(actor, tenant.Id, TenantPermission.Author))
        {
            return TenantAuthorisation.Require(actor, tenant, TenantPermission.Author).Error!;
        }

        if (tenant.State != TenantState.Active)
        {
            return TenantErrors.NotActive(tenant.Slug, tenant.State);
        }

        try
        {
            await urls.RefreshAsync(ct);
            var query = await ksql.OpenQueryAsync(KsqlNames.ServiceId(tenant), statement.Rewritten, properties, ct);
            return new PreviewRun(query, bounded, time, error => PlatformWords.For(actor, tenant.Slug, error));
        }
        catch (Exception failure) when (PlatformErrors.Covers(failure))
        {
            return PlatformWords.For(actor, tenant.Slug, PlatformErrors.From(failure));
        }
    }

    private async Task<Tenant?> TenantAsync(string slug, CancellationToken ct)
    {
        var parsed = TenantSlug.Create(slug);
        if (parsed.IsFailure)
        {
            return null;
        }

        await using var db = await database.CreateDbContextAsync(ct);
        return await db.Tenants.AsNoTracking().SingleOrDefaultAsync(row => row.Slug == parsed.Value, ct);
    }
}
