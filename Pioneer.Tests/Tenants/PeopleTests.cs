using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Tenants;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.Tenants;

/// <summary>Members, API tokens and the set-up link.</summary>
public sealed class PeopleTests : IAsyncLifetime
{
    private readonly DomainDatabase _database = new();

    public ValueTask InitializeAsync() => _database.InitializeAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Membership_makes_the_actor_and_ends_with_it()
    {
        var acme = await _database.ATenantAsync();
        await AddUserAsync("u1", "jo@acme.test", PlatformRole.None);
        var members = _database.Get<ManageMembers>();

        await members.GrantAsync(Actors.Admin, "acme", "u1", TenantRole.Author, DomainDatabase.Token);
        var author = await members.ResolveAsync("u1", DomainDatabase.Token);
        Assert.Equal((true, false), (TenantAuthorisation.Allows(author!, acme.Id, TenantPermission.Author), author!.Scope.IsAll));
        Assert.Equal("jo@acme.test", Assert.Single((await _database.Get<PeopleQueries>().MembersAsync(Actors.Admin, "acme", DomainDatabase.Token)).Value).Email);
        var user = Assert.Single((await _database.Get<PeopleQueries>().UsersAsync(Actors.Admin, "acme.test", null, null, DomainDatabase.Token)).Value.Items);
        Assert.Equal([new UserMembership("acme", TenantRole.Author)], user.Memberships);

        await members.RemoveAsync(Actors.Admin, "acme", "u1", DomainDatabase.Token);
        Assert.Empty((await members.ResolveAsync("u1", DomainDatabase.Token))!.Memberships);
    }

    [Fact]
    public async Task Last_platform_admin_cannot_be_demoted_or_disabled()
    {
        await AddUserAsync("u1", "ada@pioneer.test", PlatformRole.Admin);
        var members = _database.Get<ManageMembers>();

        Assert.Equal("LastAdmin", (await members.SetPlatformRoleAsync(Actors.Admin, "u1", PlatformRole.None, DomainDatabase.Token)).Error!.Code);
        Assert.Equal("LastAdmin", (await members.SetDisabledAsync(Actors.Admin, "u1", true, DomainDatabase.Token)).Error!.Code);
    }

    [Fact]
    public async Task Disabled_user_is_nobody()
    {
        await AddUserAsync("u1", "jo@acme.test", PlatformRole.Operator);

        await _database.Get<ManageMembers>().SetDisabledAsync(Actors.Admin, "u1", true, DomainDatabase.Token);

        Assert.Null(await _database.Get<ManageMembers>().ResolveAsync("u1", DomainDatabase.Token));
    }

    // An open page compares the stamp of its sign-in with the account's: what does not change it leaves the page its earlier rights.
    [Fact]
    public async Task Every_change_of_rights_changes_the_stamp_that_sign_ins_are_checked_by()
    {
        await _database.ATenantAsync();
        await AddUserAsync("u1", "jo@acme.test", PlatformRole.None);
        var members = _database.Get<ManageMembers>();
        var stamps = new List<string?> { await StampAsync("u1") };

        foreach (var change in new Func<Task<Result>>[]
        {
            () => members.GrantAsync(Actors.Admin, "acme", "u1", TenantRole.Admin, DomainDatabase.Token),
            () => members.GrantAsync(Actors.Admin, "acme", "u1", TenantRole.Viewer, DomainDatabase.Token),
            () => members.RemoveAsync(Actors.Admin, "acme", "u1", DomainDatabase.Token),
            () => members.SetPlatformRoleAsync(Actors.Admin, "u1", PlatformRole.Operator, DomainDatabase.Token),
            () => members.SetDisabledAsync(Actors.Admin, "u1", true, DomainDatabase.Token),
        })
        {
            Assert.Null((await change()).Error);
            stamps.Add(await StampAsync("u1"));
        }

        Assert.Equal(stamps.Count, stamps.Distinct().Count());
    }

    [Fact]
    public async Task Role_that_does_not_exist_is_refused()
    {
        await _database.ATenantAsync();
        await AddUserAsync("u1", "jo@acme.test", PlatformRole.None);
        var members = _database.Get<ManageMembers>();

        var member = await members.GrantAsync(Actors.Admin, "acme", "u1", default, DomainDatabase.Token);
        var platform = await members.SetPlatformRoleAsync(Actors.Admin, "u1", (PlatformRole)9, DomainDatabase.Token);

        Assert.Equal(("RoleUnknown", "RoleUnknown"), (member.Error!.Code, platform.Error!.Code));
        Assert.Empty((await members.ResolveAsync("u1", DomainDatabase.Token))!.Memberships);
    }

    [Fact]
    public async Task Token_is_recognised_until_it_is_revoked_and_never_stored()
    {
        var acme = await _database.ATenantAsync();
        var tokens = _database.Get<ManageApiTokens>();
        var issued = (await tokens.IssueAsync(Actors.Admin, new ApiTokenRequest("sse", PlatformRole.None, TenantRole.Viewer, ["acme"], null), DomainDatabase.Token)).Value;

        var actor = await tokens.RecogniseAsync(issued.Token, DomainDatabase.Token);
        Assert.Equal([acme.Id], actor!.Scope.Tenants);
        Assert.Equal(["acme"], Assert.Single(await _database.Get<PeopleQueries>().ApiTokensAsync(Actors.Admin, DomainDatabase.Token)).Tenants);
        await using (var db = _database.Open())
        {
            Assert.DoesNotContain(await db.ApiTokens.ToListAsync(DomainDatabase.Token), row => $"{row.Hash}{row.Prefix}".Contains(issued.Token, StringComparison.Ordinal));
        }

        await tokens.RevokeAsync(Actors.Admin, issued.Id, DomainDatabase.Token);
        Assert.Null(await tokens.RecogniseAsync(issued.Token, DomainDatabase.Token));
        Assert.Null(await tokens.RecogniseAsync("pio_guess", DomainDatabase.Token));
    }

    [Fact]
    public async Task Token_ends_with_its_expiry()
    {
        await _database.ATenantAsync();
        var tokens = _database.Get<ManageApiTokens>();
        var expiry = _database.Clock.GetUtcNow().AddHours(1);
        var issued = (await tokens.IssueAsync(Actors.Admin, new ApiTokenRequest("t", PlatformRole.Operator, null, [], expiry), DomainDatabase.Token)).Value;

        _database.Clock.Advance(TimeSpan.FromHours(1));

        Assert.Null(await tokens.RecogniseAsync(issued.Token, DomainDatabase.Token));
    }

    [Fact]
    public async Task Nobody_gives_a_token_more_than_they_have()
    {
        var acme = await _database.ATenantAsync();
        await _database.ATenantAsync("globex");
        var admin = Actors.Member(TenantRole.Admin, acme.Id);
        var tokens = _database.As<ManageApiTokens>(admin);

        Assert.True((await tokens.IssueAsync(admin, new ApiTokenRequest("t", PlatformRole.None, TenantRole.Admin, ["acme"], null), DomainDatabase.Token)).IsSuccess);
        Assert.Equal(ErrorKind.NotFound, (await tokens.IssueAsync(admin, new ApiTokenRequest("t", PlatformRole.None, TenantRole.Viewer, ["globex"], null), DomainDatabase.Token)).Error!.Kind);
        Assert.Equal(ErrorKind.Forbidden, (await tokens.IssueAsync(admin, new ApiTokenRequest("t", PlatformRole.Operator, null, [], null), DomainDatabase.Token)).Error!.Kind);
    }

    [Fact]
    public async Task Setup_link_works_once_for_a_day_and_not_beside_an_admin()
    {
        var links = _database.Get<SetupLinks>();
        var stale = await links.IssueAsync(DomainDatabase.Token);
        var token = await links.IssueAsync(DomainDatabase.Token);

        Assert.Equal(SetupLinks.Void, (await links.CheckAsync(stale, DomainDatabase.Token)).Error);
        Assert.True((await links.CheckAsync(token, DomainDatabase.Token)).IsSuccess);
        Assert.True((await links.UseAsync(token, DomainDatabase.Token)).IsSuccess);
        Assert.Equal(SetupLinks.Void, (await links.UseAsync(token, DomainDatabase.Token)).Error);

        var late = await links.IssueAsync(DomainDatabase.Token);
        _database.Clock.Advance(TimeSpan.FromHours(25));
        Assert.Equal(SetupLinks.Void, (await links.UseAsync(late, DomainDatabase.Token)).Error);

        var beside = await links.IssueAsync(DomainDatabase.Token);
        await AddUserAsync("u1", "ada@pioneer.test", PlatformRole.Admin);
        Assert.Equal(SetupLinks.Void, (await links.UseAsync(beside, DomainDatabase.Token)).Error);
    }

    private async Task<string?> StampAsync(string id)
    {
        await using var db = _database.Open();
        return await db.Users.Where(row => row.Id == id).Select(row => row.SecurityStamp).SingleAsync(DomainDatabase.Token);
    }

    private async Task AddUserAsync(string id, string email, PlatformRole role)
    {
        await using var db = _database.Open();
        db.Users.Add(new PioneerUser { Id = id, Email = email, UserName = email, NormalizedEmail = email.ToUpperInvariant(), PlatformRole = role });
        await db.SaveChangesAsync(DomainDatabase.Token);
    }
}
