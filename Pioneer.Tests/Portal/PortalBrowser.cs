using Microsoft.Playwright;
using Pioneer.Tests.Stories;
using Xunit;

namespace Pioneer.Tests.Portal;

/// <summary>One portal process and one Chromium for the browser tests of the portal; Debian's Chromium, no download, loopback only.</summary>
public class PortalBrowser : IAsyncLifetime
{
    private const string Chromium = "/usr/bin/chromium";

    private IPlaywright? _playwright;
    private PortalProcess? _portal;

    /// <summary>Why browser tests cannot run here; null when they can.</summary>
    public static string? Missing => File.Exists(Chromium) ? null : $"{Chromium} is not installed.";

    public IBrowser Browser { get; private set; } = null!;

    public Uri Url => _portal!.Url;

    public string? SetupLink => _portal!.SetupLink;

    /// <summary>The API with a platform admin's token; it needs an unattended start.</summary>
    public HttpClient Api => _portal!.Api;

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
        Browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Chromium,
            Args = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (Browser is not null)
        {
            await Browser.DisposeAsync();
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
