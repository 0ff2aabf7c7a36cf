using System.Net.Http.Json;
using System.Text.Json;
using Confluent.Kafka;
using Microsoft.Playwright;
using Pioneer.Tests.Stories;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Pioneer.Tests.Portal;

public sealed partial class PortalPagesTests
{
    private const string Feed = "acme.t.payments";

    [Fact]
    public async Task Topic_is_found_and_its_records_are_read_by_key_and_saved()
    {
        var (person, watch) = await SignedInAsync();
        await person.OpenAsync("/t/acme/topics");
        await person.Page.GetByLabel("Filter topics").FillAsync("payments");
        await Expect(person.Main.GetByRole(AriaRole.Link, new() { Name = "acme.t.balances" })).ToHaveCountAsync(0);
        await person.Main.GetByRole(AriaRole.Link, new() { Name = Feed }).ClickAsync();
        await Expect(person.Region("Written by")).ToContainTextAsync("payments");
        await Expect(person.Region("Read by")).ToContainTextAsync("large-payments");
        await person.Main.GetByRole(AriaRole.Link, new() { Name = "Configuration" }).ClickAsync();
        await Expect(person.Main.GetByRole(AriaRole.Row).Filter(new() { HasText = "retention.ms" }).First).ToContainTextAsync("set");

        await person.Main.GetByRole(AriaRole.Link, new() { Name = "Records", Exact = true }).ClickAsync();
        var records = person.Main.GetByRole(AriaRole.Table, new() { Name = "Records" });
        await Expect(records.Locator("tbody tr").First).ToBeVisibleAsync();
        await records.GetByRole(AriaRole.Button, new() { NameRegex = new("^Whole record") }).First.ClickAsync();
        await Expect(records.GetByText("\"AMOUNT\"").First).ToBeVisibleAsync();
        var key = (await records.Locator("tbody tr td:nth-child(5) code").First.InnerTextAsync()).Trim('"');

        await person.Main.GetByRole(AriaRole.Searchbox, new() { Name = "Key" }).FillAsync(key);
        await person.Button("Read").ClickAsync();
        await Expect(person.Main.GetByText("to the beginning of what was asked for")).ToBeVisibleAsync();
        await Expect(records.Locator("tbody tr").First).ToContainTextAsync(key);
        await person.LooksGoodAsync("topic-records");
        var saved = await person.Page.RunAndWaitForDownloadAsync(() => person.Page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Download these") }).ClickAsync());

        Assert.Equal($"{Feed}.jsonl", saved.SuggestedFilename);
        var line = JsonSerializer.Deserialize<JsonElement>((await File.ReadAllLinesAsync(await saved.PathAsync(), TestContext.Current.CancellationToken))[0]);
        Assert.Contains(key, line.GetProperty("key").ToString(), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Object, line.GetProperty("value").ValueKind);
        Assert.True(watch.Troubles.Count == 0, string.Join('\n', watch.Troubles));
    }

    [Fact]
    public async Task Group_of_the_tenant_shows_who_reads_and_how_far_and_a_foreign_one_is_not_found()
    {
        var (person, _) = await SignedInAsync();
        await person.OpenAsync("/t/globex/groups");
        await Expect(person.Main.GetByText("No groups yet")).ToBeVisibleAsync();
        using var issued = await portal.Api.PostAsJsonAsync("tenants/acme/credentials", new { name = "lookers" }, TestContext.Current.CancellationToken);
        var credential = await issued.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(new ConsumerConfig
        {
            BootstrapServers = credential.GetProperty("bootstrapServers").GetString(),
            SecurityProtocol = SecurityProtocol.SaslPlaintext,
            SaslMechanism = SaslMechanism.ScramSha512,
            SaslUsername = credential.GetProperty("principal").GetString(),
            SaslPassword = credential.GetProperty("password").GetString(),
            GroupId = "acme.lookers",
            ClientId = "looking-app",
            AutoOffsetReset = AutoOffsetReset.Earliest,
            EnableAutoCommit = false,
        }).SetErrorHandler((_, _) => { }).SetLogHandler((_, _) => { }).Build();
        consumer.Subscribe("acme.d.my-balances");
        await Wait.UntilAsync(() =>
        {
            try
            {
                consumer.Consume(TimeSpan.FromMilliseconds(100));
            }
            catch (ConsumeException)
            {
                // the credential's rights are still on their way
            }

            return Task.FromResult(consumer.Assignment.Count > 0);
        });
        consumer.Commit([.. consumer.Assignment.Select(partition => new TopicPartitionOffset(partition, 0))]);

        await person.OpenAsync("/t/acme/groups");
        await person.Main.GetByRole(AriaRole.Link, new() { Name = "acme.lookers" }).ClickAsync();

        await Expect(person.Main.GetByRole(AriaRole.Table, new() { Name = "Members" })).ToContainTextAsync("looking-app");
        var positions = person.Main.GetByRole(AriaRole.Table, new() { Name = "Positions" });
        await Expect(positions.GetByRole(AriaRole.Link, new() { Name = "acme.d.my-balances" }).First).ToBeVisibleAsync();
        await Expect(positions).ToContainTextAsync("ago");
        await person.LooksGoodAsync("group");
        await person.OpenAsync("/t/globex/groups/acme.lookers");
        await Expect(person.Heading("No such group")).ToBeVisibleAsync();
        await person.OpenAsync("/t/globex/topics/acme.t.payments/records");
        await Expect(person.Heading("No such topic")).ToBeVisibleAsync();
    }
}
