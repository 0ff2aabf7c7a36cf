using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Tenants;
using Xunit;

namespace Pioneer.Tests.Persistence;

/// <summary>Two people, one row.</summary>
public sealed class ConcurrencyTests : IAsyncLifetime
{
    private readonly DomainDatabase _database = new();

    public ValueTask InitializeAsync() => _database.InitializeAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Second_of_two_editors_is_told_and_loses_nothing_of_the_first()
    {
        await _database.ATenantAsync();
        var seen = (await _database.Get<TenantQueries>().GetAsync(Actors.Admin, "acme", DomainDatabase.Token)).Value.Tenant.Revision;
        var first = await _database.Get<TenantLifecycle>().RenameAsync(Actors.Admin, "acme", "Acme One", seen, DomainDatabase.Token);

        var second = await _database.Get<TenantLifecycle>().RenameAsync(Actors.Admin, "acme", "Acme Two", seen, DomainDatabase.Token);

        Assert.True(first.IsSuccess);
        Assert.Equal(ErrorKind.Concurrency, second.Error!.Kind);
        await using var db = _database.Open();
        Assert.Equal("Acme One", (await db.Tenants.SingleAsync(DomainDatabase.Token)).Name);
        Assert.Single(await db.AuditEntries.Where(row => row.Action == "TenantRenamed").ToListAsync(DomainDatabase.Token));
    }

    [Fact]
    public async Task Comparison_that_finds_nothing_new_takes_no_editors_change_away()
    {
        await _database.ATenantAsync();
        await _database.ReconcileAsync();
        var seen = (await _database.Get<TenantQueries>().GetAsync(Actors.Admin, "acme", DomainDatabase.Token)).Value.Tenant.Revision;
        _database.Clock.Advance(TimeSpan.FromMinutes(5));
        await _database.ReconcileAsync();

        var renamed = await _database.Get<TenantLifecycle>().RenameAsync(Actors.Admin, "acme", "Acme One", seen, DomainDatabase.Token);

        Assert.Null(renamed.Error);
    }

    [Fact]
    public async Task Times_sort_and_compare_in_the_database()
    {
        await _database.ATenantAsync();
        _database.Clock.Advance(TimeSpan.FromMinutes(1));
        await _database.ATenantAsync("globex");
        var border = _database.Clock.GetUtcNow();

        await using var db = _database.Open();

        Assert.Equal("globex", (await db.Tenants.OrderByDescending(row => row.CreatedAt).FirstAsync(DomainDatabase.Token)).Slug.Value);
        Assert.Equal("acme", (await db.Tenants.SingleAsync(row => row.CreatedAt < border, DomainDatabase.Token)).Slug.Value);
    }
}
