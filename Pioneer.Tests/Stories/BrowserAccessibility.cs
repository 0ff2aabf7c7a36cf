using System.Text.Json;
using Microsoft.Playwright;
using Xunit;

namespace Pioneer.Tests.Stories;

/// <summary>
/// Judges a page with axe-core (vendored in Stories/axe with its licence): no serious or critical violation. Monaco's own
/// markup is left out: it is its makers' and has a mode for screen readers of its own.
/// </summary>
internal static class BrowserAccessibility
{
    private static readonly Lazy<string> Axe = new(() => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Stories", "axe", "axe.min.js")));

    /// <summary>Judges the page as it is now; the name says which in the message.</summary>
    public static async Task IsAccessibleAsync(this BrowserPerson person, string name)
    {
        var violations = await person.ViolationsAsync();
        Assert.True(violations.Count == 0, $"The page {name} ({person.Page.Url}) cannot be used by everybody:\n{string.Join('\n', violations)}");
    }

    /// <summary>What is wrong with the page as it is now, one line a rule.</summary>
    public static async Task<IReadOnlyList<string>> ViolationsAsync(this BrowserPerson person)
    {
        if (!await person.Page.EvaluateAsync<bool>("typeof axe === 'object'"))
        {
            await person.Page.EvaluateAsync(Axe.Value);
        }

        await TitledAsync(person.Page);
        var found = await person.Page.EvaluateAsync<JsonElement>("""
            async () => (await axe.run({ exclude: ['.monaco-editor'] }, { resultTypes: ['violations'] })).violations
                .filter(v => v.impact === 'serious' || v.impact === 'critical')
                .map(v => `${v.id} (${v.impact}): ${v.nodes.slice(0, 4).map(n => n.target.join(' ') + ' | ' + n.html.slice(0, 160) + ' | ' + n.any.concat(n.all).map(c => c.message).join('; ')).join('\n    ')}`)
            """);
        return [.. found.EnumerateArray().Select(violation => violation.GetString()!)];
    }

    /// <summary>
    /// Between the prerendered page and its circuit's first drawing Blazor's HeadOutlet has no title for a moment; a page that never has one fails here.
    /// </summary>
    public static Task TitledAsync(IPage page) => page.WaitForFunctionAsync("document.title !== ''");

    /// <summary>Judges the page and takes its picture.</summary>
    public static async Task LooksGoodAsync(this BrowserPerson person, string name)
    {
        await person.IsAccessibleAsync(name);
        await person.TakeAsync(name);
    }
}
