using Bunit;
using Microsoft.Extensions.DependencyInjection;
using Pioneer.Domain.Recovery;
using Pioneer.Jobs.Recovery;
using Pioneer.Portal.Components;
using Pioneer.Portal.Features.Subscriptions;
using Xunit;

namespace Pioneer.Tests.Portal;

/// <summary>What a subscription's page says of rows that its query left out.</summary>
public sealed class LeftOutPanelTests : BunitContext
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    public LeftOutPanelTests()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddSingleton(TimeProvider.System).AddScoped<ViewerTime>();
    }

    [Fact]
    public void Rows_and_values_are_counted_with_the_last_ones_place_and_reason()
    {
        var text = Text(new QueryHealth("RUNNING", Noon,
            new SkippedRows(2, Noon, "acme.t.payments, partition 0, offset 7", "too large") { Since = Noon }, new FailedValues(1, Noon, "acme.t.payments, partition 1, offset 3", "N: no number", Noon)));

        Assert.Contains("2 rows, 1 value NULL", text, StringComparison.Ordinal);
        Assert.Contains("2 rows left out since 2026-11-23 12:00 UTC, last: acme.t.payments, partition 0, offset 7: too large", text, StringComparison.Ordinal);
        Assert.Contains("1 value failed and is NULL since 2026-11-23 12:00 UTC, last: acme.t.payments, partition 1, offset 3: N: no number", text, StringComparison.Ordinal);
        Assert.DoesNotContain("as of", text, StringComparison.Ordinal);
    }

    [Fact]
    public void None_is_said_only_where_it_was_seen_and_with_its_age_while_ksqldb_does_not_answer()
    {
        var none = new QueryHealth("NOT_OBSERVED", Noon, new SkippedRows(0, null, null, null) { Since = Noon }, new FailedValues(0, null, null, null, Noon));

        Assert.Contains("No row left out since 2026-11-23 12:00 UTC", Text(none), StringComparison.Ordinal);
        Assert.Contains("as of", Text(none), StringComparison.Ordinal);
        Assert.Contains("Not observed", Text(none with { Skipped = null, FailedValues = null }), StringComparison.Ordinal);
        Assert.Equal("", Text(none with { SeenAt = null }));
    }

    private string Text(QueryHealth health) => Render<LeftOutPanel>(panel => panel.Add(p => p.Health, health)).Markup is { Length: > 0 } markup ? markup.Trim() : "";
}
