using Bunit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Components;
using Pioneer.Portal.SignIn;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.Portal;

/// <summary>A report says when and by whom it was made, and its times are absolute.</summary>
public sealed class ReportButtonTests : BunitContext
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);

    public ReportButtonTests()
    {
        Services.AddSingleton<TimeProvider>(new FakeTimeProvider(Noon));
        Services.AddScoped<ViewerTime>().AddScoped<AmbientTenantScope>().AddScoped<CurrentActor>();
        Services.GetRequiredService<CurrentActor>().Use(Actors.Admin);
        JSInterop.SetupVoid("print");
    }

    [Fact]
    public void Report_names_its_time_and_maker_before_it_is_printed()
    {
        var button = Render<ReportButton>();
        Assert.Empty(button.FindAll(".report-line"));

        button.Find("button").Click();

        Assert.Contains("2026-11-29 12:00:00.000 +00:00", button.Find(".report-line").TextContent, StringComparison.Ordinal);
        Assert.Contains(Actors.Admin.Name, button.Find(".report-line").TextContent, StringComparison.Ordinal);
        JSInterop.VerifyInvoke("print");
    }

    [Fact]
    public void Report_is_offered_as_json_where_the_page_has_one()
    {
        Assert.Empty(Render<ReportButton>().FindAll("a"));

        var link = Render<ReportButton>(p => p.Add(x => x.Json, "/recovery/report.json")).Find("a[download]");

        Assert.Equal("/recovery/report.json", link.GetAttribute("href"));
    }

    [Fact]
    public void Distance_from_now_carries_the_time_that_a_report_shows()
    {
        var ago = Render<Ago>(p => p.Add(x => x.At, Noon.AddMinutes(-5)));

        Assert.Equal("5 min ago", ago.Find("time").TextContent);
        Assert.Equal("2026-11-29 11:55:00.000 +00:00", ago.Find("time").GetAttribute("data-at"));
    }
}
