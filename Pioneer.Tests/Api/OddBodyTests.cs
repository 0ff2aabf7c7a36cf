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
