using Pioneer.Domain;
using Pioneer.Domain.Recovery;
using Pioneer.Domain.Tenants;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.Tenants;

/// <summary>Lists, search and the overview on real rows.</summary>
public sealed class TenantQueriesTests : IAsyncLifetime
{
    private readonly DomainDatabase _database = new();

    public ValueTask InitializeAsync() => _database.InitializeAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Theory]
    [InlineData("slug", "tenant-00")]
    [InlineData("-slug", "tenant-24")]
    [InlineData("name", "tenant-24")]
    [InlineData("-created", "tenant-24")]
    [InlineData("-drift", "tenant-07")]
    public async Task Pages_hold_every_tenant_once_in_any_order(string sort, string first)
    {
        await AddAsync(25);
        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = await _database.Get<TenantQueries>().ListAsync(Actors.Admin, new TenantFilter(Sort: sort, Cursor: cursor, Limit: 10), DomainDatabase.Token);
            Assert.Equal(25, page.Total);
            seen.AddRange(page.Items.Select(row => row.Slug));
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        Assert.Equal(first, seen[0]);
        Assert.Equal(25, seen.Distinct().Count());
        Assert.Equal(25, seen.Count);
    }

    [Theory]
    [InlineData("NANT-1", 10)]
    [InlineData("name 01", 1)]
    [InlineData("100%", 0)]
    [InlineData("_", 0)]
    public async Task Search_finds_part_of_slug_or_name_literally(string search, int found)
    {
        await AddAsync(25);

        var page = await _database.Get<TenantQueries>().ListAsync(Actors.Admin, new TenantFilter(search), DomainDatabase.Token);

        Assert.Equal(found, page.Total);
    }

    [Fact]
    public async Task Cursor_that_was_tampered_with_reads_as_the_beginning()
    {
        await AddAsync(3);

        var page = await _database.Get<TenantQueries>().ListAsync(Actors.Admin, new TenantFilter(Cursor: "%%%"), DomainDatabase.Token);

        Assert.Equal(3, page.Items.Count);
    }

    [Fact]
    public async Task Global_search_finds_tenants_topics_and_operations()
    {
        await _database.ATenantAsync();
        await _database.FeedsAsync();
        await _database.GrantAsync("acme", "payments");

        var byName = await _database.Get<GlobalSearch>().FindAsync(Actors.Admin, "acm", DomainDatabase.Token);
        var byTopic = await _database.Get<GlobalSearch>().FindAsync(Actors.Admin, "acme.t.pay", DomainDatabase.Token);

        Assert.Contains(byName, hit => hit is { Kind: SearchHitKind.Tenant, Name: "acme" });
        Assert.Contains(byName, hit => hit.Kind is SearchHitKind.Operation);
        Assert.Contains(byTopic, hit => hit is { Kind: SearchHitKind.Topic, Name: "acme.t.payments" });
    }

    [Fact]
    public async Task Global_search_finds_runs_of_playbooks_for_platform_people_only()
    {
        var acme = await _database.ATenantAsync();
        await using (var db = _database.Open())
        {
            db.PlaybookRuns.Add(new PlaybookRun
            {
                Id = new PlaybookRunId(Guid.NewGuid()), Scenario = "S10", Subject = "acme.t.payments", IsDrill = true, RequestedAt = _database.Clock.GetUtcNow(), RequestedBy = "Olga",
            });
            await db.SaveChangesAsync(DomainDatabase.Token);
        }

        var found = await _database.Get<GlobalSearch>().FindAsync(Actors.Operator, "S10", DomainDatabase.Token);
        var byMember = await _database.Get<GlobalSearch>().FindAsync(Actors.Member(TenantRole.Admin, acme.Id), "S10", DomainDatabase.Token);

        Assert.Contains(found, hit => hit is { Kind: SearchHitKind.PlaybookRun, Detail: "Drill S10, acme.t.payments" });
        Assert.DoesNotContain(byMember, hit => hit.Kind is SearchHitKind.PlaybookRun);
    }

    [Fact]
    public async Task Overview_counts_what_the_actor_sees()
    {
        var acme = await _database.ATenantAsync();
        await _database.ATenantAsync("globex");
        await _database.FeedsAsync();
        await _database.GrantAsync("acme", "payments", "balances");

        var all = await _database.Get<OverviewQuery>().GetAsync(Actors.Admin, DomainDatabase.Token);
        var own = await _database.Get<OverviewQuery>().GetAsync(Actors.Member(TenantRole.Viewer, acme.Id), DomainDatabase.Token);

        Assert.Equal((2, 2, 2), (all.Tenants, all.Feeds, all.Entitlements));
        Assert.Equal((1, 0, 2), (own.Tenants, own.Feeds, own.Entitlements));
    }

    private async Task AddAsync(int count)
    {
        await using var db = _database.Open();
        db.Tenants.AddRange(Enumerable.Range(0, count).Select(number => new Tenant
        {
            Id = new TenantId(Guid.CreateVersion7()), Slug = TenantSlug.Parse($"tenant-{number:00}"), Name = $"Name {count - number:00}",
            Isolation = IsolationLevel.Dedicated, DriftCount = number == 7 ? 3 : 0, CreatedBy = "test",
            CreatedAt = DateTimeOffset.UnixEpoch.AddMinutes(number),
        }));
        await db.SaveChangesAsync(DomainDatabase.Token);
    }
}
