using System.Net;
using System.Text.Json;
using Xunit;

namespace Pioneer.Tests.Api;

/// <summary>Whatever body comes, it is refused or done: none meets a bug. The addresses and their properties come from the OpenAPI document.</summary>
[Collection(ApiPortalCollection.Name)]
public sealed class OddBodyTests(ApiPortal portal)
{
    private static readonly string[] Odd = ["null", "[null]", "{}", "\"\"", "-1", "1e400", "true", "\"\\u0000\\ud83d\"", "\"\\ud800\""];

    [Fact]
    public async Task Body_however_odd_meets_no_bug()
    {
        var document = (await ApiPortal.SendAsync(portal.Admin, HttpMethod.Get, "/openapi/v1.json")).Json;
        var tried = 0;
        foreach (var path in document.GetProperty("paths").EnumerateObject().Where(path => path.Name != ApiPortal.Broken && !path.Name.Contains("preview", StringComparison.Ordinal)))
        {
            foreach (var operation in path.Value.EnumerateObject().Where(operation => operation.Value.TryGetProperty("requestBody", out _)))
            {
                var schema = operation.Value.GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("schema");
                foreach (var body in BodiesOf(document, schema))
                {
                    var address = path.Name.Replace("{slug}", "globex", StringComparison.Ordinal).Replace("{id}", Guid.Empty.ToString(), StringComparison.Ordinal)
                        .Replace("{name}", "nobody", StringComparison.Ordinal).Replace("{feed}", "nothing", StringComparison.Ordinal)
                        .Replace("{userId}", "nobody", StringComparison.Ordinal);

                    var answer = await ApiPortal.SendAsync(portal.Admin, new HttpMethod(operation.Name.ToUpperInvariant()), address, body);

                    Assert.True(answer.Status is not HttpStatusCode.InternalServerError, $"{operation.Name} {address} {body}: {answer.Text}");
                    Assert.True((int)answer.Status < 400 || answer.Type == "application/problem+json", $"{operation.Name} {address} {body}: {answer.Type}");
                    tried++;
                }
            }
        }

        Assert.InRange(tried, 300, int.MaxValue);
    }

    [Fact]
    public async Task Property_without_a_value_is_refused() => (await ApiPortal.SendAsync(
        portal.Admin, HttpMethod.Post, "tenants/acme/ksql:validate", "{\"sql\":\"SELECT 1\",\"properties\":{\"auto.offset.reset\":null}}"))
        .IsProblem(HttpStatusCode.BadRequest, "PropertyWithoutValue");

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"role\":0}")]
    public async Task Member_without_a_role_is_refused(string body)
    {
        var answer = await ApiPortal.SendAsync(portal.Admin, HttpMethod.Put, "tenants/acme/members/nobody", body);

        Assert.Contains(answer.Json.GetProperty("code").GetString(), new[] { "RoleUnknown", "BodyMalformed" });
    }

    [Theory]
    [InlineData("PATCH", "tenants/globex", "{\"name\":\"TEXT\"}")]
    [InlineData("POST", "tenants", "{\"slug\":\"long-name\",\"name\":\"TEXT\"}")]
    [InlineData("POST", "sources", "{\"name\":\"long\",\"kind\":\"Sqlite\",\"connectionUrl\":\"jdbc:sqlite:x\",\"description\":\"TEXT\"}")]
    [InlineData("POST", "sources", "{\"name\":\"long\",\"kind\":\"Sqlite\",\"connectionUrl\":\"jdbc:sqlite:TEXT\"}")]
    [InlineData("POST", "sources", "{\"name\":\"long\",\"kind\":\"Sqlite\",\"connectionUrl\":\"jdbc:sqlite:x\",\"username\":\"TEXT\"}")]
    [InlineData("POST", "feeds", "{\"name\":\"long\",\"source\":\"bank\",\"table\":\"TEXT\",\"kind\":\"State\"}")]
    [InlineData("POST", "feeds", "{\"name\":\"long\",\"source\":\"bank\",\"table\":\"t\",\"kind\":\"State\",\"tenantColumn\":\"TEXT\"}")]
    [InlineData("POST", "tenants/acme/subscriptions", "{\"name\":\"long\",\"sql\":\"SELECT 1\",\"description\":\"TEXT\"}")]
    public async Task Text_that_its_column_cannot_hold_is_refused_by_its_field(string method, string path, string body)
    {
        var answer = await ApiPortal.SendAsync(portal.Admin, new HttpMethod(method), path, body.Replace("TEXT", new string('x', 1001), StringComparison.Ordinal));

        answer.IsProblem(HttpStatusCode.UnprocessableEntity, "TextTooLong");
        Assert.Contains($"\"{answer.Json.GetProperty("field").GetString()}\"", body, StringComparison.Ordinal);
    }

    // a schedule that is stored and never starts anything would be a promise
    [Theory]
    [InlineData("cron", "0 6 * * 1")]
    [InlineData("timeZone", "Europe/Berlin")]
    public async Task Schedule_of_a_seed_job_is_refused_and_not_kept_in_silence(string field, string value)
    {
        var answer = await ApiPortal.SendAsync(
            portal.Admin, HttpMethod.Post, "tenants/acme/seeds", $"{{\"name\":\"nightly\",\"subscription\":\"none\",\"layer\":\"Client\",\"{field}\":\"{value}\"}}");

        answer.IsProblem(HttpStatusCode.UnprocessableEntity, "SeedScheduleUnavailable");
        Assert.Equal(field, answer.Json.GetProperty("field").GetString());
    }

    // the odd values as the whole, then each property odd by itself beside texts that look right
    private static IEnumerable<string> BodiesOf(JsonElement document, JsonElement schema)
    {
        foreach (var odd in Odd)
        {
            yield return odd;
        }

        var resolved = schema.TryGetProperty("oneOf", out var choices)
            ? choices.EnumerateArray().Select(choice => SchemaCheck.Resolve(document, choice)).First(choice => choice.TryGetProperty("properties", out _))
            : SchemaCheck.Resolve(document, schema);
        if (!resolved.TryGetProperty("properties", out var properties))
        {
            yield break;
        }

        var names = properties.EnumerateObject().Select(property => property.Name).ToList();
        foreach (var name in names)
        {
            foreach (var odd in Odd)
            {
                yield return $"{{\"{name}\":{odd}}}";
                yield return $"{{{string.Join(',', names.Where(other => other is "name" or "sql" or "slug" or "source" or "table" or "subscription").Where(other => other != name).Select(other => $"\"{other}\":\"odd-one\"").Append($"\"{name}\":{odd}"))}}}";
            }
        }
    }
}
