using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pioneer.Domain.Provisioning;
using Pioneer.Jobs.Kafka;
using Pioneer.Tests.Jobs;
using Xunit;

namespace Pioneer.Tests.Stories;

/// <summary>The same story with the broker replaced by three secured Apache Kafka nodes; ksql server and Connect worker stay embedded and run against them.</summary>
[Collection(SharedKafkaCollection.Name)]
public sealed class ApacheKafkaStoryTests(SharedKafka kafka)
{
    [Fact]
    public async Task Main_story_runs_on_three_secured_apache_kafka_nodes_with_the_same_verdicts()
    {
        Assert.SkipWhen(kafka.Missing is not null, kafka.Missing ?? "");
        var ct = TestContext.Current.CancellationToken;
        string[] cluster =
        [
            $"--Kafka:BootstrapServers={kafka.Options.BootstrapServers}", $"--Kafka:SecurityProtocol={kafka.Options.SecurityProtocol}",
            $"--Kafka:SaslMechanism={kafka.Options.SaslMechanism}", $"--Kafka:Username={kafka.Options.Username}", $"--Kafka:Password={kafka.Options.Password}",
            "--Embedded:OnExternalKafka=true", "--Jobs:ReconcileCron=* * * * *",
        ];
        await using var portal = await PortalProcess.StartAsync(ct, [.. PortalProcess.Unattended, .. cluster, "--demo", "true"]);

        var story = new ApiStory(portal, ct);
        using var admin = new KafkaAdmin(
            new KafkaClients(Options.Create(kafka.Options), NullLogger<KafkaClients>.Instance), TimeProvider.System, NullLogger<KafkaAdmin>.Instance);
        await ApiStoryTests.MainStory.RunAsync(portal, story, _ => NodesAreLostAsync(story, new LostNodeStory(kafka, admin, story, portal, ct)), ct);
        await NothingOfTheSeedRunIsLeftAsync(admin, ct);
        await OffboardedTenantsLeaveNothingAsync(admin, story, ct);
    }

    /// <summary>A drill stops brokers of the embedded platform only; these are killed, first one, then all.</summary>
    private async Task NodesAreLostAsync(ApiStory story, LostNodeStory one)
    {
        if (!kafka.IsOurs)
        {
            TestContext.Current.AddWarning("The nodes were not killed: PIONEER_TEST_KAFKA names a cluster that the test has not started.");
            return;
        }

        await one.RunAsync();
        await CrashOfAllNodesIsProvenAsync(story);
    }

    private async Task CrashOfAllNodesIsProvenAsync(ApiStory story)
    {
        await kafka.ForgetUsersOnRestartAsync();
        await kafka.CrashAsync();
        var incident = await story.UntilAsync("the loss of the brokers is an incident", async () =>
        {
            var open = (await story.GetAsync("recovery/status")).GetProperty("openIncidents").EnumerateArray();
            return open.Where(one => one.GetProperty("scenario").GetString() == "S01").Select(one => (JsonElement?)one).FirstOrDefault();
        });
        var run = await story.SendAsync(HttpMethod.Post, "recovery/runs", new { incidentId = incident.GetProperty("id").GetString() });
        await kafka.StartAgainAsync();
        try
        {
            await story.OperationAsync(run.GetProperty("operationId").GetString()!);
        }
        catch (TimeoutException late)
        {
            // where it stands says what it waits for
            var stands = await story.GetAsync($"recovery/runs/{run.GetProperty("runId").GetString()}");
            throw new TimeoutException($"{late.Message}\n{stands.GetProperty("run")}", late);
        }

        await ApiStoryTests.MainStory.EverybodyGotEverythingLateAsync(story, run);
        var done = await story.GetAsync($"recovery/runs/{run.GetProperty("runId").GetString()}");
        // the drift scan may have put some of them back before the playbook came to it
        Assert.Matches("Put back [0-6] users? and 0 rights\\.|The brokers know every user", done.ToString());
    }

    /// <summary>The Connect worker has its user; those of seed runs are gone with their runs.</summary>
    private static async Task NothingOfTheSeedRunIsLeftAsync(KafkaAdmin admin, CancellationToken ct)
    {
        var (users, principals) = await PrincipalsAsync(admin, ct);
        Assert.Contains(Principals.Connect, users);
        Assert.DoesNotContain(users.Concat(principals), Principals.IsSeeder);
    }

    /// <summary>Neither on the cluster nor at the Connect worker, whose connectors the next worker on these nodes would take over.</summary>
    private async Task OffboardedTenantsLeaveNothingAsync(KafkaAdmin admin, ApiStory story, CancellationToken ct)
    {
        string[] tenants = ["acme", "globex", .. kafka.IsOurs ? [LostNodeStory.Newcomer] : Array.Empty<string>()];
        foreach (var tenant in tenants)
        {
            await story.DoAsync(HttpMethod.Delete, $"tenants/{tenant}?confirm={tenant}");
        }

        var (users, principals) = await PrincipalsAsync(admin, ct);
        var topics = (await admin.DescribeTopicsAsync(_ => true, ct)).Select(topic => topic.Name);
        Assert.DoesNotContain(
            users.Concat(principals).Concat(topics), name => tenants.Any(tenant => name.StartsWith($"{tenant}.", StringComparison.Ordinal)));
    }

    private static async Task<(List<string> Users, List<string> OfRules)> PrincipalsAsync(KafkaAdmin admin, CancellationToken ct) => (
        [.. (await admin.DescribeScramUsersAsync(ct)).Select(user => user.Name)],
        [.. (await admin.DescribeAclsAsync(ct)).Select(rule => rule.Entry.Principal["User:".Length..])]);
}
