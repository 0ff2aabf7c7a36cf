using Microsoft.Playwright;

namespace Pioneer.Tests.Portal;

/// <summary>The connection of a page's circuits. While it is cut, the portal is told nothing of what the browser does.</summary>
internal sealed class CircuitLine
{
    private volatile bool _isCut;

    private CircuitLine()
    {
    }

    public bool IsCut
    {
        get => _isCut;
        set => _isCut = value;
    }

    /// <summary>Takes hold of the circuits that the page opens from now on.</summary>
    public static async Task<CircuitLine> OnAsync(IPage page)
    {
        var line = new CircuitLine();
        await page.RouteWebSocketAsync(url => url.Contains("/_blazor", StringComparison.Ordinal), line.Pass);
        return line;
    }

    private void Pass(IWebSocketRoute circuit)
    {
        var portal = circuit.ConnectToServer();
        circuit.OnMessage(frame =>
        {
            if (IsCut)
            {
                return;
            }

            if (frame.Binary is { } bytes)
            {
                portal.Send(bytes);
            }
            else
            {
                portal.Send(frame.Text!);
            }
        });
    }
}
