using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Pioneer.Tests.Stories;

/// <summary>Step 6 of the story: a new subscription is given the state from before it existed.</summary>
internal static class BrowserSeedSteps
{
    /// <summary>Says what will happen to whom, runs, and ends with a certificate whose counts and checksums are equal.</summary>
    public static async Task SeedAsync(BrowserPerson author, string slug, string subscription)
    {
        await author.NavigateAsync("Seeding", "Seeding");
        await author.LooksGoodAsync("seeds-empty");
        await author.Page.GetByRole(AriaRole.Link, new() { Name = "New seed job" }).ClickAsync();
        await Expect(author.Heading($"New seed job {slug}")).ToBeVisibleAsync();
        await author.Page.GetByLabel("Subscription", new() { Exact = true }).SelectOptionAsync(subscription);
        await Expect(author.Main.GetByText($"Readers of {slug}.d.{subscription} and nobody else.")).ToBeVisibleAsync();
        await author.LooksGoodAsync("new-seed");
        await author.Button("Define and run").ClickAsync();
        await Expect(author.Heading($"{subscription}-state client layer, into {slug}.d.{subscription}")).ToBeVisibleAsync();
        await Expect(author.Region("Certificate")).ToContainTextAsync("Counts and checksums are equal");
        await Expect(author.Region("Progress")).ToContainTextAsync("100 %");
        await author.LooksGoodAsync("seed-run");
        await author.NavigateAsync("Seeding", "Seeding");
        await Expect(author.Region("Runs").GetByText("Equal", new() { Exact = true })).ToBeVisibleAsync();
        await author.LooksGoodAsync("seeds");
    }

    /// <summary>What a reader who was there all the time has seen: the key that had no activity, the end of the state, nothing live before it.</summary>
    public static async Task StateHasArrivedAsync(BrowserPerson reader, string silentKey)
    {
        var rows = Rows(reader);
        await Expect(rows.Filter(new() { HasText = "seed complete" }).First).ToBeVisibleAsync();
        await Expect(rows.Filter(new() { Has = reader.Page.GetByText(silentKey, new() { Exact = true }) })).ToContainTextAsync("seed");
        await Expect(LiveRows(reader)).ToHaveCountAsync(0);
        await reader.LooksGoodAsync("subscription-seeded");
    }

    /// <summary>After the state comes what is new.</summary>
    public static Task LiveFollowsAsync(BrowserPerson reader) => Expect(LiveRows(reader).First).ToBeVisibleAsync();

    private static ILocator Rows(BrowserPerson reader) => reader.Region("Records").GetByRole(AriaRole.Row);

    private static ILocator LiveRows(BrowserPerson reader) =>
        Rows(reader).Filter(new() { Has = reader.Page.GetByText("record", new() { Exact = true }) });
}
