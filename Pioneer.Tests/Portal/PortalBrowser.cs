using Microsoft.Playwright;
using Pioneer.Tests.Stories;
using Xunit;

namespace Pioneer.Tests.Portal;

/// <summary>One portal process and one Chromium for the browser tests of the portal; loopback only.</summary>
public class PortalBrowser : IAsyncLifetime
{
    private IPlaywright? _playwright;
    private PortalProcess? _portal;
    private IBrowser? _browser;

    /// <summary>Why browser tests cannot run here; null when they can.</summary>
    public static string? Missing => File.Exists(Chromium.Program) ? null : $"{Chromium.Program} is not installed.";

    public Uri Url => _portal!.Url;

    public string? SetupLink => _portal!.SetupLink;

    /// <summary>The API with a platform admin's token; it needs an unattended start.</summary>
    public HttpClient Api => _portal!.Api;

    /// <summary>The same, for tests that need more than the portal was filled with.</summary>
    internal ApiStory Story => new(_portal!, TestContext.Current.CancellationToken);

    /// <summary>Settings of the portal's start.</summary>
    protected virtual IReadOnlyList<string> Settings => ["--Embedded:DemoPaymentsPerSecond=2"];

    public async ValueTask InitializeAsync()
    {
        _portal = await PortalProcess.StartAsync(TestContext.Current.CancellationToken, [.. Settings]);
        await FillAsync(new ApiStory(_portal, TestContext.Current.CancellationToken));
        if (Missing is not null)
        {
            return;
        }

        _playwright = await Playwright.CreateAsync();
        _browser = await Chromium.StartAsync(_playwright);
    }

    public Task<IBrowserContext> EnterAsync(BrowserNewContextOptions options) =>
        Chromium.EnterAsync(_browser ?? throw new InvalidOperationException(Missing), options);

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        if (_portal is not null)
        {
            await _portal.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Brings the portal to where its tests begin.</summary>
    private protected virtual Task FillAsync(ApiStory story) => Task.CompletedTask;
}
