using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Features.Operations;

/// <summary>One operation as a list shows it.</summary>
/// <param name="Target">What it works on, such as the id of a seed run.</param>
public sealed record OperationLine(
    OperationId Id, OperationKind Kind, string Subject, TenantId? TenantId, TenantSlug? Tenant, OperationState State, int Progress, string? Error,
    DateTimeOffset RequestedAt, string RequestedBy, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt, int StepsDone, int StepsTotal, string? Target);

/// <summary>One step as the detail shows it.</summary>
public sealed record OperationStepLine(
    int Ordinal, string Title, ChangeKind? Kind, string ResourceType, string Resource, string? Before, string? After, OperationStepState State, int Attempt,
    string? Error, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt);

/// <summary>An operation with its journal.</summary>
/// <param name="MayControl">Whether the person may cancel and retry it.</param>
public sealed record OperationView(OperationLine Operation, IReadOnlyList<OperationStepLine> Steps, bool MayControl);

/// <summary>One page of a list.</summary>
public sealed record OperationList(IReadOnlyList<OperationLine> Rows, int Total);

/// <summary>Reads operations within the tenant scope of the circuit; <see cref="ConnectorDetails"/> for platform people only.</summary>
public sealed class OperationViews(IDbContextFactory<PioneerDbContext> databases, CurrentActor me)
{
    public const int PageSize = 50;

    /// <summary>Newest first. Pages are 1-based.</summary>
    public async Task<OperationList> ListAsync(OperationState? state, string? text, string? tenant, int page, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var rows = database.Operations.AsNoTracking();
        if (state is { } wanted)
        {
            rows = rows.Where(o => o.State == wanted);
        }

        if (!string.IsNullOrWhiteSpace(text))
        {
            rows = rows.Where(o => o.Subject.Contains(text) || o.RequestedBy.Contains(text));
        }

        if (tenant is not null && TenantSlug.Create(tenant) is { IsSuccess: true, Value: var slug })
        {
            rows = rows.Where(o => database.Tenants.Any(t => t.Id == o.TenantId && t.Slug == slug));
        }

        var total = await rows.CountAsync(cancellationToken);
        var list = await Project(rows.OrderByDescending(o => o.RequestedAt).Skip((page - 1) * PageSize).Take(PageSize), database).ToListAsync(cancellationToken);
        return new OperationList(list.ConvertAll(Shown), total);
    }

    /// <summary>What runs or waits, oldest first.</summary>
    public async Task<IReadOnlyList<OperationLine>> RunningAsync(int limit, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var rows = database.Operations.AsNoTracking().Where(o => o.State == OperationState.Queued || o.State == OperationState.Running);
        return (await Project(rows.OrderBy(o => o.RequestedAt).Take(limit), database).ToListAsync(cancellationToken)).ConvertAll(Shown);
    }

    /// <summary>Null for an operation that is not there or belongs to a tenant that the person does not see.</summary>
    public async Task<OperationView?> FindAsync(OperationId id, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var operation = await Project(database.Operations.AsNoTracking().Where(o => o.Id == id), database).FirstOrDefaultAsync(cancellationToken);
        if (operation is null)
        {
            return null;
        }

        var steps = await database.OperationSteps.AsNoTracking().Where(s => s.OperationId == id).OrderBy(s => s.Ordinal).ShownTo(me.Actor)
            .Select(s => new OperationStepLine(
                s.Row.Ordinal, s.Row.Title, s.Row.Kind, s.Row.ResourceType, s.Row.Resource, s.Before, s.After, s.Row.State, s.Row.Attempt, s.Error,
                s.Row.StartedAt, s.Row.FinishedAt))
            .ToListAsync(cancellationToken);
        return new OperationView(
            Shown(operation), steps.ConvertAll(step => step with { Error = PlatformWords.For(me.Actor, operation.Tenant, step.Error) }),
            ControlOperations.Allows(me.Actor, operation.Kind, operation.TenantId));
    }

    private OperationLine Shown(OperationLine line) => line with { Error = PlatformWords.For(me.Actor, line.Tenant, line.Error) };

    private IQueryable<OperationLine> Project(IQueryable<Operation> rows, PioneerDbContext database) => rows.ShownTo(me.Actor).Select(o => new OperationLine(
        o.Row.Id, o.Row.Kind, o.Row.Subject, o.Row.TenantId, database.Tenants.Where(t => t.Id == o.Row.TenantId).Select(t => (TenantSlug?)t.Slug).FirstOrDefault(),
        o.Row.State, o.Row.Progress, o.Error, o.Row.RequestedAt, o.Row.RequestedBy, o.Row.StartedAt, o.Row.FinishedAt,
        o.Row.Steps.Count(s => s.State == OperationStepState.Succeeded || s.State == OperationStepState.Skipped), o.Row.Steps.Count, o.Row.Target));
}
