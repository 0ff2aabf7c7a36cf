using System.Net;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pioneer.Domain;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.SignIn;
using Pioneer.Tests.Api;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.SignIn;

/// <summary>A cookie is worth its session: it ends with sign-out, shutting out, a right taken away, idleness and its latest end, and not with a right that is added.</summary>
public sealed class SessionTests : IAsyncLifetime
{
    private const string Email = "jo@acme.test";

    private readonly ApiPortal _portal = new(["--Api:Burst=100000"]);

    public ValueTask InitializeAsync() => _portal.InitializeAsync();

    public ValueTask DisposeAsync() => _portal.DisposeAsync();

    [Fact]
    public async Task Cookie_from_before_sign_out_is_nothing_afterwards()
    {
        using var jo = await SignedInAsync();
        using var thief = new PortalPerson(_portal.Url, Copy(jo.Cookies));
        Assert.Equal(HttpStatusCode.OK, (await thief.VisitAsync("/")).Status);

        await jo.VisitAsync("/sign-out");

        Assert.True((await thief.VisitAsync("/")).IsSignedOut);
        Assert.Contains(await ActionsAsync(), action => action == "SignedOut");
    }

    [Theory]
    [InlineData("shut out")]
    [InlineData("removed")]
    [InlineData("lowered")]
    [InlineData("ended by an admin")]
    [InlineData("reset")]
    public async Task What_is_taken_away_ends_the_session(string how)
    {
        using var jo = await SignedInAsync(TenantRole.Admin);
        var id = await IdAsync();

        Assert.Null((await (how switch
        {
            "shut out" => MembersAsync(members => members.SetDisabledAsync(Actors.Admin, id, true, ApiPortal.Token)),
            "removed" => MembersAsync(members => members.RemoveAsync(Actors.Admin, "acme", id, ApiPortal.Token)),
            "lowered" => MembersAsync(members => members.SetRoleAsync(Actors.Admin, "acme", id, TenantRole.Viewer, ApiPortal.Token)),
            "reset" => _portal.UseAsync<Accounts, Result>(async accounts => (await accounts.ResetAsync(Actors.Admin, id, ApiPortal.Token)).WithoutValue()),
            _ => _portal.UseAsync<Sessions, Result>(async sessions => await sessions.EndAsync(
                Actors.Admin, (await sessions.ListAsync(Actors.Admin, id, ApiPortal.Token)).Value.Single().Id, ApiPortal.Token)),
        })).Error);

        await jo.UntilSignedOutAsync();
    }

    [Fact]
    public async Task Right_that_is_added_is_there_with_the_next_request_and_ends_nothing()
    {
        using var jo = await SignedInAsync(TenantRole.Viewer);
        var id = await IdAsync();
        Assert.Equal(HttpStatusCode.Forbidden, (await jo.VisitAsync("/t/acme/editor")).Status);

        Assert.Null((await MembersAsync(members => members.SetRoleAsync(Actors.Admin, "acme", id, TenantRole.Author, ApiPortal.Token))).Error);

        await Wait.UntilAsync(async () => (await jo.VisitAsync("/t/acme/editor")).Status is HttpStatusCode.OK);
        Assert.Single((await _portal.UseAsync<Sessions, Result<IReadOnlyList<SessionRow>>>(sessions => sessions.ListAsync(Actors.Admin, id, ApiPortal.Token))).Value);
    }

    [Theory]
    [InlineData(nameof(SessionEnd.Idle))]
    [InlineData(nameof(SessionEnd.Expired))]
    public async Task Session_ends_when_nothing_is_done_and_at_its_latest_end(string because)
    {
        using var jo = await SignedInAsync();
        var past = TimeProvider.System.GetUtcNow() - TimeSpan.FromHours(1);
        var session = (await _portal.UseAsync<Sessions, Result<IReadOnlyList<SessionRow>>>(async sessions => await sessions.ListAsync(Actors.Admin, await IdAsync(), ApiPortal.Token))).Value.Single().Id;

        await _portal.UseAsync<PioneerDbContext, int>(db => because == nameof(SessionEnd.Idle)
            ? db.Sessions.Where(row => row.Id == session).ExecuteUpdateAsync(set => set.SetProperty(row => row.LastSeenAt, past), ApiPortal.Token)
            : db.Sessions.Where(row => row.Id == session).ExecuteUpdateAsync(set => set.SetProperty(row => row.EndsAt, past), ApiPortal.Token));

        _portal.Services.GetRequiredService<SessionBook>().Forget(session);
        Assert.True((await jo.VisitAsync("/")).IsSignedOut);
        Assert.Equal(because, await _portal.UseAsync<PioneerDbContext, string>(async db => (await db.Sessions.SingleAsync(row => row.Id == session, ApiPortal.Token)).EndedBecause.ToString()!));
    }

    [Fact]
    public async Task Person_ends_own_sessions_and_nobody_elses()
    {
        using var jo = await SignedInAsync();
        var id = await IdAsync();
        var session = (await _portal.UseAsync<Sessions, Result<IReadOnlyList<SessionRow>>>(sessions => sessions.ListAsync(Actors.Admin, id, ApiPortal.Token))).Value.Single();
        Assert.Equal(("127.0.0.1", "password"), (session.Address, session.Method));
        var owner = Actors.Member(TenantRole.Viewer) with { Id = id };
        var other = owner with { Id = "somebody else" };

        Assert.Equal(ErrorKind.NotFound, (await _portal.UseAsync<Sessions, Result>(sessions => sessions.EndAsync(other, session.Id, ApiPortal.Token))).Error!.Kind);
        Assert.Equal(ErrorKind.Forbidden, (await _portal.UseAsync<Sessions, Result<IReadOnlyList<SessionRow>>>(sessions => sessions.ListAsync(other, id, ApiPortal.Token))).Error!.Kind);
        Assert.Null((await _portal.UseAsync<Sessions, Result>(sessions => sessions.EndAsync(owner, session.Id, ApiPortal.Token))).Error);
    }

    [Fact]
    public async Task Not_found_is_the_same_for_a_foreign_tenant_and_for_one_that_there_is_not()
    {
        using var jo = await SignedInAsync(TenantRole.Admin);
        foreach (var page in new[] { "/t/{0}/subscriptions", "/t/{0}/delivery", "/t/{0}/seeds", "/t/{0}/editor", "/t/{0}/members", "/tenants/{0}", "/tenants/{0}/members" })
        {
            var foreign = await jo.VisitAsync(page.Replace("{0}", "globex", StringComparison.Ordinal));
            var invented = await jo.VisitAsync(page.Replace("{0}", "nobody", StringComparison.Ordinal));

            Assert.Equal((foreign.Status, true), (invented.Status, invented.Text.Contains("No page has this address", StringComparison.Ordinal)));
            Assert.Contains("No page has this address", foreign.Text, StringComparison.Ordinal);
        }
    }

    private async Task<PortalPerson> SignedInAsync(TenantRole role = TenantRole.Author)
    {
        await PortalPerson.JoinAsync(_portal, Email, "acme", role);
        var jo = new PortalPerson(_portal.Url);
        Assert.Equal("/", (await jo.SignInAsync(Email, PortalPerson.Password)).Leads);
        return jo;
    }

    private Task<string> IdAsync() => _portal.UseAsync<UserManager<PioneerUser>, string>(async users => (await users.FindByEmailAsync(Email))!.Id);

    private Task<Result> MembersAsync(Func<ManageMembers, Task<Result>> change) => _portal.UseAsync(change);

    private Task<List<string>> ActionsAsync() => _portal.UseAsync<PioneerDbContext, List<string>>(db => db.AuditEntries.Select(entry => entry.Action).ToListAsync(ApiPortal.Token));

    private static CookieContainer Copy(CookieContainer cookies)
    {
        var copy = new CookieContainer();
        foreach (var cookie in cookies.GetAllCookies().Cast<Cookie>())
        {
            copy.Add(new Cookie(cookie.Name, cookie.Value, cookie.Path, cookie.Domain));
        }

        return copy;
    }
}
