using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pioneer.Domain.Isolation;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Hosting;

namespace Pioneer.Jobs.Isolation;

/// <summary>
/// Tries the portal's API and its event streams with a token of one tenant's admin: what is another tenant's must be answered as what does not exist, word
/// for word, and no list may name another tenant.
/// </summary>
public sealed class PortalAttack(IHttpClientFactory http, IPortalDoor door, AttackTokens tokens, TimeProvider time)
{
    private const string NoSuchTenant = "no-such-tenant-here";
    private const string As = "token of an admin of the tenant";
    private const string Wanted = "answered as a tenant that does not exist";
    private const int MaxAnswerBytes = 4 * 1024 * 1024;

    private static readonly string[] Lists = ["tenants?limit=200", "operations?limit=200", "audit?limit=200", "connectors?limit=200", "recovery/status", "recovery/horizons"];

    /// <summary>What of a tenant is asked for: by which way, in words, the address after its slug, and a body for a POST that changes nothing.</summary>
    private static readonly (IsolationWay Way, string What, string Path, string? Body)[] Things =
    [
        (IsolationWay.Api, "see a tenant", "", null),
        (IsolationWay.Api, "list subscriptions", "/subscriptions", null),
        (IsolationWay.Api, "list credentials", "/credentials", null),
        (IsolationWay.Api, "list members", "/members", null),
        (IsolationWay.Api, "read the plan", "/plan", null),
        (IsolationWay.Api, "list topics", "/topics", null),
        (IsolationWay.Api, "list groups", "/groups", null),
        (IsolationWay.Api, "read records of a topic", "/topics/{slug}.d.x/records", null),
        (IsolationWay.Api, "check a query over its streams", "/ksql:validate", """{"sql":"SELECT * FROM PAYMENTS EMIT CHANGES;"}"""),
        (IsolationWay.Events, "open an event stream", "/subscriptions/{subscription}/events", null),
    ];

    /// <param name="subscriptionOf">The name of some subscription of a tenant; null where it has none.</param>
    internal async Task<ImmutableArray<IsolationAttempt>> RunAsync(AttackGround ground, CheckedTenant tenant, Func<CheckedTenant, string?> subscriptionOf, CancellationToken ct)
    {
        if (door.Address is not { } address)
        {
            return [Note(IsolationWay.Api, "ask the portal's API", null, Wanted, "not observed: this process does not know where the portal answers (Portal:Url)", AttemptResult.NotObserved)];
        }

        var token = await tokens.IssueAsync(tenant.Id, ct);
        try
        {
            return await RunAsync(new Uri(address, "/api/v1/"), token, ground, tenant, subscriptionOf, ct);
        }
        finally
        {
            await tokens.RemoveAsync(token.Id, tenant.Id, CancellationToken.None);
        }
    }

    /// <summary>All attempts; where a request stays without an answer, those made before it and that the rest is not observed.</summary>
    internal async Task<ImmutableArray<IsolationAttempt>> RunAsync(
        Uri root, IssuedApiToken token, AttackGround ground, CheckedTenant tenant, Func<CheckedTenant, string?> subscriptionOf, CancellationToken ct)
    {
        var attempts = ImmutableArray.CreateBuilder<IsolationAttempt>();
        try
        {
            await TryAsync(attempts, root, token, ground, tenant, subscriptionOf, ct);
        }
        catch (Exception failure) when (HttpFailures.IsUnreachable(failure, ct))
        {
            attempts.Add(Note(
                IsolationWay.Api, attempts.Count == 0 ? "ask the portal's API" : "ask the portal's API for the rest", null, Wanted, "not observed: the portal does not answer there",
                AttemptResult.NotObserved));
        }

        return attempts.ToImmutable();
    }

    private async Task TryAsync(
        ImmutableArray<IsolationAttempt>.Builder attempts, Uri root, IssuedApiToken token, AttackGround ground, CheckedTenant tenant, Func<CheckedTenant, string?> subscriptionOf,
        CancellationToken ct)
    {
        var own = await AskAsync(root, token, $"tenants/{tenant.Slug}", null, ct);
        var works = own.Status is HttpStatusCode.OK && SlugIn(own.Text) == tenant.Slug.Value;
        attempts.Add(Note(IsolationWay.Api, "see its own tenant", tenant.Slug.Value, "answered (200)",
            works ? "answered (200)" : $"not observed: answered {(int)own.Status} and not with the tenant, so what is refused to it proves nothing", works ? AttemptResult.Held : AttemptResult.NotObserved) with
        { IsControl = true });
        if (!works)
        {
            return;
        }

        foreach (var other in ground.OthersOf(tenant, time.GetUtcNow()))
        {
            foreach (var (way, what, path, body) in Things)
            {
                var there = path.Replace("{subscription}", subscriptionOf(other) ?? "none", StringComparison.Ordinal);
                string Of(string slug) => slug + there.Replace("{slug}", slug, StringComparison.Ordinal);
                var foreign = await AskAsync(root, token, $"tenants/{Of(other.Slug.Value)}", body, ct);
                var missing = await AskAsync(root, token, $"tenants/{Of(NoSuchTenant)}", body, ct);
                attempts.Add(Judge(way, $"{what} of another tenant", Of(other.Slug.Value), other.Slug.Value, foreign, missing));
            }

            // under its own address another tenant's topic is one that does not exist
            string Topic(string slug) => $"{slug}.d.x/records";
            var asked = await AskAsync(root, token, $"tenants/{tenant.Slug}/topics/{Topic(other.Slug.Value)}", null, ct);
            var none = await AskAsync(root, token, $"tenants/{tenant.Slug}/topics/{Topic(NoSuchTenant)}", null, ct);
            attempts.Add(Judge(IsolationWay.Api, "read records of another tenant's topic as of its own", $"{other.Slug}/topics/{Topic(other.Slug.Value)}", other.Slug.Value, asked, none));
        }

        var slugs = ground.Tenants.Where(other => other.Id != tenant.Id).Select(other => other.Slug.Value).ToHashSet(StringComparer.Ordinal);
        foreach (var list in Lists)
        {
            var answer = await AskAsync(root, token, list, null, ct);
            attempts.Add(JudgeList(list, answer, slugs));
        }
    }

    /// <param name="missing">The answer for what certainly does not exist.</param>
    private IsolationAttempt Judge(IsolationWay way, string what, string target, string slug, Answer foreign, Answer missing)
    {
        var alike = foreign.Status == missing.Status && Plain(foreign.Text, slug) == Plain(missing.Text, NoSuchTenant);
        return (foreign.Status, missing.Status, alike) switch
        {
            _ when IsSilent(foreign.Status) => Note(way, what, target, Wanted, $"not observed: answered {(int)foreign.Status}", AttemptResult.NotObserved),
            (HttpStatusCode.NotFound, HttpStatusCode.NotFound, true) => Note(way, what, target, Wanted, "answered as a tenant that does not exist (404)", AttemptResult.Held),
            // an answer with content is a hole, whatever the other one was
            ( >= HttpStatusCode.MultipleChoices, not HttpStatusCode.NotFound, _) => Note(
                way, what, target, Wanted, $"not observed: answered {(int)foreign.Status}, but what does not exist is answered {(int)missing.Status}", AttemptResult.NotObserved),
            _ => Note(way, what, target, Wanted, $"answered {(int)foreign.Status}, where a tenant that does not exist is answered {(int)missing.Status}", AttemptResult.Broken) with { Reached = slug },
        };
    }

    /// <summary>Whether an answer says nothing of rights.</summary>
    private static bool IsSilent(HttpStatusCode status) => status is >= HttpStatusCode.InternalServerError or HttpStatusCode.TooManyRequests or HttpStatusCode.Unauthorized;

    private IsolationAttempt JudgeList(string list, Answer answer, HashSet<string> slugs)
    {
        var what = $"find another tenant in {list.Split('?')[0]}";
        if (answer.Status is not HttpStatusCode.OK)
        {
            return answer.Status is HttpStatusCode.Forbidden
                ? Note(IsolationWay.Api, what, list, "none named", "refused (403)", AttemptResult.Held)
                : Note(IsolationWay.Api, what, list, "none named", $"not observed: answered {(int)answer.Status}", AttemptResult.NotObserved);
        }

        if (Parse(answer.Text) is not { } json)
        {
            return Note(IsolationWay.Api, what, list, "none named", "not observed: the answer is no JSON", AttemptResult.NotObserved);
        }

        var named = Named(json, slugs).FirstOrDefault();
        return named is null
            ? Note(IsolationWay.Api, what, list, "none named", "none named", AttemptResult.Held)
            : Note(IsolationWay.Api, what, list, "none named", "another tenant is named", AttemptResult.Broken) with { Reached = named };
    }

    /// <summary>Slugs of others in an answer: in fields that hold slugs, and as the beginning of topics. Words of texts are not taken for slugs.</summary>
    private static IEnumerable<string> Named(JsonNode node, HashSet<string> slugs) => node switch
    {
        JsonObject fields => fields.Where(field => field.Value is not null).SelectMany(field =>
            field.Key is "slug" or "tenant" or "tenants" && Texts(field.Value!).FirstOrDefault(slugs.Contains) is { } slug ? [slug] : Named(field.Value!, slugs)),
        JsonArray items => items.Where(item => item is not null).SelectMany(item => Named(item!, slugs)),
        JsonValue value when value.TryGetValue<string>(out var text) && Domain.Provisioning.TopicNames.Parse(text)?.Tenant.Value is { } owner && slugs.Contains(owner) => [owner],
        _ => [],
    };

    private static IEnumerable<string> Texts(JsonNode node) => node switch
    {
        JsonValue value when value.TryGetValue<string>(out var text) => [text],
        JsonArray items => items.Where(item => item is not null).SelectMany(item => Texts(item!)),
        _ => [],
    };

    private async Task<Answer> AskAsync(Uri root, IssuedApiToken token, string path, string? body, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(body is null ? HttpMethod.Get : HttpMethod.Post, new Uri(root, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Token);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        using var answer = await http.CreateClient(ServiceAttack.Client).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        // a stream that was opened goes on for ever: that it was opened is enough
        var isStream = answer.Content.Headers.ContentType?.MediaType is "text/event-stream" || answer.Content.Headers.ContentLength > MaxAnswerBytes;
        return new Answer(answer.StatusCode, isStream ? "" : await answer.Content.ReadAsStringAsync(ct));
    }

    /// <summary>An answer without what differs from one to the next: the slug that was asked for, and where to look in the log.</summary>
    private static string Plain(string text, string slug)
    {
        var json = Parse(text) as JsonObject;
        json?.Remove("traceId");
        return (json?.ToJsonString() ?? text).Replace(slug, "?", StringComparison.Ordinal);
    }

    private static string? SlugIn(string text) =>
        Parse(text) is JsonObject fields && fields["tenant"] is JsonObject tenant && tenant["slug"] is JsonValue value && value.TryGetValue<string>(out var slug) ? slug : null;

    private static JsonNode? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private IsolationAttempt Note(IsolationWay way, string what, string? target, string wanted, string seen, AttemptResult result) =>
        new(way, As, what, target, wanted, seen, result, time.GetUtcNow());

    private sealed record Answer(HttpStatusCode Status, string Text);
}
