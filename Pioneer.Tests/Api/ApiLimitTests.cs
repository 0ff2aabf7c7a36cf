using System.Net;
using Pioneer.Domain.Tenants;
using Xunit;

namespace Pioneer.Tests.Api;

/// <summary>One token cannot take the portal for itself.</summary>
[Collection(ApiPortalCollection.Name)]
public sealed class ApiLimitTests
{
    [Fact]
    public async Task Token_that_asks_too_often_is_told_when_to_come_back_and_others_go_on()
    {
        await using var portal = new ApiPortal(["--Api:RequestsPerSecond=1", "--Api:Burst=10"]);
        await portal.InitializeAsync();
        using var greedy = await portal.MemberAsync("acme", TenantRole.Viewer);
        using var modest = await portal.MemberAsync("acme", TenantRole.Viewer);

        var began = TimeProvider.System.GetTimestamp();
        var answers = new List<ApiAnswer>();
        await Wait.UntilAsync("some are refused", async () =>
        {
            answers.AddRange(await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => ApiPortal.SendAsync(greedy, HttpMethod.Get, "tenants"))));
            return answers.Exists(answer => answer.Status is not HttpStatusCode.OK);
        });
        var asking = TimeProvider.System.GetElapsedTime(began);

        var refused = answers.Where(answer => answer.Status is not HttpStatusCode.OK).ToList();
        // the burst, and one for each second that the asking took
        Assert.InRange(answers.Count - refused.Count, 10, 10 + (int)Math.Ceiling(asking.TotalSeconds) + 1);
        Assert.All(refused, answer => answer.IsProblem(HttpStatusCode.TooManyRequests, "TooManyRequests"));
        Assert.All(refused, answer => Assert.InRange(int.Parse(answer.Headers["Retry-After"]), 1, 60));
        Assert.Equal(HttpStatusCode.OK, (await ApiPortal.SendAsync(modest, HttpMethod.Get, "tenants")).Status);
    }

    [Fact]
    public async Task Setting_out_of_bounds_is_refused_at_start()
    {
        await using var portal = new ApiPortal(["--Api:Burst=0"]);

        var refused = await Assert.ThrowsAnyAsync<Exception>(async () => await portal.InitializeAsync());

        Assert.Contains("Api:Burst is 0", refused.Message, StringComparison.Ordinal);
    }
}
