using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Seeding;

/// <summary>A seed job in a list, with its last run.</summary>
public sealed record SeedJobRow(
    SeedJobId Id, string Tenant, string Name, string Subscription, SeedLayer Layer, int? MaxRowsPerSecond, bool Enabled,
    SeedRunId? LastRun, SeedRunState? LastState, DateTimeOffset CreatedAt, string CreatedBy);

/// <summary>A seed run with its progress.</summary>
public sealed record SeedRunRow(
    SeedRunId Id, string Tenant, SeedJobId JobId, string Job, string Subscription, SeedRunState State, int Attempt, long Rows, long? RowsExpected,
    double RowsPerSecond, int ChunksDone, int ChunksTotal, string? Certificate, string? Error, OperationId? OperationId, DateTimeOffset RequestedAt,
    string RequestedBy, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt);

/// <summary>One page of runs and how many there are in all.</summary>
public sealed record SeedRunList(IReadOnlyList<SeedRunRow> Rows, int Total);

/// <summary>Seed jobs and their runs, of one tenant or of all that the actor sees.</summary>
public sealed class SeedQueries(IDbContextFactory<PioneerDbContext> contexts)
{
    public async Task<Result<IReadOnlyList<SeedJobRow>>> JobsAsync(Actor actor, string? slug, Window window, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var jobs = db.SeedJobs.AsNoTracking().Visible(actor, row => row.TenantId).Where(row => row.Enabled);
        if (slug is not null)
        {
            var found = await db.FindTenantAsync(actor, slug, TenantPermission.View, cancellationToken);
            if (found.IsFailure)
            {
                return found.Error;
            }

            var id = found.Value.Id;
            jobs = jobs.Where(row => row.TenantId == id);
        }

        return await (from job in jobs
                      join tenant in db.Tenants on job.TenantId equals tenant.Id
                      join subscription in db.Subscriptions on job.SubscriptionId equals subscription.Id
                      let last = db.SeedRuns.Where(run => run.SeedJobId == job.Id).OrderByDescending(run => run.RequestedAt).FirstOrDefault()
                      orderby tenant.Slug, job.Name
                      select new SeedJobRow(
                          job.Id, (string)(object)tenant.Slug, job.Name, subscription.Name, job.Layer, job.MaxRowsPerSecond, job.Enabled,
                          last == null ? null : last.Id, last == null ? null : last.State, job.CreatedAt, job.CreatedBy))
            .Skip(window.Skip).Take(window.Take).ToListAsync(cancellationToken);
    }

    /// <summary>Runs, newest first; of one job when <paramref name="job"/> is given.</summary>
    public async Task<Result<IReadOnlyList<SeedRunRow>>> RunsAsync(
        Actor actor, string? slug, SeedJobId? job, Window window, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var (runs, error) = await RunsOfAsync(db, actor, slug, cancellationToken);
        if (error is not null)
        {
            return error;
        }

        if (job is { } wanted)
        {
            runs = runs.Where(row => row.SeedJobId == wanted);
        }

        return await Select(db, runs.OrderByDescending(row => row.RequestedAt).ThenBy(row => row.Id).Skip(window.Skip).Take(window.Take)).ToListAsync(cancellationToken);
    }

    /// <summary>One page of the runs, newest first; pages are 1-based.</summary>
    public async Task<Result<SeedRunList>> RunPageAsync(Actor actor, string? slug, int page, int pageSize, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var (runs, error) = await RunsOfAsync(db, actor, slug, cancellationToken);
        if (error is not null)
        {
            return error;
        }

        var total = await runs.CountAsync(cancellationToken);
        var rows = runs.OrderByDescending(row => row.RequestedAt).Skip((page - 1) * pageSize).Take(pageSize);
        return new SeedRunList(await Select(db, rows).ToListAsync(cancellationToken), total);
    }

    public async Task<Result<SeedRunRow>> RunAsync(Actor actor, SeedRunId id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var row = await Select(db, db.SeedRuns.AsNoTracking().Visible(actor, run => run.TenantId).Where(run => run.Id == id))
            .SingleOrDefaultAsync(cancellationToken);
        return row is null ? Error.NotFound("SeedRun", id.ToString()) : row;
    }

    /// <summary>The last run over a subscription that came to its end: what the next one may be expected to take. Null where there was none.</summary>
    public async Task<SeedRunRow?> LastDoneAsync(Actor actor, string slug, string subscription, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var (runs, error) = await RunsOfAsync(db, actor, slug, cancellationToken);
        return error is not null
            ? null
            : await Select(db, runs.Where(run => run.State == SeedRunState.Done && db.Subscriptions.Any(row => row.Id == run.SubscriptionId && row.Name == subscription)))
                .FirstOrDefaultAsync(cancellationToken);
    }

    private static async Task<(IQueryable<SeedRun> Runs, Error? Error)> RunsOfAsync(
        PioneerDbContext db, Actor actor, string? slug, CancellationToken cancellationToken)
    {
        var runs = db.SeedRuns.AsNoTracking().Visible(actor, row => row.TenantId);
        if (slug is null)
        {
            return (runs, null);
        }

        var found = await db.FindTenantAsync(actor, slug, TenantPermission.View, cancellationToken);
        if (found.IsFailure)
        {
            return (runs, found.Error);
        }

        var id = found.Value.Id;
        return (runs.Where(row => row.TenantId == id), null);
    }

    private static IQueryable<SeedRunRow> Select(PioneerDbContext db, IQueryable<SeedRun> runs) =>
        from run in runs
        join tenant in db.Tenants on run.TenantId equals tenant.Id
        join job in db.SeedJobs on run.SeedJobId equals job.Id
        join subscription in db.Subscriptions on run.SubscriptionId equals subscription.Id
        orderby run.RequestedAt descending
        select new SeedRunRow(
            run.Id, (string)(object)tenant.Slug, job.Id, job.Name, subscription.Name, run.State, run.Attempt, run.Rows, run.RowsExpected, run.RowsPerSecond,
            run.ChunksDone, run.ChunksTotal, run.Certificate, run.Error, run.OperationId, run.RequestedAt, run.RequestedBy, run.StartedAt, run.FinishedAt);
}
