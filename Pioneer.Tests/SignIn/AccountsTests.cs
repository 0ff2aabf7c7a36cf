using System.Net;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Auditing;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.SignIn;
using Pioneer.Tests.Api;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.SignIn;

/// <summary>Accounts belong to their owners: nobody else ever has their password, and what somebody else made of an e-mail beforehand is worth nothing.</summary>
public sealed class AccountsTests : IAsyncLifetime
{
    private const string Other = "another sentence of her own";

    private readonly ApiPortal _portal = new(["--Api:Burst=100000"]);

    public ValueTask InitializeAsync() => _portal.InitializeAsync();

    public ValueTask DisposeAsync() => _portal.DisposeAsync();

    [Fact]
    public async Task Invited_person_makes_the_account_and_the_link_works_once()
    {
        var link = await InviteAsync("acme", "jo@acme.test", TenantRole.Author);
        using var jo = new PortalPerson(_portal.Url);
        Assert.Contains("You are invited to acme", (await jo.VisitAsync(PathOf(link))).Text, StringComparison.Ordinal);
        Assert.Contains("among the first that are tried", (await JoinAsync(jo, link, "Password1234!")).Text, StringComparison.Ordinal);

        Assert.Equal("/", (await JoinAsync(jo, link, PortalPerson.Password)).Leads);

        Assert.Equal(HttpStatusCode.OK, (await jo.VisitAsync("/t/acme/subscriptions")).Status);
        using var second = new PortalPerson(_portal.Url);
        Assert.Equal(HttpStatusCode.Forbidden, (await second.VisitAsync(PathOf(link))).Status);
        var entries = await EntriesAsync();
        Assert.Contains(entries, entry => entry is { Action: "PersonInvited", ActorName: "Ada Admin", Subject: "jo@acme.test" });
        Assert.Contains(entries, entry => entry is { Action: "UserCreated", ActorName: "Jo", Subject: "jo@acme.test" });
        Assert.Contains(entries, entry => entry is { Action: "MembershipAccepted", Subject: "jo@acme.test", TenantId: not null });
        Assert.DoesNotContain(entries, entry => $"{entry.Before}{entry.After}".Contains(PortalPerson.Password, StringComparison.Ordinal)
            || $"{entry.Before}{entry.After}".Contains(link.Token, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Account_that_a_tenant_admin_made_beforehand_gets_no_platform_role_and_is_its_owners_after_a_reset()
    {
        // a tenant admin invites somebody who will be an admin, and opens the link himself
        var acme = await AcmeId();
        var squatter = await PortalPerson.JoinAsync(_portal, "new-boss@bank.test", "acme", TenantRole.Viewer);
        var stolen = (await _portal.UseAsync<ManageApiTokens, Result<IssuedApiToken>>(tokens => tokens.IssueAsync(
            Actors.Member(TenantRole.Admin, acme) with { Id = squatter }, new ApiTokenRequest("t", PlatformRole.None, TenantRole.Viewer, ["acme"], null), ApiPortal.Token))).Value;

        var link = await InviteAsync(null, "new-boss@bank.test", null, PlatformRole.Admin);
        using (var thief = new PortalPerson(_portal.Url))
        {
            await thief.SignInAsync("new-boss@bank.test", PortalPerson.Password);
            Assert.Equal(HttpStatusCode.Forbidden, (await thief.VisitAsync("/settings/users")).Status);

            // the owner has the link, and not the account's password: a reset gives it to her
            var reset = (await _portal.UseAsync<Accounts, Result<IssuedLink>>(accounts => accounts.ResetAsync(Actors.Admin, squatter, ApiPortal.Token))).Value;
            await thief.UntilSignedOutAsync();
            using var boss = new PortalPerson(_portal.Url);
            var chosen = await boss.SubmitAsync(PathOf(reset), ("Input.Password", Other));
            Assert.True(chosen.Leads == "/", $"{chosen.Status} {chosen.Text}");
            Assert.Equal("/", (await boss.SubmitAsync(PathOf(link))).Leads);
            Assert.Equal(HttpStatusCode.OK, (await boss.VisitAsync("/settings/users")).Status);
            Assert.Equal(HttpStatusCode.OK, (await thief.SignInAsync("new-boss@bank.test", PortalPerson.Password)).Status);
            Assert.True((await thief.VisitAsync("/settings/users")).IsSignedOut);
        }

        Assert.Null(await _portal.UseAsync<ManageApiTokens, Actor?>(tokens => tokens.RecogniseAsync(stolen.Token, ApiPortal.Token)));
    }

    [Fact]
    public async Task Link_for_somebody_else_is_not_accepted()
    {
        await PortalPerson.JoinAsync(_portal, "jo@acme.test", "acme", TenantRole.Viewer);
        await PortalPerson.JoinAsync(_portal, "eve@acme.test", "acme", TenantRole.Viewer);
        var link = await InviteAsync("globex", "jo@acme.test", TenantRole.Admin);
        using var eve = new PortalPerson(_portal.Url);
        await eve.SignInAsync("eve@acme.test", PortalPerson.Password);

        Assert.Contains("Sign in as jo@acme.test", (await eve.VisitAsync(PathOf(link))).Text, StringComparison.Ordinal);
        var forced = await _portal.UseAsync<UserManager<PioneerUser>, string>(async users => (await users.FindByEmailAsync("eve@acme.test"))!.Id);
        Assert.Equal("LinkOfAnother", (await _portal.UseAsync<Invitations, Result>(i => i.AcceptAsync(link.Token, forced, ApiPortal.Token))).Error!.Code);
        Assert.NotEqual(HttpStatusCode.OK, (await eve.VisitAsync("/tenants/globex")).Status);
    }

    [Fact]
    public async Task Inviting_tells_a_tenant_admin_nothing_of_accounts_elsewhere()
    {
        await PortalPerson.JoinAsync(_portal, "known@globex.test", "globex", TenantRole.Viewer);
        var admin = Actors.Member(TenantRole.Admin, await AcmeId());

        var known = await AsAsync(admin, new InvitationRequest("acme", "known@globex.test", null, TenantRole.Viewer));
        var unknown = await AsAsync(admin, new InvitationRequest("acme", "unknown@globex.test", null, TenantRole.Viewer));

        Assert.True(known.IsSuccess && unknown.IsSuccess);
        Assert.Equal(ErrorKind.NotFound, (await AsAsync(admin, new InvitationRequest("globex", "x@y.test", null, TenantRole.Viewer))).Error!.Kind);
        Assert.Equal(ErrorKind.Forbidden, (await AsAsync(admin, new InvitationRequest(null, "x@y.test", null, null, PlatformRole.Admin))).Error!.Kind);
    }

    [Fact]
    public async Task Adding_somebody_who_has_an_account_changes_no_role()
    {
        await PortalPerson.JoinAsync(_portal, "ada@bank.test", null, null, PlatformRole.Admin);

        var again = await AsAsync(Actors.Admin, new InvitationRequest(null, "Ada@bank.test", null, null, PlatformRole.None));

        Assert.Equal("HasAccount", again.Error!.Code);
        Assert.Equal(PlatformRole.Admin, await _portal.UseAsync<UserManager<PioneerUser>, PlatformRole>(async users => (await users.FindByEmailAsync("ada@bank.test"))!.PlatformRole));
    }

    [Fact]
    public async Task Owner_changes_the_password_with_the_old_one_and_other_sessions_end()
    {
        var id = await PortalPerson.JoinAsync(_portal, "jo@acme.test", "acme", TenantRole.Author);
        using var elsewhere = new PortalPerson(_portal.Url);
        await elsewhere.SignInAsync("jo@acme.test", PortalPerson.Password);

        Assert.Equal("PasswordWrong", (await ChangeAsync(id, "not the old one")).Error!.Code);
        Assert.Null((await ChangeAsync(id, PortalPerson.Password)).Error);

        await elsewhere.UntilSignedOutAsync();
        using var jo = new PortalPerson(_portal.Url);
        Assert.Equal("/", (await jo.SignInAsync("jo@acme.test", Other)).Leads);
        Assert.Equal(HttpStatusCode.OK, (await jo.VisitAsync("/account")).Status);
    }

    private Task<Result> ChangeAsync(string id, string old) =>
        _portal.UseAsync<Accounts, Result>(accounts => accounts.ChangePasswordAsync(id, old, Other, null, ApiPortal.Token));

    private Task<Result<IssuedLink>> AsAsync(Actor actor, InvitationRequest request) =>
        _portal.UseAsync<Invitations, Result<IssuedLink>>(invitations => invitations.InviteAsync(actor, request, ApiPortal.Token));

    private async Task<IssuedLink> InviteAsync(string? slug, string email, TenantRole? role, PlatformRole platform = PlatformRole.None) =>
        (await AsAsync(Actors.Admin, new InvitationRequest(slug, email, "Jo", role, platform))).Value;

    private static string PathOf(IssuedLink link) => $"/join?token={link.Token}";

    private static Task<PersonSees> JoinAsync(PortalPerson person, IssuedLink link, string password) =>
        person.SubmitAsync(PathOf(link), ("Input.Name", "Jo"), ("Input.Password", password));

    private Task<TenantId> AcmeId() => _portal.UseAsync<PioneerDbContext, TenantId>(db =>
        db.Tenants.Where(tenant => tenant.Slug == TenantSlug.Parse("acme")).Select(tenant => tenant.Id).SingleAsync(ApiPortal.Token));

    private Task<List<AuditEntry>> EntriesAsync() => _portal.UseAsync<PioneerDbContext, List<AuditEntry>>(db => db.AuditEntries.AsNoTracking().ToListAsync(ApiPortal.Token));
}
