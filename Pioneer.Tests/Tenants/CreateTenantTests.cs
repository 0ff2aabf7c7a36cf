using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.Tenants;

/// <summary>Onboarding a tenant.</summary>
public sealed class CreateTenantTests : IAsyncLifetime
{
    private readonly DomainDatabase _database = new();

    public ValueTask InitializeAsync() => _database.InitializeAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Create_writes_tenant_audit_and_operation_and_wakes_a_worker()
    {
        var created = await _database.ATenantAsync();

        await using var db = _database.Open();
        var operation = await db.Operations.SingleAsync(DomainDatabase.Token);
        var audit = await db.AuditEntries.SingleAsync(DomainDatabase.Token);
        Assert.Equal(TenantState.Provisioning, (await db.Tenants.SingleAsync(DomainDatabase.Token)).State);
        Assert.Equal((created.Operation, OperationKind.ReconcileTenant, created.Id), (operation.Id, operation.Kind, operation.TenantId!.Value));
        Assert.Equal(("TenantCreated", "Ada Admin", operation.Id), (audit.Action, audit.ActorName, audit.OperationId!.Value));
        Assert.Equal([created.Operation], _database.Queue.Enqueued);
    }

    [Fact]
    public async Task Preview_shows_the_plan_and_saves_nothing()
    {
        var request = new CreateTenantRequest("acme", "Acme", IsolationLevel.Dedicated);

        var plan = await _database.Get<CreateTenant>().PreviewAsync(Actors.Admin, request, DomainDatabase.Token);

        Assert.Equal(
            ["scram-user acme.ksql", "scram-user acme.portal", "quota acme.ksql", "quota acme.portal", "ksql-service acme_"],
            plan.Value.Changes.Where(change => change is not AclChange).Select(change => $"{change.ResourceType} {change.Resource}"));
        await using var db = _database.Open();
        Assert.Empty(await db.Tenants.ToListAsync(DomainDatabase.Token));
    }

    [Fact]
    public async Task Dedicated_tenant_needs_the_address_of_its_server_where_the_platform_hosts_no_ksqldb()
    {
        _database.Platform.HostsKsql = false;
        var create = _database.Get<CreateTenant>();
        var dedicated = new CreateTenantRequest("acme", "Acme", IsolationLevel.Dedicated);

        var nowhere = await create.PreviewAsync(Actors.Admin, dedicated, DomainDatabase.Token);
        var odd = await create.PreviewAsync(Actors.Admin, dedicated with { KsqlUrl = "ksqldb-acme" }, DomainDatabase.Token);
        var named = await create.PreviewAsync(Actors.Admin, dedicated with { KsqlUrl = "http://ksqldb-acme:8088" }, DomainDatabase.Token);
        var shared = await create.PreviewAsync(Actors.Admin, dedicated with { Isolation = IsolationLevel.Shared }, DomainDatabase.Token);

        Assert.Equal(("KsqlUrlMissing", "ksqlUrl"), (nowhere.Error!.Code, nowhere.Error.Field));
        Assert.Contains("service id 'acme_'", nowhere.Error.Hint, StringComparison.Ordinal);
        Assert.Equal("KsqlUrlMalformed", odd.Error!.Code);
        Assert.Equal((null, null), (named.Error, shared.Error));
    }

    [Fact]
    public async Task Reconcile_to_an_empty_plan_makes_the_tenant_active()
    {
        await _database.ATenantAsync();

        var plan = await _database.ReconcileAsync();

        var tenant = (await _database.Get<TenantQueries>().GetAsync(Actors.Admin, "acme", DomainDatabase.Token)).Value.Tenant;
        Assert.True(plan.InSync);
        Assert.Equal((TenantState.Active, 0), (tenant.State, tenant.DriftCount));
    }

    [Fact]
    public async Task Slug_of_a_living_tenant_is_taken_and_another_is_suggested()
    {
        await _database.ATenantAsync();

        var again = await CreateAsync("acme");

        Assert.Equal(("SlugTaken", "'acme-2' would do."), (again.Error!.Code, again.Error.Hint));
    }

    [Fact]
    public async Task Slug_of_an_offboarded_tenant_is_never_used_again()
    {
        await _database.ATenantAsync();
        await _database.ReconcileAsync();
        await _database.Get<TenantLifecycle>().OffboardAsync(Actors.Admin, "acme", "acme", null, DomainDatabase.Token);
        await _database.ReconcileAsync();

        var again = await CreateAsync("acme");

        Assert.Equal("SlugAlreadyUsed", again.Error!.Code);
        Assert.Empty(_database.Platform.State.Users);
        Assert.Empty(_database.Platform.State.Acls);
        Assert.Empty(_database.Platform.State.Quotas);
        Assert.Empty(_database.Platform.State.Services);
    }

    [Fact]
    public async Task Two_creations_of_one_slug_at_once_give_one_tenant()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => CreateAsync("acme")));

        Assert.Single(results, result => result.IsSuccess);
        Assert.All(results.Where(result => result.IsFailure), result => Assert.Equal("SlugTaken", result.Error!.Code));
    }

    [Fact]
    public async Task Operator_may_not_create_a_tenant()
    {
        var result = await _database.Get<CreateTenant>().ExecuteAsync(
            Actors.Operator, new CreateTenantRequest("acme", "Acme", IsolationLevel.Dedicated), DomainDatabase.Token);

        Assert.Equal(ErrorKind.Forbidden, result.Error!.Kind);
    }

    [Fact]
    public async Task Passwords_of_platform_principals_are_kept_protected_only()
    {
        await _database.ATenantAsync();

        var clear = await _database.Get<SecretStore>().RevealAsync(SecretNames.KsqlPrincipal(TenantSlug.Parse("acme")), DomainDatabase.Token);
        await using var db = _database.Open();

        Assert.Equal(32, clear.Value.Length);
        Assert.DoesNotContain(await db.Secrets.ToListAsync(DomainDatabase.Token), row => row.ProtectedValue.Contains(clear.Value, StringComparison.Ordinal));
        Assert.DoesNotContain(await db.AuditEntries.ToListAsync(DomainDatabase.Token), row => $"{row.Before}{row.After}".Contains(clear.Value, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Offboarding_needs_the_slug_typed()
    {
        await _database.ATenantAsync();

        var result = await _database.Get<TenantLifecycle>().OffboardAsync(Actors.Admin, "acme", "acm", null, DomainDatabase.Token);

        Assert.Equal("ConfirmationMissing", result.Error!.Code);
    }

    [Fact]
    public async Task Suspended_tenant_loses_its_rights_and_gets_them_back()
    {
        await _database.ATenantAsync();
        await _database.ReconcileAsync();
        var before = _database.Platform.State.Acls.Length;

        await _database.Get<TenantLifecycle>().SuspendAsync(Actors.Admin, "acme", DomainDatabase.Token);
        await _database.ReconcileAsync();
        Assert.DoesNotContain(_database.Platform.State.Acls, rule => rule.Principal == "User:acme.portal");

        await _database.Get<TenantLifecycle>().ResumeAsync(Actors.Admin, "acme", DomainDatabase.Token);
        await _database.ReconcileAsync();
        Assert.Equal(before, _database.Platform.State.Acls.Length);
    }

    private Task<Result<TenantCreated>> CreateAsync(string slug) =>
        _database.Get<CreateTenant>().ExecuteAsync(Actors.Admin, new CreateTenantRequest(slug, "Acme", IsolationLevel.Dedicated), DomainDatabase.Token);
}
