using Bunit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pioneer.Domain.Persistence;
using Pioneer.Portal.Features.Ingestion;
using Pioneer.Portal.Features.Recovery;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.Portal;

public sealed class DrillConnectorPickerTests : BunitContext, IAsyncLifetime
{
    private readonly DomainDatabase _database = new();
    private string _chosen = "";

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        await _database.FeedsAsync();
        Services.AddSingleton(_database.As<IDbContextFactory<PioneerDbContext>>(Actors.Admin)).AddSingleton<IngestionViews>();
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public void Picker_says_that_there_is_none_when_no_tenant_has_a_feed()
    {
        var picker = Picker();

        picker.WaitForAssertion(() => Assert.Contains("No connectors yet", picker.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Picker_has_no_filter_and_chooses_none_by_itself_when_all_fit_in_it()
    {
        await AddConnectorsAsync(2);

        var picker = Picker();

        picker.WaitForAssertion(() => Assert.Equal(["", "t000.t.payments", "t001.t.payments"], Options(picker)));
        Assert.Equal("", _chosen);
        Assert.Empty(picker.FindAll("#drill-filter"));
    }

    [Fact]
    public async Task Picker_finds_those_that_it_does_not_show_when_there_are_many()
    {
        await AddConnectorsAsync(IngestionViews.PageSize + 10);
        var picker = Picker();
        picker.WaitForAssertion(() => Assert.Contains("Showing 50 of 60", picker.Markup, StringComparison.Ordinal));

        await picker.InvokeAsync(() => picker.Find("#drill-filter").InputAsync("t059"));
        picker.WaitForAssertion(() => Assert.Equal(["", "t059.t.payments"], Options(picker)));
        Assert.Equal("", _chosen);

        await picker.InvokeAsync(() => picker.Find("#drill-filter").InputAsync("elsewhere"));
        picker.WaitForAssertion(() => Assert.Contains("No connector fits the filter", picker.Markup, StringComparison.Ordinal));
    }

    private IRenderedComponent<DrillConnectorPicker> Picker() => Render<DrillConnectorPicker>(p => p.Bind(x => x.Connector, _chosen, chosen => _chosen = chosen));

    private static IEnumerable<string?> Options(IRenderedComponent<DrillConnectorPicker> picker) => picker.FindAll("option").Select(option => option.GetAttribute("value"));

    private async Task AddConnectorsAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            await _database.ATenantAsync($"t{i:000}");
            await _database.GrantAsync($"t{i:000}", "payments");
        }
    }
}
