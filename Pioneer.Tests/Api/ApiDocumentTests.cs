using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Xunit;

namespace Pioneer.Tests.Api;

/// <summary>The OpenAPI document says what the portal does: every address, with its answers, held against real answers.</summary>
[Collection(ApiPortalCollection.Name)]
public sealed class ApiDocumentTests(ApiPortal portal)
{
    // read from the document as they are, with a tenant that is there and an id that is not
    private static readonly Dictionary<string, string> Values = new()
    {
        ["{slug}"] = "acme", ["{id}"] = "00000000-0000-7000-8000-000000000001", ["{name}"] = "nobody", ["{feed}"] = "nothing", ["{userId}"] = "nobody",
    };

    // asked by POST for the length of the question; doing it twice changes nothing
    private static readonly string[] ReadsOnly = ["ksql:validate", "ksql:preview", ":outlook", ":plan"];

    [Fact]
    public async Task Document_holds_every_address_and_no_other()
    {
        var mapped = portal.Endpoints
            .Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith("/api/v1", StringComparison.Ordinal) && endpoint.RoutePattern.RawText != ApiPortal.Broken)
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods.Select(method => $"{method} {endpoint.RoutePattern.RawText}"));

        var described = (await OperationsAsync()).Where(operation => operation.Path != ApiPortal.Broken).Select(operation => $"{operation.Method} {operation.Path}");

        Assert.Equal(mapped.Order(), described.Order());
    }

    [Fact]
    public async Task Every_address_says_what_it_does_and_what_it_answers()
    {
        foreach (var operation in (await OperationsAsync()).Where(operation => operation.Path != ApiPortal.Broken))
        {
            var at = $"{operation.Method} {operation.Path}";
            Assert.True(operation.Description.TryGetProperty("summary", out var summary) && summary.GetString()!.EndsWith('.'), $"{at} has no summary");
            var responses = operation.Description.GetProperty("responses");
            Assert.True(responses.GetProperty("default").GetProperty("content").TryGetProperty("application/problem+json", out _), $"{at} describes no problem");
            var success = responses.EnumerateObject().Where(response => response.Name.StartsWith('2')).ToList();
            Assert.True(success.Count > 0, $"{at} describes no success");
            Assert.All(success.Where(response => response.Name != "204"), response =>
                Assert.True(response.Value.TryGetProperty("content", out var content) && content.EnumerateObject().First().Value.TryGetProperty("schema", out _), $"{at} {response.Name} has no schema"));
            Assert.Equal(operation.Method == "POST" && !ReadsOnly.Any(operation.Path.EndsWith), Headers(operation.Description).Contains("Idempotency-Key"));
        }
    }

    [Fact]
    public async Task Real_answers_are_as_described()
    {
        await portal.GrantFeedsAsync();
        var document = await DocumentAsync();
        var checkedOnes = 0;
        foreach (var operation in (await OperationsAsync()).Where(operation => operation.Method == "GET" && !operation.Path.EndsWith("/events", StringComparison.Ordinal) && operation.Path != ApiPortal.Broken))
        {
            var address = Values.Aggregate(operation.Path, (path, value) => path.Replace(value.Key, value.Value, StringComparison.Ordinal));

            var answer = await ApiPortal.SendAsync(portal.Admin, HttpMethod.Get, address);

            var responses = operation.Description.GetProperty("responses");
            var described = responses.TryGetProperty(((int)answer.Status).ToString(CultureInfo.InvariantCulture), out var exact) ? exact : responses.GetProperty("default");
            Assert.True(described.GetProperty("content").TryGetProperty(answer.Type!, out var content), $"{address}: {(int)answer.Status} {answer.Type} {answer.Text}");
            Assert.Empty(SchemaCheck.Problems(document, content.GetProperty("schema"), answer.Json, address));
            checkedOnes += answer.Status is HttpStatusCode.OK ? 1 : 0;
        }

        Assert.InRange(checkedOnes, 12, int.MaxValue);
    }

    [Fact]
    public async Task Document_asks_for_a_token_and_writes_ids_as_uuids()
    {
        var document = await DocumentAsync();

        Assert.Equal("bearer", document.GetProperty("components").GetProperty("securitySchemes").GetProperty("token").GetProperty("scheme").GetString());
        Assert.NotEmpty(document.GetProperty("security").EnumerateArray());
        var id = SchemaCheck.Resolve(document, document.GetProperty("components").GetProperty("schemas").GetProperty("OperationStarted").GetProperty("properties").GetProperty("operationId"));
        Assert.Equal(("string", "uuid"), (id.GetProperty("type").GetString(), id.GetProperty("format").GetString()));
    }

    private static IEnumerable<string> Headers(JsonElement operation) => operation.TryGetProperty("parameters", out var parameters)
        ? parameters.EnumerateArray().Where(parameter => parameter.GetProperty("in").GetString() == "header").Select(parameter => parameter.GetProperty("name").GetString()!)
        : [];

    private async Task<JsonElement> DocumentAsync() => (await ApiPortal.SendAsync(portal.Admin, HttpMethod.Get, "/openapi/v1.json")).Json;

    private async Task<List<(string Method, string Path, JsonElement Description)>> OperationsAsync() =>
        [.. (await DocumentAsync()).GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject()
            .Select(operation => (operation.Name.ToUpperInvariant(), path.Name, operation.Value)))];
}
