using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Pioneer.Tests.Portal;

/// <summary>On the smallest screen of a desk what a page is for is in sight without scrolling sideways, and nothing lies against its neighbour.</summary>
public sealed partial class PortalPagesTests
{
    /// <summary>Tables that are wider than their place, and panels that touch the one above.</summary>
    private const string LayoutTrouble =
        """
        () => {
            const wide = [...document.querySelectorAll('main .scroll-x')].filter(e => e.scrollWidth > e.clientWidth)
                .map(e => `a table is ${e.scrollWidth - e.clientWidth} px too wide`);
            const boxes = [...document.querySelectorAll('main .panel')]
                .map(e => ({ name: e.getAttribute('aria-label') || e.textContent.trim().slice(0, 20), box: e.getBoundingClientRect() }));
            const near = boxes.flatMap(a => boxes.filter(b => a !== b && b.box.top >= a.box.bottom - 1 && b.box.top < a.box.bottom + 8
                && b.box.left < a.box.right && b.box.right > a.box.left).map(b => `'${b.name}' touches '${a.name}'`));
            return [...wide, ...near];
        }
        """;

    [Theory]
    [InlineData("/ingestion/feeds", "table.data")]
    [InlineData("/tenants/acme", "text=What moves")]
    public async Task Page_has_room_for_its_panels_and_tables_at_1024_px(string path, string shown)
    {
        var (person, _) = await SignedInAsync();
        await person.Page.SetViewportSizeAsync(Tablet, 768);
        await person.OpenAsync(path);
        await Expect(person.Main.Locator(shown).First).ToBeVisibleAsync();

        await Wait.ForAsync("everything to have room", () => person.Page.EvaluateAsync<string[]>(LayoutTrouble), troubles => troubles.Length == 0);
    }
}
