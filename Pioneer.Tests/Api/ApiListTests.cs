using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Pioneer.Domain.Tenants;
using Xunit;

namespace Pioneer.Tests.Api;

/// <summary>Lists come in bounded parts, are narrowed in the database, and show a tenant's token that tenant only.</summary>
[Collection(ApiPortalCollection.Name)]
public sealed partial class ApiListTests(ApiPortal portal)
{
    [Fact]
    public async Task Pages_of_an_array_follow_its_link_to_the_end_and_miss_nothing()
    {
        foreach (var number in Enumerable.Range(1, 5))
        {
            await ApiPortal.SendAsync(portal.Admin, HttpMethod.Post, "tenants/globex/credentials", $$"""{"name":"paged-{{number}}"}""");
        }

        var seen = new List<string>();
        var pages = 0;
        for (var next = "tenants/globex/credentials?limit=2"; next is not null; pages++)
        {
            var page = await ApiPortal.SendAsync(portal.Admin, HttpMethod.Get, next);
            Assert.InRange(page.Json.GetArrayLength(), 1, 2);
            seen.AddRange(page.Json.EnumerateArray().Select(row => row.GetProperty("name").GetString()!));
            next = page.Headers.TryGetValue("Link", out var link) ? NextLink().Match(link).Groups[1].Value : null;
        }

        Assert.Equal(3, pages);
        Assert.Equal(["paged-1", "paged-2", "paged-3", "paged-4", "paged-5"], seen.Where(name => name.StartsWith("paged-", StringComparison.Ordinal)).Order());
        Assert.Equal(seen.Count, seen.Distinct().Count());
    }

    [Fact]
    public async Task Pages_of_tenants_follow_the_cursor_to_the_end_and_miss_nothing()
    {
        // the portal is shared: other tests make tenants of their own
        var all = Slugs(await GetAsync("tenants"));

        var seen = new List<string>();
        var page = await GetAsync("tenants?limit=1");
        for (; page.GetProperty("nextCursor").GetString() is { } cursor; page = await GetAsync($"tenants?limit=1&cursor={cursor}"))
        {
            seen.Add(Assert.Single(Slugs(page)));
            Assert.InRange(seen.Count, 1, all.Length);
        }

        seen.Add(Assert.Single(Slugs(page)));
        Assert.Equal(all, seen);
        Assert.Equal(all.Order(StringComparer.Ordinal), seen);
        Assert.Subset(seen.ToHashSet(), new HashSet<string> { "acme", "globex" });
        Assert.Equal(all.Length, page.GetProperty("total").GetInt32());
    }

    [Theory]
    [InlineData("tenants?limit=0")]
    [InlineData("tenants?limit=-5")]
    [InlineData("tenants?limit=2147483647")]
    [InlineData("tenants?cursor=%00%ff")]
    [InlineData("operations?cursor=bm9uc2Vuc2U")]
    [InlineData("audit?cursor=LTE")]
    [InlineData("connectors?cursor=LTU&limit=3")]
    public async Task Odd_limits_and_cursors_are_brought_into_bounds(string address) =>
        Assert.Equal(HttpStatusCode.OK, (await ApiPortal.SendAsync(portal.Admin, HttpMethod.Get, address)).Status);

    [Fact]
    public async Task Lists_are_narrowed_by_what_is_asked()
    {
        Assert.Equal(["globex"], Slugs(await GetAsync("tenants?query=GLOB")));
        Assert.Equal(["globex", "acme"], Slugs(await GetAsync("tenants?sort=-slug")).Intersect(["acme", "globex"]));
        Assert.Empty(Slugs(await GetAsync("tenants?state=Suspended")));
        Assert.All((await GetAsync("operations?kind=ReconcileTenant&tenant=acme")).GetProperty("items").EnumerateArray(), row =>
            Assert.Equal(("ReconcileTenant", "acme"), (row.GetProperty("kind").GetString(), row.GetProperty("tenant").GetString())));
    }

    [Theory]
    [InlineData("tenants")]
    [InlineData("operations")]
    [InlineData("jobs")]
    [InlineData("audit")]
    [InlineData("connectors")]
    [InlineData("recovery/status")]
    [InlineData("recovery/horizons")]
    public async Task List_shows_a_tenants_token_nothing_of_another_tenant(string address)
    {
        await portal.GrantFeedsAsync();
        using var viewer = await portal.MemberAsync("globex", TenantRole.Viewer);

        var answer = await ApiPortal.SendAsync(viewer, HttpMethod.Get, address);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.DoesNotContain("acme", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sources")]
    [InlineData("feeds")]
    public async Task List_of_the_platform_is_refused_to_a_tenants_token(string address)
    {
        using var viewer = await portal.MemberAsync("globex", TenantRole.Admin);

        (await ApiPortal.SendAsync(viewer, HttpMethod.Get, address)).IsProblem(HttpStatusCode.Forbidden, "NotAllowed");
    }

    private static string[] Slugs(JsonElement page) => [.. page.GetProperty("items").EnumerateArray().Select(row => row.GetProperty("slug").GetString()!)];

    private async Task<JsonElement> GetAsync(string address) => (await ApiPortal.SendAsync(portal.Admin, HttpMethod.Get, address)).Json;

    [GeneratedRegex("""^<([^>]+)>; rel="next"$""")]
    private static partial Regex NextLink();
}
