using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Operations;

/// <summary>What part of the list of operations to show, newest first.</summary>
public sealed record OperationFilter(
    string? Tenant = null, OperationState? State = null, OperationKind? Kind = null, bool OnlyUnfinished = false, string? Search = null,
    string? Cursor = null, int? Limit = null);

/// <summary>An operation in a list.</summary>
public sealed record OperationRow(
    OperationId Id, OperationKind Kind, string? Tenant, string Subject, string? Target, OperationState State, int Progress, string? Error,
    DateTimeOffset RequestedAt, string RequestedBy, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt);

/// <summary>A journal row of an operation.</summary>
public sealed record OperationStepRow(
    int Ordinal, string Title, ChangeKind? Kind, string ResourceType, string Resource, OperationStepState State, string? Before, string? After, string? Error, int Attempt,
    DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt);

/// <summary>An operation with its journal.</summary>
public sealed record OperationDetail(OperationRow Operation, IReadOnlyList<OperationStepRow> Steps);

/// <summary>Operations: all for platform people, their tenants' without <see cref="ConnectorDetails"/> for others.</summary>
public sealed class OperationQueries(IDbContextFactory<PioneerDbContext> contexts)
{
    public async Task<Page<OperationRow>> ListAsync(Actor actor, OperationFilter filter, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = Narrow(db, db.Operations.AsNoTracking().Visible(actor, row => row.TenantId), filter);
        var total = await rows.CountAsync(cancellationToken);
        if (Cursor.Read(filter.Cursor) is { } position && TryReadPosition(position, out var at, out var id))
        {
            rows = rows.Where(row => row.RequestedAt < at || (row.RequestedAt == at && row.Id < id));
        }

        var limit = PageSize.Clamp(filter.Limit);
        var ordered = rows.OrderByDescending(row => row.RequestedAt).ThenByDescending(row => row.Id).Take(limit + 1);
        var items = (await Select(db, ordered, actor).ToListAsync(cancellationToken)).ConvertAll(row => Shown(row, actor));
        var page = items.Take(limit).ToList();
        return new Page<OperationRow>(page, items.Count > limit ? Cursor.Of(Position(page[^1])) : null, total);
    }

    public async Task<Result<OperationDetail>> GetAsync(Actor actor, OperationId id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var row = await Select(db, db.Operations.AsNoTracking().Visible(actor, row => row.TenantId).Where(row => row.Id == id), actor)
            .SingleOrDefaultAsync(cancellationToken);
        if (row is null)
        {
            return Error.NotFound("Operation", id.ToString());
        }

        var steps = await db.OperationSteps.AsNoTracking().Where(step => step.OperationId == id).OrderBy(step => step.Ordinal).ShownTo(actor)
            .Select(step => new OperationStepRow(
                step.Row.Ordinal, step.Row.Title, step.Row.Kind, step.Row.ResourceType, step.Row.Resource, step.Row.State, step.Before, step.After, step.Error,
                step.Row.Attempt, step.Row.StartedAt, step.Row.FinishedAt))
            .ToListAsync(cancellationToken);
        return new OperationDetail(Shown(row, actor), steps.ConvertAll(step => step with { Error = PlatformWords.For(actor, TenantOf(row), step.Error) }));
    }

    private static IQueryable<Operation> Narrow(PioneerDbContext db, IQueryable<Operation> rows, OperationFilter filter)
    {
        if (filter.Tenant is { Length: > 0 } text)
        {
            var slug = TenantSlug.Create(text);
            rows = slug.IsFailure
                ? rows.Where(_ => false)
                : rows.Where(row => db.Tenants.Any(tenant => tenant.Slug == slug.Value && tenant.Id == row.TenantId));
        }

        if (filter.State is { } state)
        {
            rows = rows.Where(row => row.State == state);
        }

        if (filter.Kind is { } kind)
        {
            rows = rows.Where(row => row.Kind == kind);
        }

        if (filter.OnlyUnfinished)
        {
            rows = rows.Where(row => row.State == OperationState.Queued || row.State == OperationState.Running);
        }

        if (string.IsNullOrWhiteSpace(filter.Search))
        {
            return rows;
        }

        var pattern = LikePattern.Containing(filter.Search);
        return rows.Where(row => EF.Functions.Like(row.Subject, pattern, LikePattern.EscapeCharacter)
            || EF.Functions.Like(row.RequestedBy, pattern, LikePattern.EscapeCharacter));
    }

    private static OperationRow Shown(OperationRow row, Actor actor) => row with { Error = PlatformWords.For(actor, TenantOf(row), row.Error) };

    private static TenantSlug? TenantOf(OperationRow row) => row.Tenant is { } slug ? TenantSlug.Parse(slug) : null;

    private static IQueryable<OperationRow> Select(PioneerDbContext db, IQueryable<Operation> rows, Actor actor) => rows.ShownTo(actor).Select(
        shown => new OperationRow(
            shown.Row.Id, shown.Row.Kind,
            db.Tenants.Where(tenant => tenant.Id == shown.Row.TenantId).Select(tenant => (string)(object)tenant.Slug).FirstOrDefault(),
            shown.Row.Subject, shown.Row.Target, shown.Row.State, shown.Row.Progress, shown.Error, shown.Row.RequestedAt, shown.Row.RequestedBy,
            shown.Row.StartedAt, shown.Row.FinishedAt));

    private static string Position(OperationRow row) => $"{row.RequestedAt.UtcTicks}:{row.Id.Value}";

    private static bool TryReadPosition(string position, out DateTimeOffset at, out OperationId id)
    {
        at = default;
        id = default;
        var parts = position.Split(':', 2);
        if (parts.Length != 2 || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
            || ticks > DateTimeOffset.MaxValue.UtcTicks || !Guid.TryParse(parts[1], out var value))
        {
            return false;
        }

        at = new DateTimeOffset(ticks, TimeSpan.Zero);
        id = new OperationId(value);
        return true;
    }
}
