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

        await JoinAsync("acme", "jo@acme.test", "u1", TenantRole.Author);
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

    [Fact]
    public async Task What_takes_a_right_away_ends_sessions_and_what_adds_one_does_not()
    {
        await _database.ATenantAsync();
        await AddUserAsync("u1", "jo@acme.test", PlatformRole.Operator);
        var members = _database.Get<ManageMembers>();
        var sessions = _database.Get<Sessions>();
        await JoinAsync("acme", "jo@acme.test", "u1", TenantRole.Author);

        foreach (var (change, ends) in new (Func<Task<Result>>, bool)[]
        {
            (() => members.SetRoleAsync(Actors.Admin, "acme", "u1", TenantRole.Admin, DomainDatabase.Token), false),
            (() => members.SetRoleAsync(Actors.Admin, "acme", "u1", TenantRole.Viewer, DomainDatabase.Token), true),
            (() => members.RemoveAsync(Actors.Admin, "acme", "u1", DomainDatabase.Token), true),
            (() => members.SetPlatformRoleAsync(Actors.Admin, "u1", PlatformRole.None, DomainDatabase.Token), true),
            (() => members.SetDisabledAsync(Actors.Admin, "u1", true, DomainDatabase.Token), true),
        })
        {
            var session = await sessions.BeginAsync(new NewSession("u1", "jo@acme.test", "Firefox", "10.0.0.7", "password"), DomainDatabase.Token);
            var before = Assert.Single(await sessions.StatesAsync([session], DomainDatabase.Token));

            Assert.Null((await change()).Error);

            var after = Assert.Single(await sessions.StatesAsync([session], DomainDatabase.Token));
            Assert.Equal(ends, after.EndedAt is not null);
            Assert.True(after.RightsRevision > before.RightsRevision);
        }
    }

    [Fact]
    public async Task Granting_what_is_granted_already_changes_and_writes_nothing()
    {
        await _database.ATenantAsync();
        await AddUserAsync("u1", "jo@acme.test", PlatformRole.Operator);
        await JoinAsync("acme", "jo@acme.test", "u1", TenantRole.Author);
        var members = _database.Get<ManageMembers>();
        var before = await FactsAsync();

        Assert.Null((await members.SetRoleAsync(Actors.Admin, "acme", "u1", TenantRole.Author, DomainDatabase.Token)).Error);
        Assert.Null((await members.SetPlatformRoleAsync(Actors.Admin, "u1", PlatformRole.Operator, DomainDatabase.Token)).Error);
        Assert.Null((await members.SetDisabledAsync(Actors.Admin, "u1", false, DomainDatabase.Token)).Error);

        Assert.Equal(before, await FactsAsync());
    }

    [Fact]
    public async Task Foreign_and_invented_accounts_are_no_members_alike()
    {
        var acme = await _database.ATenantAsync();
        await AddUserAsync("u1", "boss@bank.test", PlatformRole.Admin);
        var admin = Actors.Member(TenantRole.Admin, acme.Id);
        var members = _database.As<ManageMembers>(admin);

        var foreign = await members.SetRoleAsync(admin, "acme", "u1", TenantRole.Viewer, DomainDatabase.Token);
        var invented = await members.SetRoleAsync(admin, "acme", "u2", TenantRole.Viewer, DomainDatabase.Token);

        Assert.Equal(ErrorKind.NotFound, foreign.Error!.Kind);
        Assert.Equal(foreign, invented);
    }

    [Fact]
    public async Task More_over_the_platform_has_to_be_accepted_by_the_owner_of_the_account()
    {
        await AddUserAsync("u1", "jo@acme.test", PlatformRole.None);

        Assert.Equal("AcceptanceNeeded", (await _database.Get<ManageMembers>().SetPlatformRoleAsync(Actors.Admin, "u1", PlatformRole.Admin, DomainDatabase.Token)).Error!.Code);

        var invited = await _database.Get<Invitations>().InviteAsync(Actors.Admin, new InvitationRequest(null, "Jo@acme.test", null, null, PlatformRole.Admin), DomainDatabase.Token);
        Assert.Equal(PlatformRole.None, (await RowAsync("u1")).PlatformRole);
        Assert.Null((await _database.Get<Invitations>().AcceptAsync(invited.Value.Token, "u1", DomainDatabase.Token)).Error);
        Assert.Equal(PlatformRole.Admin, (await RowAsync("u1")).PlatformRole);
    }

    [Fact]
    public async Task Role_that_does_not_exist_is_refused()
    {
        await _database.ATenantAsync();
        await AddUserAsync("u1", "jo@acme.test", PlatformRole.None);
        var members = _database.Get<ManageMembers>();

        var member = await members.SetRoleAsync(Actors.Admin, "acme", "u1", default, DomainDatabase.Token);
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
    public async Task Token_may_what_its_maker_may_at_that_moment_and_ends_with_the_account()
    {
        var acme = await _database.ATenantAsync();
        await AddUserAsync("u1", "jo@acme.test", PlatformRole.None);
        await JoinAsync("acme", "jo@acme.test", "u1", TenantRole.Admin);
        var (tokens, members) = (_database.Get<ManageApiTokens>(), _database.Get<ManageMembers>());
        var jo = (await members.ResolveAsync("u1", DomainDatabase.Token))!;
        var own = (await tokens.IssueAsync(jo, new ApiTokenRequest("own", PlatformRole.None, TenantRole.Admin, ["acme"], null), DomainDatabase.Token)).Value;
        var service = (await tokens.IssueAsync(
            jo, new ApiTokenRequest("ledger", PlatformRole.None, TenantRole.Viewer, ["acme"], null) { IsService = true }, DomainDatabase.Token)).Value;
        Assert.Equal(TenantRole.Admin, (await tokens.RecogniseAsync(own.Token, DomainDatabase.Token))!.Memberships[acme.Id]);

        await members.SetRoleAsync(Actors.Admin, "acme", "u1", TenantRole.Viewer, DomainDatabase.Token);
        Assert.Equal(TenantRole.Viewer, (await tokens.RecogniseAsync(own.Token, DomainDatabase.Token))!.Memberships[acme.Id]);

        await members.RemoveAsync(Actors.Admin, "acme", "u1", DomainDatabase.Token);
        Assert.Empty((await tokens.RecogniseAsync(own.Token, DomainDatabase.Token))!.Memberships);

        await members.SetDisabledAsync(Actors.Admin, "u1", true, DomainDatabase.Token);
        Assert.Null(await tokens.RecogniseAsync(own.Token, DomainDatabase.Token));
        Assert.Equal(TenantRole.Viewer, (await tokens.RecogniseAsync(service.Token, DomainDatabase.Token))!.Memberships[acme.Id]);
    }

    [Fact]
    public async Task Token_lives_a_year_at_most_and_only_a_service_token_is_renewed()
    {
        await _database.ATenantAsync();
        await AddUserAsync("u1", "ada@pioneer.test", PlatformRole.Admin);
        var tokens = _database.Get<ManageApiTokens>();
        var ada = (await _database.Get<ManageMembers>().ResolveAsync("u1", DomainDatabase.Token))!;
        var late = new ApiTokenRequest("late", PlatformRole.Operator, null, [], _database.Clock.GetUtcNow().AddDays(366));
        Assert.Equal("ExpiryTooLate", (await tokens.IssueAsync(ada, late, DomainDatabase.Token)).Error!.Code);
        var own = (await tokens.IssueAsync(ada, late with { ExpiresAt = null }, DomainDatabase.Token)).Value;
        var service = (await tokens.IssueAsync(ada, late with { ExpiresAt = null, IsService = true }, DomainDatabase.Token)).Value;

        _database.Clock.Advance(TimeSpan.FromDays(364));
        Assert.Equal("NotRenewable", (await tokens.RenewAsync(ada, own.Id, DomainDatabase.Token)).Error!.Code);
        Assert.Null((await tokens.RenewAsync(ada, service.Id, DomainDatabase.Token)).Error);
        _database.Clock.Advance(TimeSpan.FromDays(2));

        Assert.Null(await tokens.RecogniseAsync(own.Token, DomainDatabase.Token));
        Assert.NotNull(await tokens.RecogniseAsync(service.Token, DomainDatabase.Token));
    }

    [Fact]
    public async Task Setup_token_that_could_be_guessed_is_refused_and_another_one_ends_the_earlier()
    {
        var tokens = _database.Get<ManageApiTokens>();
        var (first, second) = (new string('a', 32), new string('b', 40));

        Assert.Equal("SetupTokenShort", (await tokens.EnsureSetupTokenAsync("pio_short-token", DomainDatabase.Token)).Error!.Code);
        Assert.Null((await tokens.EnsureSetupTokenAsync(first, DomainDatabase.Token)).Error);
        Assert.Null((await tokens.EnsureSetupTokenAsync(first, DomainDatabase.Token)).Error);
        Assert.NotNull(await tokens.RecogniseAsync(first, DomainDatabase.Token));
        Assert.Null((await tokens.EnsureSetupTokenAsync(second, DomainDatabase.Token)).Error);

        Assert.Null(await tokens.RecogniseAsync(first, DomainDatabase.Token));
        Assert.NotNull(await tokens.RecogniseAsync(second, DomainDatabase.Token));
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

    private async Task JoinAsync(string slug, string email, string userId, TenantRole role)
    {
        var invited = await _database.Get<Invitations>().InviteAsync(Actors.Admin, new InvitationRequest(slug, email, "Jo", role), DomainDatabase.Token);
        Assert.Null((await _database.Get<Invitations>().AcceptAsync(invited.Value.Token, userId, DomainDatabase.Token)).Error);
    }

    private async Task<PioneerUser> RowAsync(string id)
    {
        await using var db = _database.Open();
        return await db.Users.SingleAsync(row => row.Id == id, DomainDatabase.Token);
    }

    private async Task<(long Rights, string? Stamp, int Entries)> FactsAsync()
    {
        await using var db = _database.Open();
        var user = await db.Users.SingleAsync(row => row.Id == "u1", DomainDatabase.Token);
        return (user.RightsRevision, user.SecurityStamp, await db.AuditEntries.CountAsync(DomainDatabase.Token));
    }

    private async Task AddUserAsync(string id, string email, PlatformRole role)
    {
        await using var db = _database.Open();
        db.Users.Add(new PioneerUser { Id = id, Email = email, UserName = email, NormalizedEmail = email.ToUpperInvariant(), PlatformRole = role });
        await db.SaveChangesAsync(DomainDatabase.Token);
    }
}
