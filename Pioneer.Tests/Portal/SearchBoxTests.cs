using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Shell;
using Xunit;

namespace Pioneer.Tests.Portal;

/// <summary>The search of the shell, by key.</summary>
public sealed class SearchBoxTests : BunitContext
{
    private static readonly TimeSpan Typed = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _time = new();

    public SearchBoxTests()
    {
        Services.AddSingleton<TimeProvider>(_time);
        Services.AddSingleton<IPortalSearch>(new Things());
    }

    private string Place => Services.GetRequiredService<NavigationManager>().ToBaseRelativePath(Services.GetRequiredService<NavigationManager>().Uri);

    [Fact]
    public async Task Enter_waits_for_what_was_typed_last_instead_of_opening_what_is_still_listed()
    {
        var box = Render<SearchBox>();
        await box.InvokeAsync(() => box.Find("input").Input("old"));
        _time.Advance(Typed);
        box.WaitForAssertion(() => Assert.Equal("/old", box.Find("a").GetAttribute("href")));

        await box.InvokeAsync(() => box.Find("input").Input("new"));
        await box.InvokeAsync(() => box.Find("input").KeyDown("Enter"));
        Assert.Equal("", Place);
        _time.Advance(Typed);

        box.WaitForAssertion(() => Assert.Equal("new", Place));
    }

    [Fact]
    public void Many_of_one_kind_do_not_hide_the_others()
    {
        SearchHit[] hits = [.. Enumerable.Range(0, 8).Select(n => new SearchHit(SearchHitKind.Tenant, $"t{n}", null, "")),
            new SearchHit(SearchHitKind.Topic, "topic", null, ""), new SearchHit(SearchHitKind.Operation, "operation", null, "")];

        Assert.Equal(["t0", "t1", "topic", "operation"], DatabaseSearch.Share(hits, 4).Select(hit => hit.Name));
    }

    private sealed class Things : IPortalSearch
    {
        public Task<IReadOnlyList<FoundThing>> FindAsync(string text, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<FoundThing>>([new FoundThing(text, "thing", "/" + text, PioneerIcons.Search)]);
    }
}
