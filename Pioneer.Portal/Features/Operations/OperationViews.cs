using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;

namespace Pioneer.Portal.Features.Operations;

/// <summary>One operation as a list shows it.</summary>
/// <param name="Target">What it works on, such as the id of a seed run.</param>
public sealed record OperationLine(
    OperationId Id, OperationKind Kind, string Subject, TenantSlug? Tenant, OperationState State, int Progress, string? Error,
    DateTimeOffset RequestedAt, string RequestedBy, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt, int StepsDone, int StepsTotal, string? Target);

/// <summary>One step as the detail shows it.</summary>
public sealed record OperationStepLine(
    int Ordinal, string Title, string ResourceType, string Resource, string? Before, string? After, OperationStepState State, int Attempt,
    string? Error, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt);

/// <summary>An operation with its journal.</summary>
public sealed record OperationView(OperationLine Operation, IReadOnlyList<OperationStepLine> Steps);

/// <summary>One page of a list.</summary>
public sealed record OperationList(IReadOnlyList<OperationLine> Rows, int Total);

/// <summary>Reads operations within the tenant scope of the circuit.</summary>
public sealed class OperationViews(IDbContextFactory<PioneerDbContext> databases)
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
        return new OperationList(list, total);
    }

    /// <summary>What runs or waits, oldest first.</summary>
    public async Task<IReadOnlyList<OperationLine>> RunningAsync(int limit, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var rows = database.Operations.AsNoTracking().Where(o => o.State == OperationState.Queued || o.State == OperationState.Running);
        return await Project(rows.OrderBy(o => o.RequestedAt).Take(limit), database).ToListAsync(cancellationToken);
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

        var steps = await database.OperationSteps.AsNoTracking().Where(s => s.OperationId == id).OrderBy(s => s.Ordinal)
            .Select(s => new OperationStepLine(s.Ordinal, s.Title, s.ResourceType, s.Resource, s.Before, s.After, s.State, s.Attempt, s.Error, s.StartedAt, s.FinishedAt))
            .ToListAsync(cancellationToken);
        return new OperationView(operation, steps);
    }

    private static IQueryable<OperationLine> Project(IQueryable<Operation> rows, PioneerDbContext database) => rows.Select(o => new OperationLine(
        o.Id, o.Kind, o.Subject, database.Tenants.Where(t => t.Id == o.TenantId).Select(t => (TenantSlug?)t.Slug).FirstOrDefault(),
        o.State, o.Progress, o.Error, o.RequestedAt, o.RequestedBy, o.StartedAt, o.FinishedAt,
        o.Steps.Count(s => s.State == OperationStepState.Succeeded || s.State == OperationStepState.Skipped), o.Steps.Count, o.Target));
}
