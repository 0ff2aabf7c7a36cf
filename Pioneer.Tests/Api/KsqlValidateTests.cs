using System.Net;
using System.Text.Json;
using Pioneer.Domain.Tenants;
using Xunit;

namespace Pioneer.Tests.Api;

/// <summary>Text that people type, good and bad, through <c>ksql:validate</c>.</summary>
[Collection(ApiPortalCollection.Name)]
public sealed class KsqlValidateTests(ApiPortal portal)
{
    [Fact]
    public async Task Query_tells_what_it_would_take()
    {
        var statement = (await ValidateAsync("SELECT * FROM PAYMENTS WHERE AMOUNT > 1000 EMIT CHANGES;")).GetProperty("statements")[0];

        var cost = statement.GetProperty("cost");
        Assert.Equal((1, 3, 1, 3), (cost.GetProperty("queries").GetInt32(), cost.GetProperty("tasks").GetInt32(), cost.GetProperty("topics").GetInt32(), cost.GetProperty("partitions").GetInt32()));
    }

    [Fact]
    public async Task What_is_never_deployed_has_no_cost() =>
        Assert.Equal(JsonValueKind.Null, (await ValidateAsync("SHOW STREAMS;")).GetProperty("statements")[0].GetProperty("cost").ValueKind);

    [Theory]
    [InlineData("nested", "deep")]
    [InlineData("long", "at most 65536")]
    public async Task Text_without_measure_is_refused_with_its_measure(string kind, string word)
    {
        var sql = kind == "nested"
            ? $"SELECT {new string('(', 10_000)}1{new string(')', 10_000)} AS X FROM PAYMENTS EMIT CHANGES;"
            : $"SELECT '{new string('x', 1_000_000)}' AS X FROM PAYMENTS EMIT CHANGES;";

        var verdict = await ValidateAsync(sql);

        Assert.False(verdict.GetProperty("valid").GetBoolean());
        var diagnostic = verdict.GetProperty("diagnostics")[0];
        Assert.Contains(word, diagnostic.GetProperty("message").GetString(), StringComparison.OrdinalIgnoreCase);
        Assert.NotEmpty(diagnostic.GetProperty("hint").GetString()!);
    }

    [Fact]
    public async Task Text_without_measure_is_not_deployed_either()
    {
        await portal.GrantFeedsAsync();
        var body = JsonSerializer.Serialize(new { name = "too-long", sql = $"SELECT '{new string('x', 1_000_000)}' AS X FROM PAYMENTS EMIT CHANGES;" });

        var answer = await ApiPortal.SendAsync(portal.Admin, HttpMethod.Post, "tenants/acme/subscriptions", body);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
        Assert.InRange(answer.Text.Length, 1, 4_000);
    }

    [Fact]
    public async Task Missing_text_and_strange_properties_are_told()
    {
        Assert.False((await ValidateAsync("")).GetProperty("valid").GetBoolean());
        (await ApiPortal.SendAsync(portal.Admin, HttpMethod.Post, "tenants/acme/ksql:validate", """{"sql":"SELECT 1;","properties":{"a":{}}}"""))
            .IsProblem(HttpStatusCode.BadRequest, "BodyMalformed");
    }

    private async Task<JsonElement> ValidateAsync(string sql)
    {
        await portal.GrantFeedsAsync();
        using var author = await portal.MemberAsync("acme", TenantRole.Author);
        var answer = await ApiPortal.SendAsync(author, HttpMethod.Post, "tenants/acme/ksql:validate", JsonSerializer.Serialize(new { sql }));
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return answer.Json;
    }
}
