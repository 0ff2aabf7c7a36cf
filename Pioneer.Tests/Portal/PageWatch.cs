using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Pioneer.Tests.Portal;

/// <summary>Writes down what a page should never do: errors on the console, refused policy, failed requests, requests to another host.</summary>
internal sealed class PageWatch
{
    private readonly ConcurrentQueue<string> _troubles = new();
    private readonly IPage _page;
    private readonly Uri _portal;

    private PageWatch(IPage page, Uri portal)
    {
        _page = page;
        _portal = portal;
    }

    public IReadOnlyCollection<string> Troubles => _troubles;

    public static async Task<PageWatch> OnAsync(IPage page, Uri portal)
    {
        var watch = new PageWatch(page, portal);
        page.Console += (_, message) => watch.Add(message.Type is "error" or "warning", $"console: {message.Text}");
        page.PageError += (_, error) => watch.Add(true, $"exception: {error}");
        page.RequestFailed += (_, request) => watch.Add(!IsLeftBehind(request), $"failed: {request.Url} {request.Failure}");
        page.Response += (_, response) => watch.Add(response.Status >= 400, $"{response.Status}: {response.Url}");
        page.Request += (_, request) => watch.Add(watch.IsForeign(request.Url), $"foreign: {request.Url}");
        page.WebSocket += (_, socket) => watch.Add(watch.IsForeign(socket.Url), $"foreign: {socket.Url}");
        await page.AddInitScriptAsync(
            "addEventListener('securitypolicyviolation', e => console.error(`policy: ${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber}`))");
        return watch;
    }

    // what a page was still loading when it was left is cancelled by the browser
    private static bool IsLeftBehind(IRequest request) => request.Failure == "net::ERR_ABORTED";

    private bool IsForeign(string url) => new Uri(url) is { Scheme: "http" or "https" or "ws" or "wss" } uri && uri.Authority != _portal.Authority;

    private void Add(bool isTrouble, string text)
    {
        if (isTrouble)
        {
            _troubles.Enqueue($"{_page.Url} {text}");
        }
    }
}
