using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Delivery;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;
using Xunit;

namespace Pioneer.Tests.Persistence;

/// <summary>Nobody sees what is not theirs, whichever way they ask.</summary>
public sealed class TenantScopeTests : IAsyncLifetime
{
    private readonly DomainDatabase _database = new();

    public ValueTask InitializeAsync() => _database.InitializeAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public void Every_entity_that_belongs_to_a_tenant_is_filtered()
    {
        using var db = _database.Open();

        var unfiltered = db.Model.GetEntityTypes()
            .Where(type => type.GetProperties().Any(property => property.ClrType == typeof(TenantId) || property.ClrType == typeof(TenantId?)))
            .Where(type => type.GetDeclaredQueryFilters().Count == 0)
            .Select(type => type.ClrType.Name);

        Assert.Empty(unfiltered);
    }

    [Fact]
    public async Task Scope_of_one_tenant_hides_the_rows_of_the_other()
    {
        var acme = await _database.ATenantAsync();
        var globex = await _database.ATenantAsync("globex");
        await _database.Get<ManageCredentials>().IssueAsync(Actors.Admin, "globex", "app", null, DomainDatabase.Token);

        await using var db = _database.Open(TenantScope.Of(acme.Id));

        Assert.Equal([acme.Id], await db.Tenants.Select(row => row.Id).ToListAsync(DomainDatabase.Token));
        Assert.Empty(await db.Credentials.ToListAsync(DomainDatabase.Token));
        Assert.All(await db.Operations.ToListAsync(DomainDatabase.Token), row => Assert.Equal(acme.Id, row.TenantId));
        Assert.All(await db.AuditEntries.ToListAsync(DomainDatabase.Token), row => Assert.Equal(acme.Id, row.TenantId));
        Assert.DoesNotContain(await db.Secrets.ToListAsync(DomainDatabase.Token), row => row.TenantId == globex.Id);
    }

    [Fact]
    public async Task Scope_that_nobody_set_shows_nothing()
    {
        await _database.ATenantAsync();

        await using var db = _database.Open(TenantScope.Nothing);

        Assert.Empty(await db.Tenants.ToListAsync(DomainDatabase.Token));
    }

    [Fact]
    public async Task Strange_tenant_is_not_found_in_the_same_words_as_one_that_does_not_exist()
    {
        var acme = await _database.ATenantAsync();
        await _database.ATenantAsync("globex");
        var author = Actors.Member(TenantRole.Author, acme.Id);

        var strange = await _database.As<TenantQueries>(author).GetAsync(author, "globex", DomainDatabase.Token);
        var missing = await _database.As<TenantQueries>(author).GetAsync(author, "initech", DomainDatabase.Token);

        Assert.Equal(missing.Error!.Message.Replace("initech", "globex", StringComparison.Ordinal), strange.Error!.Message);
        Assert.Equal(missing.Error.Code, strange.Error.Code);
    }

    [Fact]
    public async Task Queries_filter_by_the_actor_even_where_the_ambient_scope_is_everything()
    {
        var acme = await _database.ATenantAsync();
        await _database.ATenantAsync("globex");
        var viewer = Actors.Member(TenantRole.Viewer, acme.Id);

        Assert.Equal(["acme"], (await _database.Get<TenantQueries>().ListAsync(viewer, new TenantFilter(), DomainDatabase.Token)).Items.Select(row => row.Slug));
        Assert.All(
            (await _database.Get<OperationQueries>().ListAsync(viewer, new OperationFilter(), DomainDatabase.Token)).Items,
            row => Assert.Equal("acme", row.Tenant));
        Assert.Empty(await _database.Get<GlobalSearch>().FindAsync(viewer, "globex", DomainDatabase.Token));
        Assert.True((await _database.Get<SubscriptionQueries>().ListAsync(viewer, "globex", new SubscriptionFilter(), DomainDatabase.Token)).IsFailure);
    }

    // Connect's words name the source's address, its database user and the SQL: they belong to the platform.
    [Fact]
    public async Task Words_of_connect_are_shown_to_platform_people_only()
    {
        var acme = await _database.ATenantAsync();
        var failed = await AFailedConnectorAsync(acme.Id);
        var member = Actors.Member(TenantRole.Admin, acme.Id);
        var queries = _database.Get<OperationQueries>();

        var shown = (await queries.GetAsync(member, failed, DomainDatabase.Token)).Value;
        var listed = (await queries.ListAsync(member, new OperationFilter(), DomainDatabase.Token)).Items.Single(row => row.Id == failed);
        var platform = (await queries.GetAsync(Actors.Operator, failed, DomainDatabase.Token)).Value;

        Assert.All([shown.Operation.Error, listed.Error, shown.Steps[0].Error], text => Assert.Equal(ConnectorDetails.FailureWithheld, text));
        Assert.Equal((null, null), (shown.Steps[0].Before, shown.Steps[0].After));
        Assert.Equal(("password of reader@core-bank", "{url: core-bank}"), (platform.Steps[0].Error, platform.Steps[0].After));
    }

    private async Task<OperationId> AFailedConnectorAsync(TenantId tenant)
    {
        await using var db = _database.Open();
        var id = new OperationId(Guid.NewGuid());
        db.Operations.Add(new Operation
        {
            Id = id, Kind = OperationKind.ReconcileTenant, TenantId = tenant, Subject = "acme", State = OperationState.Failed,
            Error = "1 change failed: password of reader@core-bank", RequestedAt = _database.Clock.GetUtcNow(), RequestedBy = "Ada",
            Steps =
            [
                new OperationStep
                {
                    OperationId = id, TenantId = tenant, Ordinal = 1, Title = "Create connector", ResourceType = ConnectorDetails.ResourceType,
                    Resource = "acme.t.payments", IdempotencyKey = "k", Before = "{url: old-bank}", After = "{url: core-bank}",
                    State = OperationStepState.Failed, Error = "password of reader@core-bank",
                },
            ],
        });
        await db.SaveChangesAsync(DomainDatabase.Token);
        return id;
    }
}
