using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;

namespace Pioneer.Domain.Tenants;

/// <summary>What a person says to onboard a tenant.</summary>
public sealed record CreateTenantRequest(string? Slug, string? Name, IsolationLevel Isolation)
{
    /// <summary>REST URL of a ksqlDB that an operator runs for this tenant; null where the platform hosts one.</summary>
    public string? KsqlUrl { get; init; }

    public TenantLimits Limits { get; init; } = new();
}

/// <summary>The new tenant and the operation that provisions it.</summary>
public sealed record TenantCreated(TenantId Id, TenantSlug Slug, OperationId Operation);

/// <summary>Onboards a tenant: row, protected passwords of its platform principals, audit and operation in one transaction.</summary>
public sealed class CreateTenant(
    IDbContextFactory<PioneerDbContext> contexts, WorkRecorder work, SecretStore secrets, TenantPlanner planner, IKsqlHosting ksql, KsqlAddressRules addresses)
{
    /// <summary>Everything that can be said before anything is saved: bad slug, taken, ever used, missing name.</summary>
    public async Task<Result<TenantSlug>> ValidateAsync(Actor actor, CreateTenantRequest request, CancellationToken cancellationToken)
    {
        var allowed = TenantAuthorisation.RequirePlatform(actor, PlatformPermission.Administer);
        if (allowed.IsFailure)
        {
            return allowed.Error;
        }

        var slug = TenantSlug.Create(request.Slug);
        if (slug.IsFailure)
        {
            return slug.Error;
        }

        if (string.IsNullOrWhiteSpace(request.Name))
        {
            return TenantErrors.NameMissing;
        }

        var lengths = TextLimits.CheckAll(("name", "name", request.Name, TextLimits.Name), ("ksqlUrl", "address", request.KsqlUrl, TextLimits.LongName));
        if (lengths.IsFailure)
        {
            return lengths.Error;
        }

        if (!string.IsNullOrWhiteSpace(request.KsqlUrl) && addresses.Check(request.KsqlUrl) is { } refused)
        {
            return refused;
        }

        var serviceId = KsqlNames.ServiceId(slug.Value);
        if (request.Isolation is IsolationLevel.Dedicated && string.IsNullOrWhiteSpace(request.KsqlUrl) && !ksql.HasPlaceFor(serviceId))
        {
            return TenantErrors.KsqlUrlMissing(slug.Value, serviceId);
        }

        if (request.Limits.Check() is { } limit)
        {
            return limit;
        }

        return await FindUsedAsync(slug.Value, cancellationToken) is { } used ? used : slug;
    }

    /// <summary>The plan that creation would carry out, before anything is saved.</summary>
    public async Task<Result<Plan>> PreviewAsync(Actor actor, CreateTenantRequest request, CancellationToken cancellationToken)
    {
        var slug = await ValidateAsync(actor, request, cancellationToken);
        return slug.IsFailure ? slug.Error : await planner.PlanAsync(WantedTenant.New(Row(actor, slug.Value, request)), cancellationToken);
    }

    public async Task<Result<TenantCreated>> ExecuteAsync(Actor actor, CreateTenantRequest request, CancellationToken cancellationToken)
    {
        var slug = await ValidateAsync(actor, request, cancellationToken);
        if (slug.IsFailure)
        {
            return slug.Error;
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var tenant = Row(actor, slug.Value, request);
        db.Tenants.Add(tenant);
        await secrets.EnsureAsync(db, SecretNames.PortalPrincipal(tenant.Slug), tenant.Id, cancellationToken);
        if (tenant.Isolation is IsolationLevel.Dedicated)
        {
            await secrets.EnsureAsync(db, SecretNames.KsqlPrincipal(tenant.Slug), tenant.Id, cancellationToken);
        }
        else
        {
            await secrets.EnsureAsync(db, SecretNames.SharedKsqlPrincipal, null, cancellationToken);
        }

        var operation = work.Request(db, actor, OperationKind.ReconcileTenant, tenant.Id, tenant.Slug.Value);
        work.Audit(
            db, actor, "TenantCreated", AuditSubject.Of(tenant),
            after: new { Slug = tenant.Slug.Value, tenant.Name, tenant.Isolation, tenant.KsqlUrl, tenant.Limits }, operation: operation);
        var saved = await work.SaveAsync(db, operation, TenantErrors.SlugTaken(tenant.Slug, null), cancellationToken);
        return saved.IsFailure ? saved.Error : new TenantCreated(tenant.Id, tenant.Slug, operation.Id);
    }

    private Tenant Row(Actor actor, TenantSlug slug, CreateTenantRequest request) => new()
    {
        Id = work.NextId<TenantId>(),
        Slug = slug,
        Name = request.Name!.Trim(),
        Isolation = request.Isolation,
        KsqlUrl = string.IsNullOrWhiteSpace(request.KsqlUrl) ? null : request.KsqlUrl.Trim(),
        Limits = request.Limits,
        CreatedAt = work.Now,
        CreatedBy = actor.Name,
    };

    private async Task<Error?> FindUsedAsync(TenantSlug slug, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var existing = await db.Tenants.IgnoreQueryFilters().Where(row => row.Slug == slug)
            .Select(row => new { row.State }).SingleOrDefaultAsync(cancellationToken);
        if (existing is null)
        {
            return null;
        }

        var suggestion = await SuggestFreeAsync(db, slug, cancellationToken);
        return existing.State is TenantState.Deleted ? TenantErrors.SlugAlreadyUsed(slug, suggestion) : TenantErrors.SlugTaken(slug, suggestion);
    }

    private static async Task<string?> SuggestFreeAsync(PioneerDbContext db, TenantSlug slug, CancellationToken cancellationToken)
    {
        const int tries = 9;
        var candidates = Enumerable.Range(2, tries).Select(number => TenantSlug.Create($"{slug}-{number}")).Where(candidate => candidate.IsSuccess)
            .Select(candidate => candidate.Value).ToList();
        var used = await db.Tenants.IgnoreQueryFilters().Where(row => candidates.Contains(row.Slug)).Select(row => row.Slug).ToListAsync(cancellationToken);
        return candidates.Except(used).Select(candidate => candidate.Value).FirstOrDefault();
    }
}
