using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Pioneer.Portal.Components;
using Xunit;

namespace Pioneer.Tests.Portal;

/// <summary>Filters of lists act while one types, and never take a key back.</summary>
public sealed class FilterBoxTests : BunitContext
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _time = new();

    public FilterBoxTests() => Services.AddSingleton<TimeProvider>(_time);

    private NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    private string Place => Navigation.ToBaseRelativePath(Navigation.Uri);

    [Fact]
    public async Task Filter_acts_a_moment_after_the_last_key_without_Enter()
    {
        var box = Open(null);
        await box.InvokeAsync(() => box.Find("input").Input("ac"));
        await box.InvokeAsync(() => box.Find("input").Input("acme"));
        Assert.Equal("", Place);

        _time.Advance(Pause);

        box.WaitForAssertion(() => Assert.Equal("list?q=acme", Place));
    }

    [Fact]
    public async Task What_is_typed_meanwhile_stays_when_the_answer_to_the_earlier_text_arrives()
    {
        var box = Open(null);
        await box.InvokeAsync(() => box.Find("input").Input("ac"));
        _time.Advance(Pause);
        box.WaitForAssertion(() => Assert.Equal("list?q=ac", Place));
        await box.InvokeAsync(() => box.Find("input").Input("acme"));

        box.Render(p => p.Add(x => x.Text, "ac"));

        Assert.Equal("acme", box.Find("input").GetAttribute("value"));
    }

    [Fact]
    public void Another_address_changes_the_text()
    {
        var box = Open("old");
        Assert.Equal("old", box.Find("input").GetAttribute("value"));

        box.Render(p => p.Add(x => x.Text, null));

        Assert.Equal("", box.Find("input").GetAttribute("value") ?? "");
    }

    private IRenderedComponent<FilterBox> Open(string? text) =>
        Render<FilterBox>(p => p.Add(x => x.Text, text).Add(x => x.Placeholder, "Filter things").Add(x => x.HrefOf, value => $"list?q={value}"));
}
