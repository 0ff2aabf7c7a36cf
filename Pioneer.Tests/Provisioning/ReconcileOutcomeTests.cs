using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Query;
using Microsoft.Extensions.Options;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.Provisioning;

/// <summary>What comparisons of many tenants write down together.</summary>
public sealed class ReconcileOutcomeTests : IAsyncLifetime
{
    private readonly DomainDatabase _database = new();

    private static CancellationToken Ct => DomainDatabase.Token;

    public ValueTask InitializeAsync() => _database.InitializeAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Each_tenant_gets_what_its_own_plan_says_with_the_time_of_the_look()
    {
        await TenantsAsync("acme", "globex");
        var lookedAt = _database.Clock.GetUtcNow();
        _database.Clock.Advance(TimeSpan.FromMinutes(5));

        await RecordAsync(lookedAt, ("acme", Plan.Empty), ("globex", Lacking(2)));

        Assert.Equal((TenantState.Active, 0, lookedAt), await RowAsync("acme"));
        Assert.Equal((TenantState.Provisioning, 2, lookedAt), await RowAsync("globex"));
    }

    [Fact]
    public async Task Comparison_that_finds_what_was_there_before_raises_no_revision_and_still_says_when_it_was()
    {
        await TenantsAsync("acme", "globex");
        await RecordAsync(_database.Clock.GetUtcNow(), ("acme", Plan.Empty), ("globex", Plan.Empty));
        var before = await RevisionsAsync();
        _database.Clock.Advance(TimeSpan.FromHours(1));
        var again = _database.Clock.GetUtcNow();

        await RecordAsync(again, ("acme", Plan.Empty), ("globex", Plan.Empty));

        Assert.Equal(before, await RevisionsAsync());
        Assert.Equal(again, (await RowAsync("globex")).CheckedAt);
    }

    [Fact]
    public async Task Older_look_overwrites_nothing_that_a_newer_one_found()
    {
        await TenantsAsync("acme");
        var older = _database.Clock.GetUtcNow();
        _database.Clock.Advance(TimeSpan.FromSeconds(1));
        var newer = _database.Clock.GetUtcNow();
        await RecordAsync(newer, ("acme", Lacking(3)));

        await RecordAsync(older, ("acme", Lacking(1)));

        Assert.Equal((TenantState.Provisioning, 3, newer), await RowAsync("acme"));
    }

    [Fact]
    public async Task Tenant_that_leaves_is_not_gone_by_a_look_from_before_its_things_were_made()
    {
        await TenantsAsync("acme");
        var before = _database.Clock.GetUtcNow();
        _database.Clock.Advance(TimeSpan.FromSeconds(1));
        await using (var db = _database.Open())
        {
            (await db.Tenants.SingleAsync(Ct)).State = TenantState.Offboarding;
            await db.SaveChangesAsync(Ct);
        }

        await RecordAsync(_database.Clock.GetUtcNow(), ("acme", Lacking(1)));
        await RecordAsync(before, ("acme", Plan.Empty));

        Assert.Equal(TenantState.Offboarding, (await RowAsync("acme")).State);
    }

    [Fact]
    public async Task Tenant_that_leaves_is_not_gone_by_a_plan_that_was_made_while_it_stayed()
    {
        await TenantsAsync("acme");
        await using (var db = _database.Open())
        {
            (await db.Tenants.SingleAsync(Ct)).State = TenantState.Offboarding;
            await db.SaveChangesAsync(Ct);
        }

        await RecordAsync(_database.Clock.GetUtcNow(), ("acme", Plan.Empty));
        Assert.Equal(TenantState.Offboarding, (await RowAsync("acme")).State);

        await RecordAsync(_database.Clock.GetUtcNow(), ("acme", Plan.Empty with { IsOffboarding = true }));
        Assert.Equal(TenantState.Deleted, (await RowAsync("acme")).State);
    }

    [Fact]
    public async Task Count_of_a_newer_look_that_is_written_meanwhile_stays_with_its_time()
    {
        await TenantsAsync("acme");
        var (older, newer) = (_database.Clock.GetUtcNow(), _database.Clock.GetUtcNow().AddSeconds(1));
        var meddler = new Meddler(_database, "acme", set => set.SetProperty(row => row.DriftCount, 3).SetProperty(row => row.DriftCheckedAt, newer));

        await new ReconcileOutcome(meddler).RecordAsync(TenantSlug.Parse("acme"), Lacking(1), older, Ct);

        Assert.True(meddler.HasMeddled);
        Assert.Equal((TenantState.Provisioning, 3, newer), await RowAsync("acme"));
    }

    [Fact]
    public async Task Tenant_that_somebody_changes_meanwhile_costs_no_other_its_outcome()
    {
        await TenantsAsync("acme", "globex", "initech");
        var meddler = new Meddler(_database, "globex", set => set.SetProperty(row => row.Revision, row => row.Revision + 1));

        await new ReconcileOutcome(meddler).RecordAsync(
            new[] { "acme", "globex", "initech" }.ToDictionary(TenantSlug.Parse, slug => slug == "globex" ? Plan.Empty : Lacking(1)), _database.Clock.GetUtcNow(), Ct);

        Assert.True(meddler.HasMeddled);
        Assert.Equal((1, 1), ((await RowAsync("acme")).Drift, (await RowAsync("initech")).Drift));
    }

    [Fact]
    public async Task Many_tenants_that_are_as_before_take_as_many_queries_as_one()
    {
        await _database.FeedsAsync();
        string[] slugs = [.. Enumerable.Range(1, 12).Select(number => $"tenant-{number}")];
        await TenantsAsync(slugs);
        foreach (var slug in slugs)
        {
            await _database.GrantAsync(slug, "payments", "balances");
        }

        var one = await QueriesAsync(slugs[..1]);

        Assert.Equal(one, await QueriesAsync(slugs));
    }

    private async Task<(int Load, int Record)> QueriesAsync(string[] slugs)
    {
        var tenants = slugs.Select(TenantSlug.Parse).ToList();
        var loading = new QueryMeter(_database, FixedTenantScope.All);
        var rows = await new DesiredStateBuilder(loading, _database.Get<IOptions<ProvisioningOptions>>(), _database.Clock).LoadAsync(tenants, Ct);
        Assert.Equal(tenants.Order(), rows.Select(row => row.Tenant.Slug).Order());
        Assert.All(rows, row => Assert.Equal(2, row.Feeds.Length));
        var (plans, recording) = (tenants.ToDictionary(slug => slug, _ => Plan.Empty), new QueryMeter(_database, FixedTenantScope.All));
        await _database.Get<ReconcileOutcome>().RecordAsync(plans, _database.Clock.GetUtcNow(), Ct);
        await new ReconcileOutcome(recording).RecordAsync(plans, _database.Clock.GetUtcNow(), Ct);
        return (loading.Queries, recording.Queries);
    }

    private async Task TenantsAsync(params string[] slugs)
    {
        foreach (var slug in slugs)
        {
            await _database.ATenantAsync(slug);
        }
    }

    private Task RecordAsync(DateTimeOffset at, params (string Slug, Plan Plan)[] plans) =>
        _database.Get<ReconcileOutcome>().RecordAsync(plans.ToDictionary(one => TenantSlug.Parse(one.Slug), one => one.Plan), at, Ct);

    private async Task<(TenantState State, int? Drift, DateTimeOffset? CheckedAt)> RowAsync(string slug)
    {
        await using var db = _database.Open();
        var row = await db.Tenants.AsNoTracking().SingleAsync(tenant => tenant.Slug == TenantSlug.Parse(slug), Ct);
        return (row.State, row.DriftCount, row.DriftCheckedAt);
    }

    private async Task<List<long>> RevisionsAsync()
    {
        await using var db = _database.Open();
        return await db.Tenants.OrderBy(row => row.Slug).Select(row => row.Revision).ToListAsync(Ct);
    }

    /// <summary>A plan with so many changes to the ground that a tenant stands on.</summary>
    private static Plan Lacking(int rules) => Plan.Empty with
    {
        Changes = [.. Enumerable.Range(1, rules).Select(number => new AclChange(
            ChangeKind.Create, ChangeRisk.Safe,
            new AclRule("User:pioneer-connect", AclOperation.Write, AclResourceType.Topic, $"x{number}.t.", AclPattern.Prefixed)))],
    };

    /// <summary>Contexts in whose first save somebody else was quicker with one tenant.</summary>
    private sealed class Meddler(DomainDatabase database, string slug, Action<UpdateSettersBuilder<Tenant>> change) : SaveChangesInterceptor, IDbContextFactory<PioneerDbContext>
    {
        public bool HasMeddled { get; private set; }

        public PioneerDbContext CreateDbContext() => new SqlitePioneerDbContext(
            new DbContextOptionsBuilder<SqlitePioneerDbContext>(database.Get<DbContextOptions<SqlitePioneerDbContext>>()).AddInterceptors(this).Options,
            FixedTenantScope.All);

        public override async ValueTask<InterceptionResult<int>> SavingChangesAsync(
            DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
        {
            if (!HasMeddled)
            {
                HasMeddled = true;
                await using var db = database.Open();
                await db.Tenants.Where(row => row.Slug == TenantSlug.Parse(slug)).ExecuteUpdateAsync(change, cancellationToken);
            }

            return result;
        }
    }
}
