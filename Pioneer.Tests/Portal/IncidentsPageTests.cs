using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pioneer.Domain;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Recovery;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Components;
using Pioneer.Portal.Features.Recovery;
using Pioneer.Portal.Live;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.Portal;

public sealed class IncidentsPageTests : CircuitContext, IAsyncLifetime
{
    private readonly DomainDatabase _database = new();

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        Services.AddSingleton(_database.As<IDbContextFactory<PioneerDbContext>>(Actors.Admin)).AddSingleton(_database.As<ITenantScope>(Actors.Admin))
            .AddSingleton<RecoveryViews>().AddSingleton<LiveChanges>().AddSingleton<TimeProvider>(_database.Clock).AddScoped<ViewerTime>();
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public void Page_says_that_none_is_open_when_none_is() =>
        Shows("", page => Assert.Contains("No incident is open", page.Markup, StringComparison.Ordinal));

    [Fact]
    public async Task Page_says_that_none_fits_when_the_filter_finds_none()
    {
        await OpenAsync(3);

        Shows("?q=elsewhere", page => Assert.Contains("No incident fits the filter", page.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Page_shows_the_rest_on_its_second_page_when_there_are_more_than_one_holds()
    {
        await OpenAsync(RecoveryViews.PageSize + 3);

        Shows("", page => Assert.Equal(RecoveryViews.PageSize, page.FindAll("tbody tr").Count));
        Shows("?page=2", page => Assert.Equal(3, page.FindAll("tbody tr").Count));
    }

    [Fact]
    public async Task Page_finds_one_by_its_subject_when_there_are_many()
    {
        await OpenAsync(RecoveryViews.PageSize + 3);

        Shows("?q=t52.t.payments", page => Assert.Contains("t52.t.payments", Assert.Single(page.FindAll("tbody tr")).TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public void Panel_says_how_many_there_are_when_it_shows_a_part_of_them()
    {
        var panel = Render<OpenIncidentsPanel>(p => p.Add(x => x.Incidents, [AnIncident(1)]).Add(x => x.Total, 2_000));

        Assert.Equal("Showing 1 of 2,000: see all", panel.Find(".more a").TextContent);
        Assert.Equal("/recovery/incidents", panel.Find(".more a").GetAttribute("href"));
    }

    private void Shows(string query, Action<IRenderedComponent<IncidentsPage>> assertion)
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo("/recovery/incidents" + query);
        var page = Render<IncidentsPage>();
        page.WaitForAssertion(() => assertion(page));
    }

    private async Task OpenAsync(int count)
    {
        await using var db = _database.Open();
        db.Incidents.AddRange(Enumerable.Range(0, count).Select(AnIncident));
        await db.SaveChangesAsync(DomainDatabase.Token);
    }

    private Incident AnIncident(int number) => new()
    {
        Id = IncidentId.From(Guid.NewGuid()),
        Scenario = Scenario.ConnectorFailed.Number,
        Subject = $"t{number}.t.payments",
        Title = $"Connector t{number}.t.payments: task failed",
        Reason = "The task stopped.",
        DetectedAt = _database.Clock.GetUtcNow().AddSeconds(number),
    };
}
