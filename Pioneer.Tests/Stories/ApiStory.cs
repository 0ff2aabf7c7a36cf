using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace Pioneer.Tests.Stories;

/// <summary>The words of the story as calls of the API; each waits for its end and fails with what the platform said.</summary>
internal sealed class ApiStory(PortalProcess portal, CancellationToken ct)
{
    public async Task<JsonElement> GetAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var answer = await AskAsync(request);
        return await ReadAsync(answer, path);
    }

    public async Task<JsonElement> SendAsync(HttpMethod method, string path, object? body = null, HttpStatusCode? expected = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await AskAsync(request);
        if (expected is { } status)
        {
            Assert.True(answer.StatusCode == status, $"{method} {path}: {answer.StatusCode} instead of {status}: {await answer.Content.ReadAsStringAsync(ct)}");
            return answer.Content.Headers.ContentLength == 0 ? default : await answer.Content.ReadFromJsonAsync<JsonElement>(ct);
        }

        return await ReadAsync(answer, path);
    }

    /// <summary>Sends, then follows the operation of the answer to its end.</summary>
    public async Task<JsonElement> DoAsync(HttpMethod method, string path, object? body = null)
    {
        var accepted = await SendAsync(method, path, body);
        await OperationAsync(accepted.GetProperty("operationId").GetString()!);
        return accepted;
    }

    public async Task<JsonElement> OperationAsync(string id)
    {
        var operation = await UntilAsync($"operation {id} ends", async () =>
        {
            var seen = await GetAsync($"operations/{id}");
            return seen.GetProperty("state").GetString() is "Queued" or "Running" ? null : (JsonElement?)seen;
        }, Patience.Long);
        Assert.True(operation.GetProperty("state").GetString() == "Succeeded", $"Operation did not succeed: {operation}");
        return operation;
    }

    public Task CreateTenantAsync(string slug, string name, string isolation = "Dedicated") =>
        DoAsync(HttpMethod.Post, "tenants", new { slug, name, isolation });

    public Task GrantAsync(string slug, string feed) => DoAsync(HttpMethod.Put, $"tenants/{slug}/entitlements/{feed}", new { });

    public async Task<IReadOnlyList<string>> PlanAsync(string slug) =>
        [.. (await GetAsync($"tenants/{slug}/plan")).GetProperty("changes").EnumerateArray().Select(change => change.ToString())];

    /// <summary>Asks again until there is an answer that is not null.</summary>
    public async Task<T> UntilAsync<T>(string what, Func<Task<T?>> look, TimeSpan? patience = null) where T : struct
    {
        try
        {
            return (await Wait.ForAsync(what, look, found => found is not null, patience))!.Value;
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{late.Message}\n{portal.Output()}", late);
        }
    }

    private async Task<HttpResponseMessage> AskAsync(HttpRequestMessage request)
    {
        try
        {
            return await portal.Api.SendAsync(request, ct);
        }
        catch (HttpRequestException failure)
        {
            throw new InvalidOperationException($"The portal does not answer {request.Method} {request.RequestUri}: {failure.Message}\n{portal.Output()}", failure);
        }
    }

    private async Task<JsonElement> ReadAsync(HttpResponseMessage answer, string path)
    {
        var text = await answer.Content.ReadAsStringAsync(ct);
        Assert.True(answer.IsSuccessStatusCode, $"{answer.RequestMessage!.Method} {path}: {(int)answer.StatusCode} {text}\n{portal.Output()}");
        return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }
}
