using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Features.Settings;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.Portal;

public sealed class UserViewsTests : IAsyncLifetime
{
    private const int People = (2 * UserViews.PageSize) + 7;

    private readonly DomainDatabase _database = new();

    public ValueTask InitializeAsync() => _database.InitializeAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Users_come_by_the_page_with_how_many_fit_in_all()
    {
        var databases = _database.Get<IDbContextFactory<PioneerDbContext>>();
        await using (var database = await databases.CreateDbContextAsync(DomainDatabase.Token))
        {
            database.Users.AddRange(Enumerable.Range(0, People).Select(i => new PioneerUser { Id = $"u{i}", Email = $"person{i:000}@bank.test", DisplayName = $"Person {i}" }));
            await database.SaveChangesAsync(DomainDatabase.Token);
        }

        var views = new UserViews(databases);
        var last = await views.UsersAsync(null, 3, DomainDatabase.Token);
        var found = await views.UsersAsync("person10", 1, DomainDatabase.Token);

        Assert.Equal((People, 7, "person100@bank.test"), (last.Total, last.Rows.Count, last.Rows[0].Email));
        Assert.Equal((7, 7), (found.Total, found.Rows.Count));
    }
}
