using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Recovery;

namespace Pioneer.Jobs.Recovery;

/// <summary>
/// The incidents that are not closed, within what the context may see: the most important ones whole, all of them counted, and for each tenant the one that
/// speaks for it. Five queries and at most <see cref="RecoveryStatus.MaxOpenIncidents"/> incidents, however many are open: a platform that falls over opens
/// thousands at once, and that is when the status is asked for most.
/// </summary>
internal sealed record OpenIncidents(ImmutableArray<Incident> MostImportant, int Total, ImmutableDictionary<TenantId, TenantIncident> WorstOfTenant)
{
    /// <param name="seesPlatform">Also takes the incidents that touch no tenant at all; a tenant's people see those of their tenants only.</param>
    public static async Task<OpenIncidents> ReadAsync(PioneerDbContext db, bool seesPlatform, CancellationToken ct)
    {
        var open = db.Incidents.AsNoTracking().Where(incident => incident.State != IncidentState.Closed);
        var visible = seesPlatform ? open : open.Where(incident => incident.Tenants.Any());
        var total = await visible.CountAsync(ct);
        if (total == 0)
        {
            return new OpenIncidents([], 0, ImmutableDictionary<TenantId, TenantIncident>.Empty);
        }

        // split: tenants times timeline of the incident that touches everybody would be one very long answer
        var important = await visible
            .OrderByDescending(incident => incident.Tenants.Any(affected => affected.Verdict == Verdict.Lost || affected.Verdict == Verdict.ReseedNeeded))
            .ThenByDescending(incident => incident.DetectedAt).ThenBy(incident => incident.Id)
            .Take(RecoveryStatus.MaxOpenIncidents).Include(incident => incident.Tenants).Include(incident => incident.Timeline).AsSplitQuery().ToListAsync(ct);
        if (!seesPlatform)
        {
            important.ForEach(incident => incident.WithholdReason());
        }

        var touching =
            from affected in db.IncidentTenants.AsNoTracking()
            join incident in open on affected.IncidentId equals incident.Id
            select new TenantIncident
            {
                Tenant = affected.TenantId,
                IsLost = affected.Verdict == Verdict.Lost || affected.Verdict == Verdict.ReseedNeeded,
                Explanation = affected.Explanation,
                Title = incident.Title,
                Reason = seesPlatform ? incident.Reason : "",
                DetectedAt = incident.DetectedAt,
            };
        var worst = await touching.GroupBy(row => row.Tenant)
            .Select(rows => rows.OrderByDescending(row => row.IsLost).ThenByDescending(row => row.DetectedAt).First()).ToListAsync(ct);
        return new OpenIncidents([.. important], total, worst.ToImmutableDictionary(row => row.Tenant));
    }
}

/// <summary>What one open incident means for one tenant.</summary>
internal sealed class TenantIncident
{
    public required TenantId Tenant { get; init; }

    /// <summary>Records were lost or have to be seeded again.</summary>
    public required bool IsLost { get; init; }

    public required string Explanation { get; init; }

    public required string Title { get; init; }

    public required string Reason { get; init; }

    public required DateTimeOffset DetectedAt { get; init; }
}
