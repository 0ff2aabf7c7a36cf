using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Recovery;
using Pioneer.Domain.Tenants;

namespace Pioneer.Portal.Features.Recovery;

/// <summary>An incident with its timeline, the tenants it touches (those that the person sees) and its last playbook run.</summary>
public sealed record IncidentView(Incident Incident, IReadOnlyDictionary<TenantId, string> Slugs, PlaybookRun? Run);

/// <summary>Reads incidents within the tenant scope of the circuit.</summary>
public sealed class RecoveryViews(IDbContextFactory<PioneerDbContext> databases, ITenantScope scope)
{
    /// <summary>Null for one that is not there or touches nobody whom the person sees.</summary>
    public async Task<IncidentView?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var wanted = new IncidentId(id);
        return await ReadAsync(database, database.Incidents.Where(i => i.Id == wanted), cancellationToken);
    }

    /// <summary>Closed and open ones, newest first.</summary>
    public async Task<IReadOnlyList<Incident>> LatestAsync(int limit, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Incidents.AsNoTracking().Include(i => i.Tenants).OrderByDescending(i => i.DetectedAt).Take(limit).ToListAsync(cancellationToken);
    }

    private async Task<IncidentView?> ReadAsync(PioneerDbContext database, IQueryable<Incident> incidents, CancellationToken cancellationToken)
    {
        var incident = await incidents.AsNoTracking().Include(i => i.Tenants).Include(i => i.Timeline).FirstOrDefaultAsync(cancellationToken);
        if (incident is null || (!scope.Current.IsAll && incident.Tenants.Count == 0))
        {
            return null;
        }

        var ids = incident.Tenants.Select(t => t.TenantId).ToList();
        var slugs = await database.Tenants.AsNoTracking().Where(t => ids.Contains(t.Id)).ToDictionaryAsync(t => t.Id, t => t.Slug.Value, cancellationToken);
        var run = await database.PlaybookRuns.AsNoTracking().Include(r => r.Steps)
            .Where(r => r.IncidentId == incident.Id || (r.Scenario == incident.Scenario && r.Subject == incident.Subject && r.RequestedAt <= incident.DetectedAt && r.IsDrill))
            .OrderByDescending(r => r.RequestedAt).FirstOrDefaultAsync(cancellationToken);
        return new IncidentView(incident, slugs, run);
    }
}
