using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Pioneer.Tests.Stories;

/// <summary>What the status shows where a paused subscription comes near to losing records, and where it has lost some.</summary>
[Collection(WholePlatformCollection.Name)]
public sealed class BrowserLossTests
{
    private const string Topic = "acme.t.payments", SixHoursInMs = "21600000";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Status_says_that_loss_is_near_before_it_comes_and_what_was_lost_afterwards()
    {
        await using var session = await BrowserSession.StartAsync();
        // a scan would give the topic its retention back
        await using var portal = await PortalProcess.StartAsync(
            Ct, [.. PortalProcess.Unattended, "--demo", "true", "--Jobs:ReconcileCron=0 0 29 2 *"]);
        var story = new ApiStory(portal, Ct);
        await ServeAsync(story, "acme", "Acme Bank");
        await ServeAsync(story, "globex", "Globex");
        await story.UntilAsync<bool>("both have received everything", async () =>
            (await story.GetAsync("recovery/status")).GetProperty("level").GetString() == "Fine" ? true : null, Patience.Long);
        await story.DoAsync(HttpMethod.Post, "tenants/acme/subscriptions/all-payments:pause");
        var admin = await session.EnterAsync(portal.Url);
        await admin.SignInAsync(PortalProcess.AdminEmail, PortalProcess.AdminPassword);
        await admin.NavigateAsync("Recovery", "Status");
        var acme = admin.Region("Tenants").GetByRole(AriaRole.Row).Filter(new() { HasText = "acme" });
        await Expect(acme).ToContainTextAsync("is paused on purpose");

        using var brokers = Brokers(portal);
        await brokers.IncrementalAlterConfigsAsync(new()
        {
            [new() { Type = ResourceType.Topic, Name = Topic }] =
                [new() { Name = "retention.ms", Value = SixHoursInMs, IncrementalOperation = AlterConfigOpType.Set }],
        });
        await Expect(acme).ToContainTextAsync("Loss begins in");
        await Expect(admin.Region("What is being done?")).ToContainTextAsync("Somebody has to act");
        await admin.LooksGoodAsync("recovery-at-risk");

        var partitions = brokers.GetMetadata(Topic, Patience.Usual).Topics[0].Partitions;
        await brokers.DeleteRecordsAsync(partitions.Select(partition => new TopicPartitionOffset(Topic, partition.PartitionId, Offset.End)));
        await Expect(acme).ToContainTextAsync("Retention deleted");
        await Expect(admin.Region("What is being done?")).ToContainTextAsync("Nobody acts yet");
        await Expect(admin.Region("Last incidents")).ToContainTextAsync("lost");
        await admin.LooksGoodAsync("recovery-lost");
        session.HasSeenNoFault();
    }

    private static async Task ServeAsync(ApiStory story, string slug, string name)
    {
        await story.CreateTenantAsync(slug, name);
        await story.GrantAsync(slug, "payments");
        await story.DoAsync(
            HttpMethod.Post, $"tenants/{slug}/subscriptions", new { name = "all-payments", sql = "SELECT ID, AMOUNT FROM PAYMENTS EMIT CHANGES;" });
    }

    private static IAdminClient Brokers(PortalProcess portal) => new AdminClientBuilder(new AdminClientConfig
    {
        BootstrapServers = portal.Kafka.Address,
        SecurityProtocol = SecurityProtocol.SaslPlaintext,
        SaslMechanism = SaslMechanism.ScramSha256,
        SaslUsername = "pioneer",
        SaslPassword = portal.Kafka.Password,
    }).SetLogHandler((_, _) => { }).Build();
}
