using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Recovery;

/// <summary>A playbook run with its steps, and its incident once there is one.</summary>
public sealed record PlaybookRunDetail(PlaybookRun Run, Incident? Incident);

/// <summary>Playbook runs and incidents, for those who may see the platform.</summary>
public sealed class PlaybookRunQueries(IDbContextFactory<PioneerDbContext> contexts)
{
    private const int MaxRuns = 50;

    /// <summary>One run with its steps in their order and the incident that it works or worked on.</summary>
    public async Task<Result<PlaybookRunDetail>> GetAsync(Actor actor, PlaybookRunId id, CancellationToken cancellationToken)
    {
        var allowed = TenantAuthorisation.RequirePlatform(actor, PlatformPermission.View);
        if (allowed.IsFailure)
        {
            return allowed.Error;
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var run = await db.PlaybookRuns.AsNoTracking().Include(row => row.Steps.OrderBy(step => step.Ordinal))
            .SingleOrDefaultAsync(row => row.Id == id, cancellationToken);
        if (run is null)
        {
            return Error.NotFound("PlaybookRun", id.ToString());
        }

        var incident = await db.Incidents.AsNoTracking().Include(row => row.Tenants).Include(row => row.Timeline)
            .Where(row => row.Id == run.IncidentId
                || (row.Scenario == run.Scenario && row.Subject == run.Subject && row.DetectedAt >= run.RequestedAt))
            .OrderBy(row => row.DetectedAt).FirstOrDefaultAsync(cancellationToken);
        return new PlaybookRunDetail(run, incident);
    }

    /// <summary>The newest runs, drills included.</summary>
    public async Task<Result<IReadOnlyList<PlaybookRun>>> LatestAsync(Actor actor, CancellationToken cancellationToken)
    {
        var allowed = TenantAuthorisation.RequirePlatform(actor, PlatformPermission.View);
        if (allowed.IsFailure)
        {
            return allowed.Error;
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.PlaybookRuns.AsNoTracking().Include(row => row.Steps.OrderBy(step => step.Ordinal))
            .OrderByDescending(row => row.RequestedAt).Take(MaxRuns).ToListAsync(cancellationToken);
    }
}
