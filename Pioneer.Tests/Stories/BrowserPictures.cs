using Microsoft.Playwright;

namespace Pioneer.Tests.Stories;

/// <summary>
/// Pictures of pages. Those that the README shows are written to docs/images when PIONEER_WRITE_IMAGES=1, so that a test run leaves the tree
/// as it was; PIONEER_LOOK=folder writes every page at 1440, 1024 and 390 pixels there, to be looked at.
/// </summary>
internal static class BrowserPictures
{
    private static readonly string[] Shown = ["overview", "new-tenant-plan", "ingestion-matrix", "editor", "subscription", "seed-run", "recovery-paused", "recovery-at-risk", "recovery-lost", "drill-S10"];

    private static readonly int[] Widths = [BrowserSession.Width, 1024, 390];

    private static bool Write { get; } = Environment.GetEnvironmentVariable("PIONEER_WRITE_IMAGES") == "1";

    private static string? LookFolder { get; } = Environment.GetEnvironmentVariable("PIONEER_LOOK");

    public static async Task TakeAsync(this BrowserPerson person, string name)
    {
        if (Write && Shown.Contains(name))
        {
            await BothThemesAsync(person, suffix => Path.Combine(ImagesFolder(), $"{name}{suffix}.png"));
        }

        if (LookFolder is null)
        {
            return;
        }

        foreach (var width in Widths)
        {
            await person.Page.SetViewportSizeAsync(width, 900);
            await BothThemesAsync(person, suffix => Path.Combine(LookFolder, $"{name}-{width}{suffix}.png"));
        }

        await person.Page.SetViewportSizeAsync(BrowserSession.Width, 900);
    }

    /// <summary>The whole page as it is now, as far down as it goes, when somebody wants to look.</summary>
    public static Task LookAsync(this BrowserPerson person, string name, int width, string theme) => LookFolder is null
        ? Task.CompletedTask
        : person.Page.ScreenshotAsync(new() { Path = Path.Combine(LookFolder, $"{name}-{width}-{theme}.png"), FullPage = true, Animations = ScreenshotAnimations.Disabled, Caret = ScreenshotCaret.Hide });

    private static async Task BothThemesAsync(BrowserPerson person, Func<string, string> path)
    {
        await ThemeAsync(person.Page, "light");
        await ShootAsync(person.Page, path(""));
        await ThemeAsync(person.Page, "dark");
        await ShootAsync(person.Page, path("-dark"));
        await ThemeAsync(person.Page, "light");
    }

    private static Task ShootAsync(IPage page, string path) =>
        page.ScreenshotAsync(new() { Path = path, Animations = ScreenshotAnimations.Disabled, Caret = ScreenshotCaret.Hide });

    // as the shell's own button does, without a round trip; the editor's words get their colours a moment later
    private static async Task ThemeAsync(IPage page, string theme)
    {
        await page.EvaluateAsync("theme => { document.documentElement.dataset.theme = theme; window.dispatchEvent(new CustomEvent('pioneer-theme')); }", theme);
        await page.WaitForFunctionAsync("() => !document.querySelector('.view-lines') || document.querySelector('.view-lines .mtkb')");
    }

    private static string ImagesFolder() => Directory.CreateDirectory(RepositoryFolder.Of("docs", "images")).FullName;
}
