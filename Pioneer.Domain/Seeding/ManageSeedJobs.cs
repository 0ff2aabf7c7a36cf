using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Seeding;

/// <summary>What a person says about a seed job.</summary>
public sealed record SeedJobRequest(
    string? Name, string? Subscription, SeedLayer Layer, string? Cron = null, string? TimeZone = null, int? MaxRowsPerSecond = null);

/// <summary>A run that was asked for.</summary>
public sealed record SeedRunRequested(SeedRunId Run, OperationId Operation);

/// <summary>Defines seed jobs and asks for runs. What cannot be promised is refused here, with the reason.</summary>
public sealed class ManageSeedJobs(IDbContextFactory<PioneerDbContext> contexts, WorkRecorder work)
{
    private static readonly SeedRunState[] Ended = [SeedRunState.Done, SeedRunState.Failed, SeedRunState.Cancelled];

    public async Task<Result<SeedJobId>> DefineAsync(Actor actor, string slug, SeedJobRequest request, CancellationToken cancellationToken)
    {
        var name = ResourceNames.Check("seed job", request.Name);
        if (name.IsFailure)
        {
            return name.Error;
        }

        var valid = Validate(request);
        if (valid.IsFailure)
        {
            return valid.Error;
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await db.FindSubscriptionAsync(actor, slug, request.Subscription ?? "", cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var (tenant, subscription) = found.Value;
        var seedable = await RequireSeedableAsync(db, tenant, subscription, cancellationToken);
        if (seedable.IsFailure)
        {
            return seedable.Error;
        }

        var job = new SeedJob
        {
            Id = work.NextId<SeedJobId>(),
            TenantId = tenant.Id,
            SubscriptionId = subscription.Id,
            Name = name.Value,
            Layer = request.Layer,
            MaxRowsPerSecond = request.MaxRowsPerSecond,
            CreatedAt = work.Now,
            CreatedBy = actor.Name,
        };
        db.SeedJobs.Add(job);
        work.Audit(db, actor, "SeedJobDefined", new AuditSubject("seed-job", $"{slug}/{job.Name}", tenant.Id), after: request);
        var saved = await WorkRecorder.SaveAsync(db, NameTaken(job.Name), cancellationToken);
        return saved.IsFailure ? saved.Error : job.Id;
    }

    /// <summary>Gives a job another name or rate; not while one of its runs is under way.</summary>
    public async Task<Result> ChangeAsync(Actor actor, string slug, SeedJobId id, string? name, int? maxRowsPerSecond, CancellationToken cancellationToken)
    {
        var valid = ResourceNames.Check("seed job", name);
        var rate = CheckRate(maxRowsPerSecond);
        if (valid.IsFailure || rate.IsFailure)
        {
            return valid.Error ?? rate.Error!;
        }

        return await AlterAsync(actor, slug, id, (db, job) =>
        {
            var before = new { job.Name, job.MaxRowsPerSecond };
            (job.Name, job.MaxRowsPerSecond) = (valid.Value, maxRowsPerSecond);
            work.Audit(
                db, actor, "SeedJobChanged", new AuditSubject("seed-job", $"{slug}/{before.Name}", job.TenantId), before, new { job.Name, job.MaxRowsPerSecond });
        }, cancellationToken);
    }

    /// <summary>Deletes a job; its runs stay with their certificates. Refused while one of them is under way.</summary>
    public async Task<Result> DeleteAsync(Actor actor, string slug, SeedJobId id, CancellationToken cancellationToken) =>
        await AlterAsync(actor, slug, id, (db, job) =>
        {
            work.Audit(db, actor, "SeedJobDeleted", new AuditSubject("seed-job", $"{slug}/{job.Name}", job.TenantId), before: new { job.Name, job.MaxRowsPerSecond });
            job.Retire();
        }, cancellationToken);

    private async Task<Result> AlterAsync(Actor actor, string slug, SeedJobId id, Action<PioneerDbContext, SeedJob> alter, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await db.FindActiveTenantAsync(actor, slug, TenantPermission.Author, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        if (await FindAsync(db, found.Value, id, cancellationToken) is not { } job)
        {
            return Error.NotFound("SeedJob", id.ToString());
        }

        if (await db.SeedRuns.AnyAsync(row => row.SeedJobId == id && !Ended.Contains(row.State), cancellationToken))
        {
            return Error.Conflict("SeedRunning", $"A run of '{job.Name}' is under way.", "Wait for it, or cancel it.");
        }

        alter(db, job);
        return await WorkRecorder.SaveAsync(db, NameTaken(job.Name), cancellationToken);
    }

    /// <summary>Queues a run; one at a time over one subscription.</summary>
    public async Task<Result<SeedRunRequested>> RunAsync(Actor actor, string slug, SeedJobId id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await db.FindActiveTenantAsync(actor, slug, TenantPermission.Author, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var tenant = found.Value;
        var job = await FindAsync(db, tenant, id, cancellationToken);
        var subscription = job is null
            ? null
            : await db.Subscriptions.Include(row => row.Versions).SingleOrDefaultAsync(row => row.Id == job.SubscriptionId, cancellationToken);
        if (job is null || subscription is null)
        {
            return Error.NotFound("SeedJob", id.ToString());
        }

        if (subscription.State is SubscriptionState.Deleted or SubscriptionState.Deleting)
        {
            return SubscriptionErrors.NotFound(subscription.Name);
        }

        var seedable = await RequireSeedableAsync(db, tenant, subscription, cancellationToken);
        if (seedable.IsFailure)
        {
            return seedable.Error;
        }

        if (subscription.HeldBy is not null
            || await db.SeedRuns.AnyAsync(row => row.SubscriptionId == subscription.Id && !Ended.Contains(row.State), cancellationToken))
        {
            return Error.Conflict("SeedRunning", $"A seed run over '{subscription.Name}' is under way.", "Wait for it, or cancel it.");
        }

        var run = new SeedRun
        {
            Id = work.NextId<SeedRunId>(),
            TenantId = tenant.Id,
            SeedJobId = job.Id,
            SubscriptionId = subscription.Id,
            RequestedAt = work.Now,
            RequestedBy = actor.Name,
        };
        var operation = work.Request(db, actor, OperationKind.RunSeed, tenant.Id, $"{slug}/{job.Name}", run.Id.ToString());
        run.OperationId = operation.Id;
        db.SeedRuns.Add(run);
        work.Audit(db, actor, "SeedRunRequested", new AuditSubject("seed-run", run.Id.ToString(), tenant.Id), operation: operation);

        // Raises the subscription's revision: of two runs asked for at once, one is refused by the database.
        subscription.ChangedAt = work.Now;
        var saved = await work.SaveAsync(db, operation, cancellationToken);
        return saved.IsFailure ? saved.Error : new SeedRunRequested(run.Id, operation.Id);
    }

    /// <summary>Asks a run to stop where it is safe.</summary>
    public Task<Result> CancelAsync(Actor actor, string slug, SeedRunId id, CancellationToken cancellationToken) =>
        WorkRecorder.RepeatAsync(() => TryCancelAsync(actor, slug, id, cancellationToken));

    private async Task<Result> TryCancelAsync(Actor actor, string slug, SeedRunId id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await db.FindTenantAsync(actor, slug, TenantPermission.Author, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var run = await db.SeedRuns.SingleOrDefaultAsync(row => row.Id == id && row.TenantId == found.Value.Id, cancellationToken);
        if (run is null)
        {
            return Error.NotFound("SeedRun", id.ToString());
        }

        var operation = await db.Operations.SingleOrDefaultAsync(row => row.Id == run.OperationId, cancellationToken);
        if (operation is null || Ended.Contains(run.State))
        {
            return OperationErrors.Ended;
        }

        operation.AskToCancel(run, work.Now);
        work.Audit(db, actor, "SeedRunCancelled", new AuditSubject("seed-run", id.ToString(), found.Value.Id), operation: operation);
        return await work.SaveCancelAsync(db, operation, cancellationToken);
    }

    private static Error NameTaken(string name) => Error.Conflict("SeedJobNameTaken", $"There is a seed job '{name}' already.") with { Field = "name" };

    private static Result Validate(SeedJobRequest request)
    {
        if (request.Layer is not SeedLayer.Client)
        {
            return Error.Invalid(
                "SeedLayerUnavailable", "layer", $"Seeding into the {request.Layer.ToString().ToLowerInvariant()} layer would reach every subscription of the tenant and is not offered yet.",
                "Seed into the client layer: it reaches this one subscription.");
        }

        if (!string.IsNullOrWhiteSpace(request.Cron) || !string.IsNullOrWhiteSpace(request.TimeZone))
        {
            return Error.Invalid(
                "SeedScheduleUnavailable", string.IsNullOrWhiteSpace(request.Cron) ? "timeZone" : "cron", "Seed jobs run on demand: a schedule is not offered yet, and would never start one.",
                "Leave it out, and run the job when it is wanted.");
        }

        return CheckRate(request.MaxRowsPerSecond);
    }

    private static Result CheckRate(int? maxRowsPerSecond) => maxRowsPerSecond is < 1
        ? Error.Invalid("OutOfRange", "maxRowsPerSecond", "The rate limit must be at least one row a second.", "Leave it empty for no limit.")
        : Result.Success;

    private static Task<SeedJob?> FindAsync(PioneerDbContext db, Tenant tenant, SeedJobId id, CancellationToken cancellationToken) =>
        db.SeedJobs.SingleOrDefaultAsync(row => row.Id == id && row.TenantId == tenant.Id && row.Enabled, cancellationToken);

    private static async Task<Result> RequireSeedableAsync(
        PioneerDbContext db, Tenant tenant, Subscription subscription, CancellationToken cancellationToken)
    {
        var version = subscription.Versions.Single(row => row.Number == subscription.CurrentVersion);
        var seedable = (await SeedabilityOfVersions.ReadAsync(db, cancellationToken)).Of(version);
        return seedable.IsRefused
            ? Error.Conflict("QueryNotSeedable", $"'{subscription.Name}' of '{tenant.Slug}' cannot be given history: {string.Join(" ", seedable.Reasons)}")
            : Result.Success;
    }
}
