using Bunit;
using Pioneer.Portal.Components;
using Xunit;

namespace Pioneer.Tests.Portal;

public sealed class PagerTests : BunitContext
{
    [Theory]
    [InlineData(1, 0, "0 of 0", "")]
    [InlineData(1, 1, "1–1 of 1", "")]
    [InlineData(1, 5000, "1–50 of 5,000", "Later 2")]
    [InlineData(7, 5000, "301–350 of 5,000", "Earlier 6, Later 8")]
    [InlineData(100, 5000, "4,951–5,000 of 5,000", "Earlier 99")]
    [InlineData(500, 5001, "Past the end of 5,001", "Earlier 101")]
    public void Pager_says_where_it_is_and_leads_on_while_there_is_more(int page, int total, string text, string links)
    {
        var pager = Render<Pager>(p => p.Add(x => x.Page, page).Add(x => x.PageSize, 50).Add(x => x.Total, total).Add(x => x.HrefOf, n => $"{n}"));

        Assert.Equal(text, pager.Find("span").TextContent);
        Assert.Equal(links, string.Join(", ", pager.FindAll("a").Select(a => $"{a.TextContent} {a.GetAttribute("href")}")));
    }

    [Theory]
    [InlineData(null, 1)]
    [InlineData(-4, 1)]
    [InlineData(7, 7)]
    [InlineData(int.MaxValue, 1_000_000)]
    public void Number_of_a_page_is_kept_to_what_can_be_counted_to(int? asked, int expected) => Assert.Equal(expected, Pager.Number(asked));
}
