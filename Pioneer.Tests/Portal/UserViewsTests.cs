using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
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

    [Theory]
    [InlineData(0, 1, 0)]
    [InlineData(1, 1, 1)]
    [InlineData(UserViews.PageSize + 3, 2, 3)]
    public async Task Members_come_by_the_page_with_how_many_there_are_in_all(int people, int page, int shown)
    {
        var acme = await _database.ATenantAsync();
        await AddMembersAsync(acme.Id, people);
        await AddMembersAsync((await _database.ATenantAsync("globex")).Id, 2);

        var list = await Views().MembersAsync(acme.Id, null, page, DomainDatabase.Token);
        var none = await Views().MembersAsync(acme.Id, "nobody", 1, DomainDatabase.Token);

        Assert.Equal((people, shown), (list.Total, list.Rows.Count));
        Assert.Equal((0, 0), (none.Total, none.Rows.Count));
    }

    [Theory]
    [InlineData(0, 1, 0)]
    [InlineData(1, 1, 1)]
    [InlineData(UserViews.PageSize + 3, 2, 3)]
    public async Task Tokens_come_by_the_page_with_how_many_there_are_in_all(int tokens, int page, int shown)
    {
        var acme = await _database.ATenantAsync();
        await AddTokensAsync("reader", tokens, acme.Id);

        var list = await Views().TokensAsync(Actors.Admin, null, page, DomainDatabase.Token);
        var none = await Views().TokensAsync(Actors.Admin, "nothing", 1, DomainDatabase.Token);

        Assert.Equal((tokens, shown), (list.Total, list.Rows.Count));
        Assert.All(list.Rows, row => Assert.Equal(["acme"], row.Tenants));
        Assert.Equal((0, 0), (none.Total, none.Rows.Count));
    }

    [Fact]
    public async Task Tokens_of_a_tenant_admin_are_those_of_none_but_administered_tenants()
    {
        var acme = await _database.ATenantAsync();
        var globex = await _database.ATenantAsync("globex");
        await AddTokensAsync("mine", UserViews.PageSize + 1, acme.Id);
        await AddTokensAsync("both", 1, acme.Id, globex.Id);
        await AddTokensAsync("theirs", 1, globex.Id);
        await AddTokensAsync("platform", 1);

        var admin = await Views().TokensAsync(Actors.Member(TenantRole.Admin, acme.Id), null, 2, DomainDatabase.Token);
        var viewer = await Views().TokensAsync(Actors.Member(TenantRole.Viewer, acme.Id), null, 1, DomainDatabase.Token);

        Assert.Equal(UserViews.PageSize + 1, admin.Total);
        Assert.StartsWith("mine", Assert.Single(admin.Rows).Name, StringComparison.Ordinal);
        Assert.Equal(0, viewer.Total);
    }

    private UserViews Views() => new(_database.Get<IDbContextFactory<PioneerDbContext>>());

    private async Task AddMembersAsync(TenantId tenant, int count)
    {
        await using var database = _database.Open();
        for (var i = 0; i < count; i++)
        {
            var user = new PioneerUser { Id = $"{tenant}-{i}", Email = $"member{i:000}@bank.test", DisplayName = $"Member {i}" };
            database.Users.Add(user);
            database.Memberships.Add(new TenantMembership { TenantId = tenant, UserId = user.Id, Role = TenantRole.Viewer, GrantedAt = _database.Clock.GetUtcNow(), GrantedBy = "Ada" });
        }

        await database.SaveChangesAsync(DomainDatabase.Token);
    }

    private async Task AddTokensAsync(string name, int count, params TenantId[] tenants)
    {
        await using var database = _database.Open();
        database.ApiTokens.AddRange(Enumerable.Range(0, count).Select(i => new ApiToken
        {
            Id = ApiTokenId.From(Guid.NewGuid()),
            Name = $"{name} {i}",
            Hash = $"{name}{i}",
            Prefix = "pio_1234",
            PlatformRole = tenants.Length == 0 ? PlatformRole.Operator : PlatformRole.None,
            TenantRole = tenants.Length == 0 ? null : TenantRole.Viewer,
            Tenants = [.. tenants],
            CreatedAt = _database.Clock.GetUtcNow(),
            CreatedBy = "Ada",
        }));
        await database.SaveChangesAsync(DomainDatabase.Token);
    }
}
