using System.Net.Http.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Playwright;
using Pioneer.Tests.Stories;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Pioneer.Tests.Portal;

/// <summary>Sources and feeds on their pages: described, held against the table, changed and removed.</summary>
public sealed partial class PortalPagesTests
{
    [Fact]
    public async Task Feed_of_a_view_is_held_against_its_rows_and_is_changed_and_removed()
    {
        var folder = Directory.CreateTempSubdirectory("pioneer-desk-");
        try
        {
            await MakeDeskAsync(Path.Combine(folder.FullName, "desk.db"));
            var (person, watch) = await SignedInAsync();
            await person.OpenAsync("/ingestion/feeds");
            await person.Button("New feed…").ClickAsync();
            await person.Dialog.GetByLabel("Source").SelectOptionAsync("desk");
            await person.Dialog.GetByLabel("Table or view").SelectOptionAsync("open_trades");
            await Expect(person.Dialog.GetByText("Its own name can be none in ksql")).ToBeVisibleAsync();
            await person.Dialog.GetByLabel("Name in records of odd name").FillAsync("odd_name");
            await person.Dialog.GetByRole(AriaRole.Checkbox, new() { Name = "odd name" }).CheckAsync();
            await person.Dialog.GetByLabel("Comes in").SelectOptionAsync("State");
            await person.Dialog.GetByLabel("Tenant column").SelectOptionAsync("client");

            // no key: views have none, and nobody guesses it
            await person.Dialog.GetByRole(AriaRole.Button, new() { Name = "Define" }).ClickAsync();
            await Expect(person.Dialog.GetByText("'open_trades' has no key")).ToBeVisibleAsync();
            await person.Dialog.GetByLabel("Key", new() { Exact = true }).SelectOptionAsync("desk");
            await person.Dialog.GetByRole(AriaRole.Button, new() { Name = "Look at the table" }).ClickAsync();
            await Expect(person.Dialog.GetByText("3 rows, 1 of them of no tenant")).ToBeVisibleAsync();
            await Expect(person.Dialog.GetByText("'desk' is no key of 'open_trades'")).ToBeVisibleAsync();
            await person.Dialog.GetByLabel("Key, column 2").SelectOptionAsync("trade");
            await person.Dialog.GetByRole(AriaRole.Button, new() { Name = "Look at the table" }).ClickAsync();
            await Expect(person.Dialog.GetByText("The table is as the feed says")).ToBeVisibleAsync();
            await Expect(person.Dialog.GetByText("(empty)")).ToBeVisibleAsync();
            await person.Dialog.GetByRole(AriaRole.Button, new() { Name = "Show first rows" }).ClickAsync();
            await Expect(person.Dialog.GetByRole(AriaRole.Table, new() { Name = "First rows" })).ToContainTextAsync("ODD_NAME");
            await person.LooksGoodAsync("feed-dialog");
            await person.Dialog.GetByLabel("Key, column 2").SelectOptionAsync("");
            await person.Dialog.GetByLabel("Key", new() { Exact = true }).SelectOptionAsync("trade");
            await person.Dialog.GetByRole(AriaRole.Checkbox, new() { Name = "note" }).UncheckAsync();
            await person.Dialog.GetByRole(AriaRole.Button, new() { Name = "Define" }).ClickAsync();
            var row = person.Main.GetByRole(AriaRole.Row).Filter(new() { HasText = "open-trades" });
            await Expect(row).ToContainTextAsync("latest of every key");
            var feed = await portal.Api.GetFromJsonAsync<System.Text.Json.JsonElement>("feeds/open-trades", TestContext.Current.CancellationToken);
            Assert.Equal(["odd_name"], feed.GetProperty("columns").EnumerateArray().Select(column => column.GetProperty("as").GetString()).OfType<string>());
            Assert.Equal(["trade", "desk", "client", "odd name"], feed.GetProperty("columns").EnumerateArray().Select(column => column.GetProperty("name").GetString()));

            await row.GetByRole(AriaRole.Button, new() { Name = "Edit open-trades" }).ClickAsync();
            await person.Dialog.GetByLabel("Description").FillAsync("what the desks hold");
            await person.Dialog.GetByRole(AriaRole.Checkbox, new() { Name = "note" }).CheckAsync();
            await person.Dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
            await Expect(row).ToContainTextAsync("what the desks hold");

            await RemoveAsync(person, "open-trades");
            await Expect(row).ToHaveCountAsync(0);
            await person.OpenAsync("/ingestion/sources");
            await RemoveAsync(person, "desk");
            await Expect(person.Main.GetByText("desk.db")).ToHaveCountAsync(0);
            Assert.True(watch.Troubles.Count == 0, string.Join('\n', watch.Troubles));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task RemoveAsync(BrowserPerson person, string name)
    {
        await person.Button($"Remove {name}").ClickAsync();
        await person.Dialog.GetByLabel($"Type {name} to confirm").FillAsync(name);
        await person.Dialog.GetByRole(AriaRole.Button, new() { Name = "Remove", Exact = true }).ClickAsync();
    }

    private async Task MakeDeskAsync(string file)
    {
        await using (var connection = new SqliteConnection($"Data Source={file};Pooling=False"))
        {
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var command = connection.CreateCommand();
            command.CommandText = """
                CREATE TABLE trades (trade INTEGER PRIMARY KEY, desk TEXT, client TEXT, note TEXT, "odd name" TEXT);
                INSERT INTO trades VALUES (1, 'EQ', 'acme', 'a', 'x'), (2, 'EQ', 'acme', 'b', 'x'), (3, 'FX', NULL, 'c', 'x');
                CREATE VIEW open_trades AS SELECT trade, desk, client, note, "odd name" FROM trades;
                """;
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        using var made = await portal.Api.PostAsJsonAsync(
            "sources", new { name = "desk", kind = "Sqlite", connectionUrl = $"jdbc:sqlite:{file}", timeZone = "Europe/Berlin" }, TestContext.Current.CancellationToken);
        Assert.True(made.IsSuccessStatusCode, await made.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
