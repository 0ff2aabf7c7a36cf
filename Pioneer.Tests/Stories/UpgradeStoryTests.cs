using System.Net;
using System.Text.Json;
using Xunit;

namespace Pioneer.Tests.Stories;

/// <summary>A subscription that asks for other columns than it did, on the real portal with its embedded platform.</summary>
[Collection(WholePlatformCollection.Name)]
public sealed class UpgradeStoryTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Version_with_one_more_column_goes_on_where_the_old_one_stopped_and_so_does_the_way_back()
    {
        await using var portal = await PortalProcess.StartAsync(Ct, PortalProcess.Unattended);
        var story = new ApiStory(portal, Ct);
        await story.CreateTenantAsync("acme", "Acme");
        await story.GrantAsync("acme", "payments");
        await story.DoAsync(HttpMethod.Post, "tenants/acme/subscriptions", new { name = "columns", sql = "SELECT ID, AMOUNT FROM PAYMENTS EMIT CHANGES;" });
        await ReadUntilAsync(portal, rows => rows.Count >= 3);

        var upgraded = await story.DoAsync(HttpMethod.Put, "tenants/acme/subscriptions/columns", new { sql = "SELECT ID, AMOUNT, CURRENCY FROM PAYMENTS EMIT CHANGES;" });
        Assert.Equal(2, upgraded.GetProperty("version").GetInt32());
        await ReadUntilAsync(portal, rows => rows.Count(HasCurrency) >= 3);
        // the way back takes a column from readers, so somebody has to say that it may
        var refused = await story.SendAsync(HttpMethod.Post, "tenants/acme/subscriptions/columns:rollback?version=1", null, HttpStatusCode.Conflict);
        Assert.Equal("IncompatibleVersion", refused.GetProperty("code").GetString());
        await story.SendAsync(HttpMethod.Put, "tenants/acme/subscriptions/columns/compatibility", new { compatibility = "None" }, HttpStatusCode.NoContent);
        await story.DoAsync(HttpMethod.Post, "tenants/acme/subscriptions/columns:rollback?version=1");
        var rows = await ReadUntilAsync(portal, rows => rows.AsEnumerable().Reverse().TakeWhile(row => !HasCurrency(row)).Count() >= 3 && rows.Any(HasCurrency));

        // one after the other in each partition, none twice: the three versions share one position
        var ids = rows.Select(row => row.GetProperty("key").ToString()).ToList();
        Assert.Equal(ids.Distinct().Count(), ids.Count);
        var found = (await story.GetAsync("tenants/acme/subscriptions/columns")).GetProperty("subscription");
        Assert.Equal("Running", found.GetProperty("state").GetString());
        Assert.Equal(JsonValueKind.Null, found.GetProperty("error").ValueKind);
    }

    private static bool HasCurrency(JsonElement row) =>
        row.GetProperty("value") is { ValueKind: JsonValueKind.Object } value && value.TryGetProperty("CURRENCY", out var currency) && currency.ValueKind is JsonValueKind.String;

    private static async Task<IReadOnlyList<JsonElement>> ReadUntilAsync(PortalProcess portal, Func<IReadOnlyList<JsonElement>, bool> enough)
    {
        var seen = await SseReader.ReadUntilAsync(
            portal.Api, "tenants/acme/subscriptions/columns/events?from=earliest", events => enough([.. events.Select(happened => happened.Data)]), Ct);
        return [.. seen.Select(happened => happened.Data)];
    }
}
