using System.Net;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;
using Xunit;

namespace Pioneer.Tests.Api;

/// <summary>Asking twice does once: what a program needs whose connection broke before the answer came.</summary>
[Collection(ApiPortalCollection.Name)]
public sealed class IdempotencyTests(ApiPortal portal)
{
    private static CancellationToken Token => ApiPortal.Token;

    [Fact]
    public async Task Same_key_twice_creates_once_and_gives_the_first_answer()
    {
        var first = await IssueAsync("twice", "k-twice");
        var second = await IssueAsync("twice", "k-twice");

        Assert.Equal(HttpStatusCode.Created, first.Status);
        Assert.Equal((first.Status, first.Text, first.Headers["Location"]), (second.Status, second.Text, second.Headers["Location"]));
        Assert.Equal("true", second.Headers["Idempotent-Replayed"]);
        Assert.Equal(1, await CountAsync("twice"));
    }

    [Fact]
    public async Task Kept_answer_shows_no_password_to_a_reader_of_the_database()
    {
        var password = (await IssueAsync("hidden", "k-hidden")).Json.GetProperty("password").GetString()!;

        var row = await portal.UseAsync<IDbContextFactory<PioneerDbContext>, IdempotentRequest>(async contexts =>
        {
            await using var db = await contexts.CreateDbContextAsync(Token);
            return await db.IdempotentRequests.SingleAsync(request => request.Key == "k-hidden", Token);
        });

        Assert.DoesNotContain(password, row.ProtectedBody, StringComparison.Ordinal);
        Assert.Equal(201, row.Status);
    }

    [Fact]
    public async Task Key_used_again_for_something_else_is_refused()
    {
        await IssueAsync("mine", "k-reused");

        (await IssueAsync("other", "k-reused")).IsProblem(HttpStatusCode.UnprocessableEntity, "IdempotencyKeyReused");
        (await ApiPortal.SendAsync(portal.Admin, HttpMethod.Post, "tenants/globex/credentials", Named("mine"), headers: Key("k-reused")))
            .IsProblem(HttpStatusCode.UnprocessableEntity, "IdempotencyKeyReused");
        Assert.Equal(0, await CountAsync("other"));
    }

    [Fact]
    public async Task Refused_request_gives_its_key_back()
    {
        (await IssueAsync("NOT A NAME", "k-refused")).IsProblem(HttpStatusCode.UnprocessableEntity, "NameMalformed");

        Assert.Equal(HttpStatusCode.Created, (await IssueAsync("a-name", "k-refused")).Status);
    }

    [Fact]
    public async Task Body_that_is_no_json_gives_its_key_back()
    {
        (await ApiPortal.SendAsync(portal.Admin, HttpMethod.Post, "tenants/acme/credentials", "{\"name\":", headers: Key("k-broken")))
            .IsProblem(HttpStatusCode.BadRequest, "BodyMalformed");

        Assert.Equal(HttpStatusCode.Created, (await IssueAsync("after-broken", "k-broken")).Status);
    }

    [Fact]
    public async Task Many_at_once_create_one()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => IssueAsync("crowd", "k-crowd")));

        Assert.Single(answers, answer => answer.Status is HttpStatusCode.Created && !answer.Headers.ContainsKey("Idempotent-Replayed"));
        Assert.All(answers.Where(answer => answer.Status is not HttpStatusCode.Created), answer => answer.IsProblem(HttpStatusCode.Conflict, "IdempotencyKeyAtWork"));
        Assert.Equal(1, await CountAsync("crowd"));
    }

    [Fact]
    public async Task Sender_that_went_away_finds_the_answer_later()
    {
        using var gone = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Post, "tenants/acme/credentials")
        {
            Content = new StringContent(Named("gone"), Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("Idempotency-Key", "k-gone");
        var sending = portal.Admin.SendAsync(request, gone.Token);
        await Wait.UntilAsync(() => portal.UseAsync<IDbContextFactory<PioneerDbContext>, bool>(async contexts =>
        {
            await using var db = await contexts.CreateDbContextAsync(Token);
            return await db.IdempotentRequests.AnyAsync(row => row.Key == "k-gone", Token);
        }));
        await gone.CancelAsync();
        try
        {
            (await sending).Dispose();
        }
        catch (OperationCanceledException)
        {
            // as meant; a quick machine may have answered
        }

        ApiAnswer? answer = null;
        await Wait.UntilAsync(async () =>
        {
            answer = await IssueAsync("gone", "k-gone");
            return answer.Status is not HttpStatusCode.Conflict || answer.Json.GetProperty("code").GetString() != "IdempotencyKeyAtWork";
        });

        Assert.Equal((HttpStatusCode.Created, "true"), (answer!.Status, answer.Headers["Idempotent-Replayed"]));
        Assert.Equal(1, await CountAsync("gone"));
    }

    [Fact]
    public async Task Request_that_a_crash_cut_off_is_told_apart_from_one_at_work()
    {
        var actor = await portal.UseAsync<ManageApiTokens, Actor?>(tokens => tokens.RecogniseAsync(Stories.PortalProcess.ApiToken, Token));
        await portal.UseAsync<IDbContextFactory<PioneerDbContext>, int>(async contexts =>
        {
            await using var db = await contexts.CreateDbContextAsync(Token);
            var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes($"POST /api/v1/tenants/acme/credentials\n{Named("cut")}")));
            db.IdempotentRequests.Add(new IdempotentRequest
            {
                ActorId = actor!.Id, Key = "k-cut", RequestHash = hash, CreatedAt = TimeProvider.System.GetUtcNow() - IdempotencyJournal.LongestRequest,
            });
            return await db.SaveChangesAsync(Token);
        });

        (await IssueAsync("cut", "k-cut")).IsProblem(HttpStatusCode.Conflict, "IdempotencyOutcomeUnknown");
    }

    [Fact]
    public async Task Key_belongs_to_its_token()
    {
        using var other = await portal.MemberAsync("acme", TenantRole.Admin);
        await IssueAsync("of-one", "k-shared");

        var answer = await ApiPortal.SendAsync(other, HttpMethod.Post, "tenants/acme/credentials", Named("of-another"), headers: Key("k-shared"));

        Assert.Equal(HttpStatusCode.Created, answer.Status);
    }

    [Theory]
    [InlineData("two words")]
    [InlineData("")]
    public async Task Text_that_is_no_key_is_refused(string key) =>
        (await IssueAsync("no-key", key)).IsProblem(HttpStatusCode.BadRequest, "IdempotencyKeyMalformed");

    [Fact]
    public async Task Key_that_is_too_long_is_refused() =>
        (await IssueAsync("long-key", new string('k', 201))).IsProblem(HttpStatusCode.BadRequest, "IdempotencyKeyMalformed");

    private static string Named(string name) => $$"""{"name":"{{name}}"}""";

    private static (string, string)[] Key(string key) => [("Idempotency-Key", key)];

    private Task<ApiAnswer> IssueAsync(string name, string key) =>
        ApiPortal.SendAsync(portal.Admin, HttpMethod.Post, "tenants/acme/credentials", Named(name), headers: Key(key));

    private async Task<int> CountAsync(string name) => await portal.UseAsync<IDbContextFactory<PioneerDbContext>, int>(async contexts =>
    {
        await using var db = await contexts.CreateDbContextAsync(Token);
        return await db.Credentials.CountAsync(credential => credential.Name == name, Token);
    });
}
