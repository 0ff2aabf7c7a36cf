using System.Net;
using Pioneer.Domain.Tenants;
using Xunit;

namespace Pioneer.Tests.Api;

/// <summary>Whatever goes wrong under /api is told as problem+json with code, reason, way out and trace id, and never with a page.</summary>
[Collection(ApiPortalCollection.Name)]
public sealed class ApiProblemTests(ApiPortal portal)
{
    [Fact]
    public async Task Bug_is_told_without_its_inside()
    {
        var answer = await ApiPortal.SendAsync(portal.Admin, HttpMethod.Get, ApiPortal.Broken);

        answer.IsProblem(HttpStatusCode.InternalServerError, "Fault");
        Assert.DoesNotContain("secret of the inside", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trace_id_of_a_bug_finds_its_cause_in_the_log()
    {
        var answer = await ApiPortal.SendAsync(portal.Admin, HttpMethod.Get, ApiPortal.Broken);
        var trace = answer.Json.GetProperty("traceId").GetString()!.Split('-')[1];

        await Wait.UntilAsync("the log to tell the cause", () => portal.Log.Split("\n20").Any(entry =>
            entry.Contains(trace, StringComparison.Ordinal) && entry.Contains("secret of the inside", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("/api/v1/tenants/acme/nothing")]
    [InlineData("/api/v1/nothing.json")]
    [InlineData("/api/v1")]
    [InlineData("/api/v2/tenants")]
    [InlineData("/api")]
    public async Task Unknown_address_is_a_problem(string address) =>
        (await ApiPortal.SendAsync(portal.Admin, HttpMethod.Get, address)).IsProblem(HttpStatusCode.NotFound, "AddressUnknown");

    [Fact]
    public async Task Wrong_method_names_the_right_ones()
    {
        var answer = await ApiPortal.SendAsync(portal.Admin, HttpMethod.Patch, "tenants", "{}");

        answer.IsProblem(HttpStatusCode.MethodNotAllowed, "MethodNotAllowed");
        Assert.Contains("POST", answer.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_of_another_kind_is_a_problem() =>
        (await ApiPortal.SendAsync(portal.Admin, HttpMethod.Post, "tenants", "slug=x", "application/x-www-form-urlencoded"))
            .IsProblem(HttpStatusCode.UnsupportedMediaType, "MediaTypeUnsupported");

    [Theory]
    [InlineData("{", "")]
    [InlineData("""{"slug":"initech","isolation":"Luxurious"}""", "$.isolation")]
    [InlineData("""{"slug":7}""", "$.slug")]
    [InlineData("[]", "$")]
    public async Task Malformed_body_is_told_with_its_place(string body, string place)
    {
        var answer = await ApiPortal.SendAsync(portal.Admin, HttpMethod.Post, "tenants", body);

        answer.IsProblem(HttpStatusCode.BadRequest, "BodyMalformed");
        Assert.Contains(place, answer.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Pioneer.", answer.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_nested_without_end_is_refused()
    {
        var body = $$"""{"slug":{{new string('[', 10_000)}}{{new string(']', 10_000)}}}""";

        (await ApiPortal.SendAsync(portal.Admin, HttpMethod.Post, "tenants", body)).IsProblem(HttpStatusCode.BadRequest, "BodyMalformed");
    }

    [Fact]
    public async Task Missing_body_is_a_problem() =>
        (await ApiPortal.SendAsync(portal.Admin, HttpMethod.Post, "tenants")).IsProblem(HttpStatusCode.BadRequest, "BodyMissing");

    [Theory]
    [InlineData("operations/seven", "id")]
    [InlineData("tenants?limit=many", "limit")]
    [InlineData("operations?state=Sleeping", "state")]
    public async Task Parameter_of_the_wrong_kind_is_named(string address, string parameter)
    {
        var answer = await ApiPortal.SendAsync(portal.Admin, HttpMethod.Get, address);

        answer.IsProblem(HttpStatusCode.BadRequest, "ParameterMalformed");
        Assert.Contains($"'{parameter}'", answer.Json.GetProperty("title").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_over_the_limit_is_refused_with_the_limit()
    {
        var answer = await ApiPortal.SendAsync(portal.Admin, HttpMethod.Post, "tenants/acme/ksql:validate", $$"""{"sql":"{{new string('x', 3_000_000)}}"}""");

        answer.IsProblem(HttpStatusCode.RequestEntityTooLarge, "BodyTooLarge");
        Assert.Contains("2 MiB", answer.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "TokenMissing")]
    [InlineData("pio_made-up", "TokenRefused")]
    public async Task Request_without_a_good_token_is_refused(string? token, string code)
    {
        using var client = portal.NewClient(token);

        var answer = await ApiPortal.SendAsync(client, HttpMethod.Get, "tenants");

        answer.IsProblem(HttpStatusCode.Unauthorized, code);
        Assert.StartsWith("Bearer", answer.Headers["WWW-Authenticate"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Right_that_is_missing_and_tenant_that_is_hidden_are_problems()
    {
        using var viewer = await portal.MemberAsync("acme", TenantRole.Viewer);

        (await ApiPortal.SendAsync(viewer, HttpMethod.Post, "tenants/acme/credentials", """{"name":"reporting"}""")).IsProblem(HttpStatusCode.Forbidden, "NotAllowed");
        (await ApiPortal.SendAsync(viewer, HttpMethod.Get, "tenants/globex")).IsProblem(HttpStatusCode.NotFound, "TenantNotFound");
    }
}
