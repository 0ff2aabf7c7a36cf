using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Isolation;

/// <summary>Asks for checks of isolation and reads their records.</summary>
public sealed class IsolationChecks(IDbContextFactory<PioneerDbContext> contexts, WorkRecorder work)
{
    /// <summary>Records of one tenant that a list shows.</summary>
    public const int MaxListed = 50;

    internal const string Everybody = "all tenants";

    /// <summary>How attempts are kept.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    /// <summary>Checks one tenant; by the platform's people, as it tries other tenants' things.</summary>
    public async Task<Result<OperationId>> StartAsync(Actor actor, string slug, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await db.FindTenantAsync(actor, slug, TenantPermission.Operate, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        return found.Value.State is TenantState.Active
            ? await StartAsync(db, actor, found.Value.Id, slug, cancellationToken)
            : Error.Conflict("TenantNotActive", $"Tenant '{slug}' is {found.Value.State}: only an active one has rights that can be tried.", "Check it when it is active.");
    }

    /// <summary>Checks all active tenants.</summary>
    public async Task<Result<OperationId>> StartAllAsync(Actor actor, CancellationToken cancellationToken)
    {
        var allowed = TenantAuthorisation.RequirePlatform(actor, PlatformPermission.Operate);
        if (allowed.IsFailure)
        {
            return allowed.Error;
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await StartAsync(db, actor, null, Everybody, cancellationToken);
    }

    /// <summary>The newest records of a tenant, without their attempts, for whoever may see the tenant.</summary>
    public async Task<Result<ImmutableArray<IsolationSummary>>> ListAsync(Actor actor, string slug, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await db.FindTenantAsync(actor, slug, TenantPermission.View, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var rows = await db.IsolationRecords.AsNoTracking().Where(row => row.TenantId == found.Value.Id).OrderByDescending(row => row.Id).Take(MaxListed)
            .Select(row => new IsolationSummary(row.Id, row.StartedAt, row.FinishedAt, row.Outcome, row.Held, row.Broken, row.NotObserved)).ToListAsync(cancellationToken);
        return rows.ToImmutableArray();
    }

    /// <summary>One record with its attempts. A tenant's people do not see what names other tenants.</summary>
    /// <param name="id">Null for the newest.</param>
    public async Task<Result<IsolationEvidence>> GetAsync(Actor actor, string slug, long? id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await db.FindTenantAsync(actor, slug, TenantPermission.View, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var row = await db.IsolationRecords.AsNoTracking().Where(row => row.TenantId == found.Value.Id && (id == null || row.Id == id))
            .OrderByDescending(row => row.Id).FirstOrDefaultAsync(cancellationToken);
        if (row is null)
        {
            return id is null
                ? new Error("IsolationNotChecked", $"The isolation of '{slug}' was never checked.", "Start a check, or wait for the scheduled one.") { Kind = ErrorKind.NotFound }
                : Error.NotFound("IsolationRecord", $"{id}");
        }

        var attempts = JsonSerializer.Deserialize<ImmutableArray<IsolationAttempt>>(row.Attempts, Json);
        var all = TenantAuthorisation.RequirePlatform(actor, PlatformPermission.View).IsSuccess && actor.ViewingAs is null;
        return new IsolationEvidence(
            slug, new IsolationSummary(row.Id, row.StartedAt, row.FinishedAt, row.Outcome, row.Held, row.Broken, row.NotObserved),
            all ? attempts : [.. attempts.Select(attempt => attempt with { Target = null, Reached = null, Rules = [] })]);
    }

    private async Task<Result<OperationId>> StartAsync(PioneerDbContext db, Actor actor, TenantId? tenant, string subject, CancellationToken cancellationToken)
    {
        if (await db.Operations.AnyAsync(
            row => row.Kind == OperationKind.CheckIsolation && row.TenantId == tenant && (row.State == OperationState.Queued || row.State == OperationState.Running),
            cancellationToken))
        {
            return Error.Conflict("IsolationCheckRunning", $"The isolation of {subject} is being checked.", "Follow that check, or cancel it.");
        }

        var operation = work.Request(db, actor, OperationKind.CheckIsolation, tenant, subject);
        work.Audit(db, actor, "IsolationCheckStarted", new AuditSubject(tenant is null ? "platform" : "tenant", subject, tenant), operation: operation);
        var saved = await work.SaveAsync(db, operation, cancellationToken);
        return saved.IsFailure ? saved.Error : operation.Id;
    }
}

/// <summary>A record without its attempts.</summary>
public sealed record IsolationSummary(
    long Id, DateTimeOffset StartedAt, DateTimeOffset FinishedAt, IsolationOutcome Outcome, int Held, int Broken, int NotObserved);

/// <summary>A record with its attempts.</summary>
public sealed record IsolationEvidence(string Tenant, IsolationSummary Record, ImmutableArray<IsolationAttempt> Attempts);
