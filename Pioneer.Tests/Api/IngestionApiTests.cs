using System.Net;
using System.Text.Json;
using Pioneer.Domain.Tenants;
using Xunit;

namespace Pioneer.Tests.Api;

/// <summary>A pipeline sets sources, feeds and members up as a person would.</summary>
[Collection(ApiPortalCollection.Name)]
public sealed class IngestionApiTests(ApiPortal portal)
{
    private const string Ledger =
        """{"name":"ledger","kind":"PostgreSql","connectionUrl":"jdbc:postgresql://127.0.0.1:9/ledger","username":"reader","password":"s3cret-of-ledger"}""";

    [Fact]
    public async Task Source_is_registered_changed_from_what_was_read_and_removed()
    {
        Assert.Equal(HttpStatusCode.Created, (await SendAsync(HttpMethod.Post, "sources", Ledger)).Status);
        (await SendAsync(HttpMethod.Post, "sources", Ledger)).IsProblem(HttpStatusCode.Conflict, "SourceNameTaken");
        var read = await SendAsync(HttpMethod.Get, "sources/ledger");
        Assert.DoesNotContain("s3cret-of-ledger", read.Text, StringComparison.Ordinal);
        Assert.True(read.Json.GetProperty("hasPassword").GetBoolean());

        const string changed = """{"kind":"PostgreSql","connectionUrl":"jdbc:postgresql://127.0.0.1:9/ledger","username":"other"}""";
        Assert.Equal(HttpStatusCode.NoContent, (await SendAsync(HttpMethod.Put, "sources/ledger", changed, read.Headers["ETag"])).Status);
        (await SendAsync(HttpMethod.Put, "sources/ledger", changed, read.Headers["ETag"])).IsProblem(HttpStatusCode.PreconditionFailed, "ChangedMeanwhile");
        Assert.True((await SendAsync(HttpMethod.Get, "sources/ledger")).Json.GetProperty("hasPassword").GetBoolean());

        Assert.Equal(HttpStatusCode.NoContent, (await SendAsync(HttpMethod.Delete, "sources/ledger")).Status);
        (await SendAsync(HttpMethod.Get, "sources/ledger")).IsProblem(HttpStatusCode.NotFound, "SourceNotFound");
    }

    [Fact]
    public async Task Feed_is_defined_over_a_source_and_a_table_without_a_key_is_refused()
    {
        await portal.GrantFeedsAsync();
        const string columns = """[{"name":"id","sourceType":"bigint","type":"BIGINT","nullable":false},{"name":"tenant_id","sourceType":"text","type":"STRING"},{"name":"updated_at","sourceType":"timestamp","type":"TIMESTAMP","nullable":false}]""";
        var body = $$"""{"name":"cards","source":"bank","table":"cards","kind":"Event","columns":{{columns}},"keyColumns":["id"],"timestampColumn":"updated_at","tenantColumn":"tenant_id"}""";

        Assert.Equal(HttpStatusCode.Created, (await SendAsync(HttpMethod.Post, "feeds", body)).Status);
        Assert.Equal("cards", (await SendAsync(HttpMethod.Get, "feeds/cards")).Json.GetProperty("name").GetString());
        (await SendAsync(HttpMethod.Get, "feeds/cards/stray-rows")).IsProblem(HttpStatusCode.NotFound, "FeedNotObserved");
        (await SendAsync(HttpMethod.Get, "feeds/none/stray-rows")).IsProblem(HttpStatusCode.NotFound, "FeedNotFound");
        (await SendAsync(HttpMethod.Post, "feeds", body.Replace("""["id"]""", "[]", StringComparison.Ordinal).Replace("cards", "keyless", StringComparison.Ordinal)))
            .IsProblem(HttpStatusCode.UnprocessableEntity, "TableWithoutKey");
        Assert.Equal(HttpStatusCode.NoContent, (await SendAsync(HttpMethod.Delete, "feeds/cards")).Status);
    }

    [Fact]
    public async Task Token_is_listed_without_its_text_and_revoked()
    {
        var issued = await portal.IssueAsync(new ApiTokenRequest("to-revoke", PlatformRole.Operator, null, [], null));
        var listed = await SendAsync(HttpMethod.Get, "tokens?limit=200");
        Assert.Contains("to-revoke", listed.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(issued.Token, listed.Text, StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.NoContent, (await SendAsync(HttpMethod.Delete, $"tokens/{issued.Id}")).Status);

        using var client = portal.NewClient(issued.Token);
        (await ApiPortal.SendAsync(client, HttpMethod.Get, "tenants")).IsProblem(HttpStatusCode.Unauthorized, "TokenRefused");
    }

    [Fact]
    public async Task Tenants_token_sees_and_revokes_its_tenants_tokens_only()
    {
        var platform = await portal.IssueAsync(new ApiTokenRequest("of-the-platform", PlatformRole.Admin, null, [], null));
        using var admin = await portal.MemberAsync("globex", TenantRole.Admin);

        var listed = await ApiPortal.SendAsync(admin, HttpMethod.Get, "tokens");

        Assert.DoesNotContain("of-the-platform", listed.Text, StringComparison.Ordinal);
        (await ApiPortal.SendAsync(admin, HttpMethod.Delete, $"tokens/{platform.Id}")).IsProblem(HttpStatusCode.NotFound, "ApiTokenNotFound");
        (await ApiPortal.SendAsync(admin, HttpMethod.Put, "tenants/acme/members/anybody", """{"role":"Admin"}""")).IsProblem(HttpStatusCode.NotFound, "TenantNotFound");
        (await ApiPortal.SendAsync(admin, HttpMethod.Put, "tenants/globex/members/anybody", """{"role":"Admin"}""")).IsProblem(HttpStatusCode.NotFound, "MemberNotFound");
        Assert.Equal(JsonValueKind.Array, (await ApiPortal.SendAsync(admin, HttpMethod.Get, "tenants/globex/members")).Json.ValueKind);
    }

    private Task<ApiAnswer> SendAsync(HttpMethod method, string address, string? body = null, string? tag = null) =>
        ApiPortal.SendAsync(portal.Admin, method, address, body, headers: tag is null ? [] : [("If-Match", tag)]);
}
