using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Recovery;
using Pioneer.Domain.Tenants;

namespace Pioneer.Portal.Features.Recovery;

/// <summary>An incident with its timeline and the tenants it touches (what the person sees of them), and its last playbook run.</summary>
/// <param name="Run">Without its steps for those who do not see the platform: steps name whatever they worked on, of any tenant.</param>
/// <param name="SeesPlatform">Whether the person sees all tenants, and so the steps.</param>
public sealed record IncidentView(Incident Incident, IReadOnlyDictionary<TenantId, string> Slugs, PlaybookRun? Run, bool SeesPlatform);

/// <summary>One incident as the list shows it.</summary>
/// <param name="Tenants">How many tenants it touches, of those that the person sees.</param>
/// <param name="Losing">How many of them lost records or have to be seeded again.</param>
public sealed record IncidentLine(
    IncidentId Id, string Title, string Scenario, bool IsDrill, IncidentState State, DateTimeOffset DetectedAt, DateTimeOffset? DeliveredAgainAt, int Tenants, int Losing);

/// <summary>One page of incidents and how many there are in all.</summary>
public sealed record IncidentList(IReadOnlyList<IncidentLine> Rows, int Total);

/// <summary>Reads incidents within the tenant scope of the circuit.</summary>
public sealed class RecoveryViews(IDbContextFactory<PioneerDbContext> databases, ITenantScope scope)
{
    public const int PageSize = 50;

    /// <summary>One page of incidents with this in their title or subject: those with losses first, then the newest. Pages are 1-based.</summary>
    public async Task<IncidentList> ListAsync(string? text, bool openOnly, int page, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var rows = database.Incidents.AsNoTracking();
        if (!scope.Current.IsAll)
        {
            rows = rows.Where(i => i.Tenants.Any());
        }

        if (openOnly)
        {
            rows = rows.Where(i => i.State != IncidentState.Closed);
        }

        if (!string.IsNullOrWhiteSpace(text))
        {
            var term = text.Trim();
            rows = rows.Where(i => i.Title.Contains(term) || i.Subject.Contains(term));
        }

        var total = await rows.CountAsync(cancellationToken);
        var lines = await rows.OrderByDescending(i => i.Tenants.Any(t => t.Verdict == Verdict.Lost || t.Verdict == Verdict.ReseedNeeded))
            .ThenByDescending(i => i.DetectedAt).ThenBy(i => i.Id).Skip((page - 1) * PageSize).Take(PageSize)
            .Select(i => new IncidentLine(
                i.Id, i.Title, i.Scenario, i.IsDrill, i.State, i.DetectedAt, i.DeliveredAgainAt, i.Tenants.Count,
                i.Tenants.Count(t => t.Verdict == Verdict.Lost || t.Verdict == Verdict.ReseedNeeded))).ToListAsync(cancellationToken);
        return new IncidentList(lines, total);
    }

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
        var seesPlatform = scope.Current.IsAll;
        if (!seesPlatform)
        {
            incident.WithholdReason();
        }

        var runs = database.PlaybookRuns.AsNoTracking();
        var run = await (seesPlatform ? runs.Include(r => r.Steps) : runs)
            .Where(r => r.IncidentId == incident.Id || (r.Scenario == incident.Scenario && r.Subject == incident.Subject && r.RequestedAt <= incident.DetectedAt && r.IsDrill))
            .OrderByDescending(r => r.RequestedAt).FirstOrDefaultAsync(cancellationToken);
        return new IncidentView(incident, slugs, run, seesPlatform);
    }
}
