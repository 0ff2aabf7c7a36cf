using System.Net;
using System.Text.Json;
using Pioneer.Domain.Tenants;
using Xunit;

namespace Pioneer.Tests.Api;

/// <summary>What a new version would mean, and for whom, asked by a program.</summary>
[Collection(ApiPortalCollection.Name)]
public sealed class UpgradeApiTests(ApiPortal portal)
{
    private const string Address = "tenants/acme/subscriptions/upgraded";

    [Fact]
    public async Task Outlook_of_a_text_is_told_and_nothing_is_saved()
    {
        await DeployedAsync();
        using var author = await portal.MemberAsync("acme", TenantRole.Author);
        using var viewer = await portal.MemberAsync("acme", TenantRole.Viewer);

        var outlook = await ApiPortal.SendAsync(author, HttpMethod.Post, $"{Address}:outlook", """{"sql":"SELECT ID, UPDATED_AT FROM BALANCES EMIT CHANGES;"}""");

        Assert.True(outlook.Status is HttpStatusCode.OK, outlook.Text);
        Assert.Equal((2, false), (outlook.Json.GetProperty("nextVersion").GetInt32(), outlook.Json.GetProperty("goesOn").GetBoolean()));
        Assert.Contains("acme.t.balances instead of acme.t.payments", outlook.Json.GetProperty("promise").GetString(), StringComparison.Ordinal);
        Assert.Equal(["UPDATED_AT", "AMOUNT"], outlook.Json.GetProperty("columns").EnumerateArray().Select(column => column.GetProperty("name").GetString()));
        (await ApiPortal.SendAsync(author, HttpMethod.Post, $"{Address}:outlook", """{"version":7}""")).IsProblem(HttpStatusCode.NotFound, "VersionNotFound");
        (await ApiPortal.SendAsync(author, HttpMethod.Post, $"{Address}:outlook", "{}")).IsProblem(HttpStatusCode.UnprocessableEntity, "SqlMissing");
        Assert.Equal(HttpStatusCode.Forbidden, (await ApiPortal.SendAsync(viewer, HttpMethod.Post, $"{Address}:outlook", """{"version":1}""")).Status);
        Assert.Equal(1, (await ApiPortal.SendAsync(viewer, HttpMethod.Get, Address)).Json.GetProperty("subscription").GetProperty("version").GetInt32());
    }

    [Fact]
    public async Task Plan_of_an_upgrade_names_the_part_of_the_platform_that_cannot_be_asked()
    {
        await DeployedAsync();
        using var author = await portal.MemberAsync("acme", TenantRole.Author);
        using var viewer = await portal.MemberAsync("acme", TenantRole.Viewer);

        var plan = await ApiPortal.SendAsync(author, HttpMethod.Post, $"{Address}:plan", """{"sql":"SELECT ID, AMOUNT, UPDATED_AT FROM PAYMENTS EMIT CHANGES;"}""");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, plan.Status);
        (await ApiPortal.SendAsync(author, HttpMethod.Post, $"{Address}:plan", """{"version":7}""")).IsProblem(HttpStatusCode.NotFound, "VersionNotFound");
        Assert.Equal(HttpStatusCode.Forbidden, (await ApiPortal.SendAsync(viewer, HttpMethod.Post, $"{Address}:plan", """{"version":1}""")).Status);
    }

    [Fact]
    public async Task Readers_are_not_observed_where_no_broker_answers()
    {
        await DeployedAsync();

        var readers = (await ApiPortal.SendAsync(portal.Admin, HttpMethod.Get, $"{Address}/readers")).Json;

        Assert.Equal(JsonValueKind.Null, readers.GetProperty("groups").ValueKind);
        Assert.NotEmpty(readers.GetProperty("notObserved").GetString()!);
        Assert.Equal("acme.d.upgraded", readers.GetProperty("topic").GetString());
        (await ApiPortal.SendAsync(portal.Admin, HttpMethod.Get, "tenants/acme/subscriptions/nobody/readers")).IsProblem(HttpStatusCode.NotFound, "SubscriptionNotFound");
    }

    // by whichever test comes first
    private async Task DeployedAsync()
    {
        await portal.GrantFeedsAsync();
        if ((await ApiPortal.SendAsync(portal.Admin, HttpMethod.Get, Address)).Status is HttpStatusCode.NotFound)
        {
            var made = await ApiPortal.SendAsync(
                portal.Admin, HttpMethod.Post, "tenants/acme/subscriptions", """{"name":"upgraded","sql":"SELECT ID, AMOUNT FROM PAYMENTS EMIT CHANGES;"}""");
            Assert.True(made.Status is HttpStatusCode.Accepted, made.Text);
        }
    }
}
