using System.Globalization;
using System.Text.Json;
using Pioneer.Jobs.Kafka;
using Pioneer.Tests.Jobs;
using Xunit;

namespace Pioneer.Tests.Stories;

/// <summary>
/// One of three nodes is dead while the drift scan runs: the portal says just that, weakens nothing, goes on provisioning and delivering, and has lost
/// nothing when the node is back. PIONEER_LOST_NODE_MINUTES=6 keeps it dead for so long; without it, until the scan has run.
/// </summary>
internal sealed class LostNodeStory(SharedKafka kafka, KafkaAdmin admin, ApiStory story, PortalProcess portal, CancellationToken ct)
{
    public const string Newcomer = "initech";

    private const int Lost = 3;
    private static TimeSpan Outage => TimeSpan.FromMinutes(
        double.TryParse(Environment.GetEnvironmentVariable("PIONEER_LOST_NODE_MINUTES"), CultureInfo.InvariantCulture, out var minutes) ? minutes : 0);

    public async Task RunAsync()
    {
        var before = await ProtectionAsync("acme.", "globex.");
        var killed = TimeProvider.System.GetUtcNow();
        await kafka.CrashAsync(Lost);
        try
        {
            await OneBrokerIsSeenToBeGoneAsync();
            await ScannedSinceAsync(killed);
            await ANewTenantIsServedAsync();
            await WhileDeadAsync(killed + Outage);
            Assert.Equal(before, await ProtectionAsync("acme.", "globex."));
            Assert.All(await ProtectionAsync(Newcomer + "."), topic => Assert.EndsWith("3 replicas, min.insync.replicas 2", topic, StringComparison.Ordinal));
        }
        finally
        {
            await kafka.StartAgainAsync(Lost);
        }

        await story.UntilAsync<bool>("all is well once the node is back", async () =>
            (await StatusAsync()).GetProperty("level").GetString() == "Fine" ? true : null, Patience.Long);
        Assert.Equal(before, await ProtectionAsync("acme.", "globex."));
        await NothingIsLeftToDoAsync("acme");
        await NothingIsLeftToDoAsync(Newcomer);
    }

    /// <summary>A node that starts again may have forgotten users (<see cref="KafkaNodes.ForgetUsersOnRestartAsync"/>); the scan puts those back.</summary>
    private async Task NothingIsLeftToDoAsync(string tenant) => await story.UntilAsync<bool>($"nothing is left to do for {tenant}", async () =>
    {
        var left = await story.PlanAsync(tenant);
        Assert.All(left, change => Assert.Contains("\"kind\":\"scram-user\",\"action\":\"create\"", change, StringComparison.Ordinal));
        return left.Count == 0 ? true : null;
    }, Patience.Long);

    private Task<JsonElement> StatusAsync() => story.GetAsync("recovery/status");

    private async Task OneBrokerIsSeenToBeGoneAsync()
    {
        var seen = await story.UntilAsync<JsonElement>("the status names the node that is gone", async () =>
            await StatusAsync() is var status && status.ToString().Contains($"Broker {Lost} is gone", StringComparison.Ordinal) ? status : null, Patience.Long);
        Assert.NotEqual("Fine", seen.GetProperty("level").GetString());
        NothingIsLost(seen);
    }

    private async Task ScannedSinceAsync(DateTimeOffset since) => await story.UntilAsync<bool>("the drift scan has run with the node dead", async () =>
        (await story.GetAsync("tenants/acme")).GetProperty("tenant").GetProperty("driftCheckedAt").GetDateTimeOffset() > since ? true : null, Patience.Long);

    private async Task ANewTenantIsServedAsync()
    {
        await story.CreateTenantAsync(Newcomer, "Initech");
        await story.GrantAsync(Newcomer, "payments");
        await story.DoAsync(HttpMethod.Post, $"tenants/{Newcomer}/subscriptions", new { name = "all-payments", sql = "SELECT ID, AMOUNT FROM PAYMENTS EMIT CHANGES;" });
        await SseReader.ReadAsync(portal.Api, $"tenants/{Newcomer}/subscriptions/all-payments/events?from=earliest", null, 1, ct);
    }

    /// <summary>Each round of evidence is looked at; a loss would be told in one of them.</summary>
    private async Task WhileDeadAsync(DateTimeOffset until)
    {
        do
        {
            NothingIsLost(await StatusAsync());
            await ScannedSinceAsync(TimeProvider.System.GetUtcNow() - TimeSpan.FromMinutes(5));
            await Task.Delay(TimeSpan.FromSeconds(1), ct);
        }
        while (TimeProvider.System.GetUtcNow() < until);
    }

    private static void NothingIsLost(JsonElement status) => Assert.True(status.GetProperty("level").GetString() is not "Lost", status.ToString());

    private async Task<List<string>> ProtectionAsync(params string[] prefixes) =>
    [
        .. (await admin.DescribeTopicsAsync(name => prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)), ct))
            .Select(topic => $"{topic.Name}: {topic.ReplicationFactor} replicas, min.insync.replicas {topic.Configs["min.insync.replicas"]}")
            .Order(StringComparer.Ordinal),
    ];
}
