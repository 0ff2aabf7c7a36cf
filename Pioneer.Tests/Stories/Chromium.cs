using Microsoft.Playwright;

namespace Pioneer.Tests.Stories;

/// <summary>Debian's Chromium, no download: how all browser tests start it, and how long they wait for a page.</summary>
internal static class Chromium
{
    public const string Program = "/usr/bin/chromium";

    // a shared machine with two cores: a wait that never ends is the failure, not a slow one
    private static readonly float WaitMs = (float)Patience.Usual.TotalMilliseconds;

    private static readonly string[] Arguments =
    [
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
    ];

    public static Task<IBrowser> StartAsync(IPlaywright playwright)
    {
        Assertions.SetDefaultExpectTimeout(WaitMs);
        return playwright.Chromium.LaunchAsync(new() { ExecutablePath = Program, Args = Arguments });
    }

    /// <summary>A context of its own, so that sign-ins do not mix.</summary>
    public static async Task<IBrowserContext> EnterAsync(IBrowser browser, BrowserNewContextOptions options)
    {
        var context = await browser.NewContextAsync(options);
        context.SetDefaultTimeout(WaitMs);
        return context;
    }
}
