using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Pioneer.Tests.Stories;

/// <summary>Step 7 of the story: what the platform admin sees when something is broken on purpose.</summary>
internal static class BrowserRecoverySteps
{
    /// <summary>All is well, with a loss horizon for the tenant.</summary>
    public static async Task AllIsWellAsync(BrowserPerson admin, string slug)
    {
        await admin.NavigateAsync("Recovery", "Status");
        await Expect(admin.Region("What is lost?")).ToContainTextAsync("Nothing, and nothing is about to be");
        await Expect(admin.Region("Who is affected?")).ToContainTextAsync("No tenant");
        await Expect(admin.Region("Loss horizon")).ToContainTextAsync(slug);
        await admin.LooksGoodAsync("recovery");
    }

    /// <summary>A feed that somebody stopped is not 'all is well', and says who did it.</summary>
    public static async Task PausedOnPurposeIsSaidAsync(BrowserPerson admin, string slug, string connector)
    {
        await BrowserAdminSteps.SteersConnectorAsync(admin, connector, "Pause");
        await admin.NavigateAsync("Recovery", "Status");
        await Expect(admin.Region("Tenants").GetByRole(AriaRole.Row).Filter(new() { HasText = slug })).ToContainTextAsync("Paused on purpose");
        await admin.LooksGoodAsync("recovery-paused");
        await BrowserAdminSteps.SteersConnectorAsync(admin, connector, "Resume");
        await admin.NavigateAsync("Recovery", "Status");
        await Expect(admin.Region("Tenants").GetByText("Paused on purpose")).ToHaveCountAsync(0);
    }

    /// <summary>
    /// Breaks something; a second window on the status page says who is affected while it lasts; the run mends it, and the offsets prove the
    /// verdict.
    /// </summary>
    public static async Task DrillAsync(BrowserPerson admin, BrowserPerson watching, string scenario, string? connector, string affected)
    {
        await watching.OpenAsync("/recovery");
        await Expect(watching.Region("Who is affected?")).ToContainTextAsync("No tenant");
        await admin.NavigateAsync("Recovery", "Status");
        await admin.Button("Run a drill…").ClickAsync();
        await admin.Dialog.GetByRole(AriaRole.Radio, new() { NameRegex = new($"^{scenario} ") }).CheckAsync();
        if (connector is not null)
        {
            await admin.Dialog.GetByLabel("Connector", new() { Exact = true }).SelectOptionAsync(connector);
        }

        await Expect(admin.Dialog.GetByRole(AriaRole.Button, new() { Name = "Break it" })).ToBeDisabledAsync();
        await admin.Dialog.GetByLabel($"Type {connector ?? "kafka"} to confirm").FillAsync(connector ?? "kafka");
        await admin.IsAccessibleAsync("drill-dialog");
        await watching.WatchForAsync(watching.Region("Who is affected?"), affected);
        await admin.Dialog.GetByRole(AriaRole.Button, new() { Name = "Break it" }).ClickAsync();
        await watching.HasSeenAsync();

        await Expect(admin.Heading($"Drill {scenario}")).ToBeVisibleAsync();
        await Expect(admin.Region("Outcome")).ToContainTextAsync("Completed");
        await Expect(admin.Region("Outcome")).ToContainTextAsync("Full, late");
        await Expect(admin.Region("Steps").GetByText(": Done").First).ToBeAttachedAsync();
        await admin.LooksGoodAsync($"drill-{scenario}");
        await Expect(watching.Region("Last incidents").GetByRole(AriaRole.Row).Nth(1)).ToContainTextAsync("Full, late");
        await Expect(watching.Region("What is lost?")).ToContainTextAsync("Nothing, and nothing is about to be");
    }

    /// <summary>Every drill stays on record.</summary>
    public static async Task DrillsAreOnRecordAsync(BrowserPerson admin, params string[] scenarios)
    {
        await admin.OpenAsync("/recovery/drills");
        foreach (var scenario in scenarios)
        {
            await Expect(admin.Main.GetByRole(AriaRole.Link, new() { Name = $"Drill {scenario}" })).ToBeVisibleAsync();
        }

        await admin.LooksGoodAsync("drills");
        await admin.OpenAsync("/recovery/horizons");
        await admin.LooksGoodAsync("horizons");
    }
}
