using Bunit;
using Microsoft.Extensions.DependencyInjection;
using Pioneer.Domain.Ingestion;
using Pioneer.Jobs.Recovery;
using Pioneer.Portal.Components;
using Pioneer.Portal.Features.Ingestion;
using Xunit;

namespace Pioneer.Tests.Portal;

/// <summary>What the page of feeds says of rows that reach nobody.</summary>
public sealed class StrayRowsNoteTests : BunitContext
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    public StrayRowsNoteTests() => Services.AddSingleton(TimeProvider.System).AddScoped<ViewerTime>();

    [Fact]
    public void Rows_are_named_by_their_value_and_told_since_when()
    {
        var note = Shown(new StrayRows("payments", Noon, Noon.AddMinutes(5), 3, [new RowsOfValue("<b>other</b>", 2), new RowsOfValue(null, 1)], HasMoreValues: false));

        Assert.Equal("3 rows or changes of nobody", note.Find("summary").TextContent);
        Assert.Equal(["<b>other</b> 2", "(empty) 1"], note.FindAll("li").Select(value => value.TextContent));
        Assert.Equal([Noon.ToString("O"), Noon.AddMinutes(5).ToString("O")], note.FindAll("time").Select(time => time.GetAttribute("datetime")));
    }

    [Fact]
    public void Values_that_are_not_listed_are_mentioned()
    {
        var note = Shown(new StrayRows("payments", Noon, Noon, 1, [], HasMoreValues: true));

        Assert.Equal("1 row or change of nobody", note.Find("summary").TextContent);
        Assert.Contains("nor others that are not listed", note.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void None_is_told_with_the_age_of_the_look_and_a_table_that_was_not_looked_at_as_that()
    {
        Assert.Contains("No row of nobody since", Shown(new StrayRows("payments", Noon, Noon, 0, [], HasMoreValues: false)).Markup, StringComparison.Ordinal);
        Assert.Contains("not observed", Shown(null).Markup, StringComparison.Ordinal);
    }

    private IRenderedComponent<StrayRowsNote> Shown(StrayRows? strays) => Render<StrayRowsNote>(parameters => parameters.Add(note => note.Strays, strays));
}
