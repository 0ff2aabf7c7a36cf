using System.Net;
using Xunit;

namespace Pioneer.Tests.Api;

/// <summary>Two programs, one tenant: the second is told, and loses nothing of the first.</summary>
[Collection(ApiPortalCollection.Name)]
public sealed class EntityTagTests(ApiPortal portal)
{
    [Fact]
    public async Task Second_of_two_changes_from_one_state_is_refused_with_412()
    {
        var tag = (await GetAsync("globex")).Headers["ETag"];
        var first = await RenameAsync("globex", "Globex One", tag);

        var second = await RenameAsync("globex", "Globex Two", tag);

        Assert.Equal("Globex One", first.Json.GetProperty("tenant").GetProperty("name").GetString());
        Assert.NotEqual(tag, first.Headers["ETag"]);
        second.IsProblem(HttpStatusCode.PreconditionFailed, "ChangedMeanwhile");
        Assert.Equal("Globex One", (await GetAsync("globex")).Json.GetProperty("tenant").GetProperty("name").GetString());
        Assert.Equal(HttpStatusCode.OK, (await RenameAsync("globex", "Globex Two", first.Headers["ETag"])).Status);
    }

    [Fact]
    public async Task Limits_set_from_an_old_state_are_refused()
    {
        var tag = (await GetAsync("globex")).Headers["ETag"];
        Assert.Equal(HttpStatusCode.Accepted, (await LimitAsync(100_000, tag)).Status);

        (await LimitAsync(200_000, tag)).IsProblem(HttpStatusCode.PreconditionFailed, "ChangedMeanwhile");

        Task<ApiAnswer> LimitAsync(int bytes, string seen) => ApiPortal.SendAsync(
            portal.Admin, HttpMethod.Put, "tenants/globex/limits", $$"""{"producerBytesPerSecond":{{bytes}}}""", headers: [("If-Match", seen)]);
    }

    [Theory]
    [InlineData("\"of-somewhere-else\"")]
    [InlineData("W/\"0\"")]
    [InlineData("0")]
    public async Task Tag_that_is_none_of_ours_matches_nothing(string tag) =>
        (await RenameAsync("acme", "Acme Renamed", tag)).IsProblem(HttpStatusCode.PreconditionFailed, "ChangedMeanwhile");

    [Fact]
    public async Task Change_without_a_condition_is_made()
    {
        Assert.Equal(HttpStatusCode.OK, (await RenameAsync("acme", "Acme", "*")).Status);
        Assert.Equal(HttpStatusCode.OK, (await ApiPortal.SendAsync(portal.Admin, HttpMethod.Patch, "tenants/acme", """{"name":"Acme Inc"}""")).Status);
    }

    [Fact]
    public async Task Off_boarding_from_an_old_state_is_refused()
    {
        var tag = (await GetAsync("acme")).Headers["ETag"];
        await RenameAsync("acme", $"Acme {Guid.NewGuid()}", tag);

        var answer = await ApiPortal.SendAsync(portal.Admin, HttpMethod.Delete, "tenants/acme?confirm=acme", headers: [("If-Match", tag)]);

        answer.IsProblem(HttpStatusCode.PreconditionFailed, "ChangedMeanwhile");
        Assert.NotEqual("Offboarding", (await GetAsync("acme")).Json.GetProperty("tenant").GetProperty("state").GetString());
    }

    [Fact]
    public async Task Condition_that_an_address_would_ignore_is_refused() =>
        (await ApiPortal.SendAsync(portal.Admin, HttpMethod.Post, "tenants/acme:suspend", headers: [("If-Match", "\"1\"")]))
            .IsProblem(HttpStatusCode.BadRequest, "ConditionUnsupported");

    [Fact]
    public async Task Answers_are_kept_by_no_cache() => Assert.Equal("no-store", (await GetAsync("acme")).Headers["Cache-Control"]);

    private Task<ApiAnswer> GetAsync(string slug) => ApiPortal.SendAsync(portal.Admin, HttpMethod.Get, $"tenants/{slug}");

    private Task<ApiAnswer> RenameAsync(string slug, string name, string tag) =>
        ApiPortal.SendAsync(portal.Admin, HttpMethod.Patch, $"tenants/{slug}", $$"""{"name":"{{name}}"}""", headers: [("If-Match", tag)]);
}
