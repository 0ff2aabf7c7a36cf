using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using MudBlazor.Services;
using Pioneer.Domain;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Components;
using Pioneer.Portal.Features.Operations;
using Pioneer.Portal.Live;
using Pioneer.Portal.SignIn;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.Portal;

/// <summary>One operation's page: who may cancel and retry it, and what comes of that.</summary>
public sealed class OperationPageTests : CircuitContext, IAsyncLifetime
{
    private readonly DomainDatabase _database = new();
    private TenantCreated _acme = null!;

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        _acme = await _database.ATenantAsync();
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddMudServices();
        Services.AddSingleton<LiveChanges>().AddSingleton<TimeProvider>(_database.Clock).AddScoped<ViewerTime>();
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Operation_is_cancelled_when_its_canceller_says_so_twice()
    {
        ActAs(Actors.Admin);
        var dialogs = Render<MudDialogProvider>();
        var page = Open();
        var asked = page.PressAsync("button.danger");

        await dialogs.PressAsync("button.danger");
        await asked;

        page.WaitForAssertion(() => Assert.Contains("No change is noted", page.Markup, StringComparison.Ordinal));
        Assert.Equal(OperationState.Cancelled, await StateAsync(_acme.Operation));
    }

    [Fact]
    public async Task Retry_leads_to_a_new_operation_when_the_old_one_was_cancelled()
    {
        Assert.True((await _database.Get<ControlOperations>().CancelAsync(Actors.Admin, _acme.Operation, DomainDatabase.Token)).IsSuccess);
        ActAs(Actors.Admin);
        var page = Open();

        await page.PressAsync("button.primary");

        var address = Services.GetRequiredService<NavigationManager>().Uri;
        var again = new OperationId(Guid.Parse(address.Split('/')[^1]));
        Assert.NotEqual(_acme.Operation, again);
        Assert.Equal(OperationState.Queued, await StateAsync(again));
    }

    [Fact]
    public void Viewer_of_the_tenant_sees_the_operation_without_buttons()
    {
        ActAs(Actors.Member(TenantRole.Viewer, _acme.Id));
        var page = Open();

        page.WaitForAssertion(() => Assert.Contains("Waiting", page.Markup, StringComparison.Ordinal));
        Assert.Empty(page.FindAll("button.btn"));
    }

    private void ActAs(Actor actor)
    {
        var me = new CurrentActor(new AmbientTenantScope());
        me.Use(actor);
        Services.AddSingleton(_database.As<IDbContextFactory<PioneerDbContext>>(actor)).AddSingleton(_database.As<ControlOperations>(actor))
            .AddSingleton(me).AddSingleton<OperationViews>();
    }

    private IRenderedComponent<OperationPage> Open() => Render<OperationPage>(p => p.Add(x => x.Id, _acme.Operation.Value));

    private async Task<OperationState> StateAsync(OperationId id)
    {
        await using var db = _database.Open();
        return (await db.Operations.AsNoTracking().SingleAsync(operation => operation.Id == id, DomainDatabase.Token)).State;
    }
}
