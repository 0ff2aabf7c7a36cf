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
using Pioneer.Portal.Features.Settings;
using Pioneer.Portal.Features.Tenants;
using Pioneer.Portal.Live;
using Pioneer.Portal.SignIn;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.Portal;

/// <summary>What a person has begun is carried out though they leave the page while it works, and the page does not call them back.</summary>
public sealed class LeftPagesTests : CircuitContext, IAsyncLifetime
{
    private readonly DomainDatabase _database = new();
    private TenantCreated _acme = null!;
    private HeldDatabases _held = null!;

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        _acme = await _database.ATenantAsync();
        _held = new HeldDatabases(_database.As<IDbContextFactory<PioneerDbContext>>(Actors.Admin));
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddMudServices();
        var me = new CurrentActor(new AmbientTenantScope());
        me.Use(Actors.Admin);
        Services.AddSingleton(me).AddSingleton(_database.As<IDbContextFactory<PioneerDbContext>>(Actors.Admin)).AddSingleton(_database.As<TenantUse>(Actors.Admin))
            .AddSingleton(Held<ManageApiTokens>()).AddSingleton(Held<ControlOperations>()).AddSingleton(Held<SetTenantLimits>())
            .AddSingleton<UserViews>().AddSingleton<OperationViews>().AddSingleton<LiveChanges>()
            .AddSingleton<TimeProvider>(_database.Clock).AddScoped<ViewerTime>().AddScoped<Toaster>();
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Token_is_revoked_when_the_page_is_left_while_it_works()
    {
        var request = new ApiTokenRequest("reader", PlatformRole.None, TenantRole.Viewer, ["acme"], null);
        Assert.Null((await _database.Get<ManageApiTokens>().IssueAsync(Actors.Admin, request, DomainDatabase.Token)).Error);
        var dialogs = Render<MudDialogProvider>();
        var page = Render<TokensPage>();
        var revoked = page.PressAsync("button.danger");
        await dialogs.PressAsync("button.danger");

        await LeaveAsync(revoked);

        await using var db = _database.Open();
        Assert.NotNull((await db.ApiTokens.SingleAsync(DomainDatabase.Token)).RevokedAt);
    }

    [Fact]
    public async Task Person_stays_where_they_went_when_an_operation_was_retried_on_a_page_that_they_left()
    {
        Assert.Null((await _database.Get<ControlOperations>().CancelAsync(Actors.Admin, _acme.Operation, DomainDatabase.Token)).Error);
        var address = Services.GetRequiredService<NavigationManager>().Uri;
        var page = Render<OperationPage>(p => p.Add(x => x.Id, _acme.Operation.Value));

        await LeaveAsync(page.PressAsync("button.primary"));

        await using var db = _database.Open();
        Assert.Equal(OperationState.Queued, (await db.Operations.SingleAsync(row => row.Id != _acme.Operation, DomainDatabase.Token)).State);
        Assert.Equal(address, Services.GetRequiredService<NavigationManager>().Uri);
    }

    [Fact]
    public async Task Refusal_is_told_at_the_edge_of_the_next_page_when_its_own_was_left()
    {
        await using var db = _database.Open();
        var tenant = await db.Tenants.AsNoTracking().SingleAsync(DomainDatabase.Token);
        var stale = new TenantHead(
            tenant.Id, tenant.Slug, tenant.Name, tenant.State, tenant.Isolation, null, tenant.Limits, null, null, tenant.CreatedAt, "Olga", tenant.Revision - 1, 0, 0, 0, 0, null);
        var panel = Render<TenantUsePanel>(p => p.Add(x => x.Head, stale));
        panel.WaitForElement("input");

        await LeaveAsync(panel.InvokeAsync(() => panel.Find("input").ChangeAsync(new() { Value = "7" })));

        Assert.Equal(Severity.Error, Assert.Single(Services.GetRequiredService<ISnackbar>().ShownSnackbars).Severity);
    }

    [Fact]
    public async Task Command_is_carried_out_when_its_circuit_has_ended()
    {
        ControlOperations control;
        await using (var circuit = _database.As<IServiceScopeFactory>(Actors.Admin).CreateAsyncScope())
        {
            circuit.ServiceProvider.GetRequiredService<AmbientTenantScope>().Use(Actors.Admin);
            control = circuit.ServiceProvider.GetRequiredService<ControlOperations>();
        }

        Assert.Null((await control.CancelAsync(Actors.Admin, _acme.Operation, DomainDatabase.Token)).Error);
    }

    [Fact]
    public void Message_is_no_fault_when_its_circuit_has_ended()
    {
        var snackbar = Services.GetRequiredService<ISnackbar>();
        snackbar.Dispose();

        new Toaster(snackbar).RefusedUnseen(Error.NotFound("Tenant", "acme"), isGone: true);
    }

    /// <summary>Takes every component away while the command works, and lets it go on.</summary>
    private async Task LeaveAsync(Task command)
    {
        await _held.Asked.WaitAsync(Patience.Usual, DomainDatabase.Token);
        await DisposeComponentsAsync();
        _held.Release();
        await command;
    }

    private T Held<T>() => ActivatorUtilities.CreateInstance<T>(_database.As<IServiceProvider>(Actors.Admin), _held);

    /// <summary>A database that a command waits for until it is let go on.</summary>
    private sealed class HeldDatabases(IDbContextFactory<PioneerDbContext> databases) : IDbContextFactory<PioneerDbContext>
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Asked => _asked.Task;

        public void Release() => _released.SetResult();

        public PioneerDbContext CreateDbContext() => databases.CreateDbContext();

        public async Task<PioneerDbContext> CreateDbContextAsync(CancellationToken cancellationToken = default)
        {
            _asked.TrySetResult();
            await _released.Task;
            return await databases.CreateDbContextAsync(cancellationToken);
        }
    }
}
