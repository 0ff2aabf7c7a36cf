using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.Api;

/// <summary>API tokens: a hash in the database, the text once, no more rights than given, none after their end.</summary>
[Collection(ApiPortalCollection.Name)]
public sealed class ApiTokenTests(ApiPortal portal)
{
    private static CancellationToken Token => ApiPortal.Token;

    [Fact]
    public async Task Database_holds_a_hash_and_no_text()
    {
        var issued = await portal.IssueAsync(new ApiTokenRequest("pipeline", PlatformRole.Operator, null, [], null));

        var row = await RowAsync(issued.Id);

        Assert.StartsWith("pio_", issued.Token, StringComparison.Ordinal);
        Assert.Equal(4 + 43, issued.Token.Length);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(issued.Token))), row.Hash);
        Assert.InRange(row.Prefix.Length, 1, 10);
        Assert.DoesNotContain(issued.Token, issued.ToString(), StringComparison.Ordinal);
        var audit = await portal.UseAsync<PioneerDbContext, string?>(db => db.AuditEntries.Where(entry => entry.Action == "ApiTokenIssued" && entry.Subject == "pipeline").Select(entry => entry.After).SingleAsync(Token));
        Assert.DoesNotContain(issued.Token[4..], audit, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Revoked_token_is_refused_with_the_next_request()
    {
        var issued = await portal.IssueAsync(new ApiTokenRequest("short-lived", PlatformRole.Operator, null, [], null));
        using var client = portal.NewClient(issued.Token);
        Assert.Equal(HttpStatusCode.OK, (await ApiPortal.SendAsync(client, HttpMethod.Get, "tenants")).Status);

        Assert.Null((await portal.UseAsync<ManageApiTokens, Result>(tokens => tokens.RevokeAsync(Actors.Admin, issued.Id, Token))).Error);

        (await ApiPortal.SendAsync(client, HttpMethod.Get, "tenants")).IsProblem(HttpStatusCode.Unauthorized, "TokenRefused");
    }

    [Fact]
    public async Task Expired_token_is_refused()
    {
        var issued = await portal.IssueAsync(new ApiTokenRequest("ending", PlatformRole.Operator, null, [], TimeProvider.System.GetUtcNow().AddHours(1)));
        await portal.UseAsync<PioneerDbContext, int>(db => db.ApiTokens.Where(row => row.Id == issued.Id)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.ExpiresAt, TimeProvider.System.GetUtcNow().AddSeconds(-1)), Token));
        using var client = portal.NewClient(issued.Token);

        (await ApiPortal.SendAsync(client, HttpMethod.Get, "tenants")).IsProblem(HttpStatusCode.Unauthorized, "TokenRefused");
    }

    [Fact]
    public async Task Hash_of_a_token_is_no_token()
    {
        var issued = await portal.IssueAsync(new ApiTokenRequest("hashed", PlatformRole.Operator, null, [], null));
        using var client = portal.NewClient((await RowAsync(issued.Id)).Hash);

        (await ApiPortal.SendAsync(client, HttpMethod.Get, "tenants")).IsProblem(HttpStatusCode.Unauthorized, "TokenRefused");
    }

    [Fact]
    public async Task Viewers_token_looks_and_changes_nothing()
    {
        using var viewer = await portal.MemberAsync("acme", TenantRole.Viewer);

        Assert.Equal(HttpStatusCode.OK, (await ApiPortal.SendAsync(viewer, HttpMethod.Get, "tenants/acme")).Status);
        (await ApiPortal.SendAsync(viewer, HttpMethod.Patch, "tenants/acme", """{"name":"Mine"}""")).IsProblem(HttpStatusCode.Forbidden, "NotAllowed");
        (await ApiPortal.SendAsync(viewer, HttpMethod.Post, "tenants/acme/plan:apply")).IsProblem(HttpStatusCode.Forbidden, "NotAllowed");
        (await ApiPortal.SendAsync(viewer, HttpMethod.Post, "tenants", """{"slug":"initech"}""")).IsProblem(HttpStatusCode.Forbidden, "NotAllowed");
        (await ApiPortal.SendAsync(viewer, HttpMethod.Post, "recovery/runs/00000000-0000-7000-8000-000000000001:resume")).IsProblem(HttpStatusCode.Forbidden, "NotAllowed");
    }

    [Fact]
    public async Task Cookie_of_a_page_is_no_token()
    {
        using var client = portal.NewClient(null);

        (await ApiPortal.SendAsync(client, HttpMethod.Get, "tenants", headers: [("Cookie", "pioneer=anything")])).IsProblem(HttpStatusCode.Unauthorized, "TokenMissing");
    }

    private Task<ApiToken> RowAsync(ApiTokenId id) =>
        portal.UseAsync<PioneerDbContext, ApiToken>(db => db.ApiTokens.AsNoTracking().SingleAsync(row => row.Id == id, Token));
}
