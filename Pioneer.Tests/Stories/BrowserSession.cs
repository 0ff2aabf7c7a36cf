using System.Collections.Concurrent;
using Microsoft.Playwright;
using Xunit;

namespace Pioneer.Tests.Stories;

/// <summary>Debian's Chromium under Playwright; every person gets a context of their own, so that sign-ins do not mix.</summary>
internal sealed class BrowserSession : IAsyncDisposable
{
    public const int Width = 1440;

    private readonly ConcurrentQueue<string> _faults = new();
    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private BrowserSession(IPlaywright playwright, IBrowser browser)
    {
        _playwright = playwright;
        _browser = browser;
    }

    public static async Task<BrowserSession> StartAsync()
    {
        Assert.SkipUnless(File.Exists(Chromium.Program), $"The story in a browser needs Debian's Chromium at {Chromium.Program} (apt-get install chromium).");
        var playwright = await Playwright.CreateAsync();
        try
        {
            return new BrowserSession(playwright, await Chromium.StartAsync(playwright));
        }
        catch
        {
            playwright.Dispose();
            throw;
        }
    }

    /// <summary>No script failed and nothing was asked of a foreign host, in any window so far.</summary>
    public void HasSeenNoFault() => Assert.True(_faults.IsEmpty, string.Join('\n', _faults));

    /// <summary>A person at a desk of their own: no cookies, a window as wide as the designs.</summary>
    public async Task<BrowserPerson> EnterAsync(Uri portal)
    {
        var context = await Chromium.EnterAsync(_browser, new()
        {
            BaseURL = portal.ToString(),
            ViewportSize = new() { Width = Width, Height = 900 },
            ColorScheme = ColorScheme.Light,
            ReducedMotion = ReducedMotion.Reduce,
            Locale = "en-GB",
            TimezoneId = "Europe/London",
        });
        context.WebError += (_, error) => _faults.Enqueue($"script error on {error.Page?.Url}: {error.Error}");
        context.Console += (_, message) =>
        {
            // a page that answers 403 or 404 to whoever has no business there is no fault of a script
            var refused = message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal)
                && message.Page is { } page && message.Location.StartsWith(page.Url, StringComparison.Ordinal);
            if (message.Type == "error" && !refused)
            {
                _faults.Enqueue($"console error on {message.Page?.Url}: {message.Text} {message.Location}");
            }
        };
        context.Request += (_, request) =>
        {
            if (new Uri(request.Url) is { Scheme: "http" or "https" or "ws" or "wss" } asked && asked.Host != portal.Host)
            {
                _faults.Enqueue($"asked of a foreign host: {request.Url}");
            }
        };
        return new BrowserPerson(await context.NewPageAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
