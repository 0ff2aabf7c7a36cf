using System.Net;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Xunit;

namespace Pioneer.Tests.Api;

/// <summary>The protection of records by API: a condition, typed words, admins only.</summary>
[Collection(ApiPortalCollection.Name)]
public sealed class ProtectionApiTests(ApiPortal portal)
{
    private const string Address = "settings/protection";

    [Fact]
    public async Task Protection_is_read_with_a_tag_set_under_it_and_lowered_with_typed_words_only()
    {
        await portal.UseAsync<ProtectionSettings, WantedProtection>(settings => settings.WantedAsync(
            new ObservedState { Brokers = new ObservedBrokers([1, 2], [1, 2, 3], TakesReassignments: true) }, ApiPortal.Token));
        var shown = await SendAsync(HttpMethod.Get, Address);
        Assert.Equal((3, 3), (shown.Json.GetProperty("replicationFactor").GetInt32(), shown.Json.GetProperty("mostBrokersSeen").GetInt32()));
        var tag = shown.Headers["ETag"];

        var set = await SendAsync(HttpMethod.Put, Address, Body(3, 3), tag);
        Assert.Equal("Person", set.Json.GetProperty("origin").GetString());
        (await SendAsync(HttpMethod.Put, Address, Body(3, 3), tag)).IsProblem(HttpStatusCode.PreconditionFailed, "ChangedMeanwhile");
        (await SendAsync(HttpMethod.Put, Address, Body(3, 2), null)).IsProblem(HttpStatusCode.UnprocessableEntity, "ConfirmationMissing");
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Put, $"{Address}?confirm=lower%20protection", Body(3, 2), set.Headers["ETag"])).Status);
    }

    [Fact]
    public async Task Tenants_people_neither_see_nor_set_it()
    {
        using var member = await portal.MemberAsync("acme", TenantRole.Admin);

        Assert.Equal(HttpStatusCode.Forbidden, (await ApiPortal.SendAsync(member, HttpMethod.Get, Address)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await ApiPortal.SendAsync(member, HttpMethod.Put, Address, Body(1, 1))).Status);
    }

    private static string Body(int replicas, int strictness) => $$"""{"replicationFactor":{{replicas}},"minInSyncReplicas":{{strictness}}}""";

    private Task<ApiAnswer> SendAsync(HttpMethod method, string path, string? body = null, string? tag = null) =>
        ApiPortal.SendAsync(portal.Admin, method, path, body, headers: tag is null ? [] : [("If-Match", tag)]);
}
