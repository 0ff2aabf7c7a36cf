using Bunit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MudBlazor.Services;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Components;
using Pioneer.Portal.Features.Tenants;
using Pioneer.Portal.SignIn;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.Portal;

/// <summary>Limits are typed, kept and refused in the unit that the form shows.</summary>
public sealed class TenantQuotasTests : BunitContext, IAsyncLifetime
{
    private readonly DomainDatabase _database = new();
    private TenantHead _head = null!;

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        var acme = await _database.ATenantAsync();
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddMudServices();
        var me = new CurrentActor(new AmbientTenantScope());
        me.Use(Actors.Admin);
        Services.AddSingleton(me).AddSingleton(_database.As<SetTenantLimits>(Actors.Admin)).AddSingleton(Options.Create(new ProvisioningOptions())).AddScoped<Toaster>();
        ComponentFactories.AddStub<TenantUsePanel>();
        await using var db = _database.Open();
        var tenant = await db.Tenants.AsNoTracking().SingleAsync(row => row.Id == acme.Id, DomainDatabase.Token);
        _head = new TenantHead(
            tenant.Id, tenant.Slug, tenant.Name, tenant.State, tenant.Isolation, null, tenant.Limits, null, null, tenant.CreatedAt, "Olga", tenant.Revision, 0, 0, 0, 0, null);
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await DisposeAsync();
        await _database.DisposeAsync();
    }

    [Theory]
    [InlineData("9e999")]
    [InlineData("0.00000001")]
    public async Task Figure_that_cannot_be_is_refused_in_its_unit_and_stays_as_it_was_typed(string typed)
    {
        var form = Render<TenantQuotas>(p => p.Add(x => x.Head, _head));
        await form.Find("#producerBytesPerSecond").ChangeAsync(new() { Value = typed });

        await form.Find("form").SubmitAsync();

        var error = form.WaitForElement(".error").TextContent;
        Assert.StartsWith($"Write, MiB/s: {typed} is not possible; 0.000977 to 1,048,576 is.", error, StringComparison.Ordinal);
        Assert.Equal(typed, form.Find("#producerBytesPerSecond").GetAttribute("value"));
    }

    [Fact]
    public async Task Saving_what_was_not_changed_starts_no_operation()
    {
        var before = await CountAsync();
        var form = Render<TenantQuotas>(p => p.Add(x => x.Head, _head));

        await form.Find("form").SubmitAsync();

        Assert.Equal(before, await CountAsync());
    }

    private async Task<int> CountAsync()
    {
        await using var db = _database.Open();
        return await db.Operations.CountAsync(DomainDatabase.Token);
    }
}
