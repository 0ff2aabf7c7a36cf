using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Seeding;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Components;
using Pioneer.Portal.Features.Seeding;
using Pioneer.Portal.Features.Subscriptions;
using Pioneer.Portal.Live;
using Pioneer.Portal.SignIn;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.Portal;

/// <summary>The form says what cannot be promised before anybody asks for it.</summary>
public sealed class NewSeedPageTests : CircuitContext, IAsyncLifetime
{
    private readonly DomainDatabase _database = new();

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        await _database.ATenantAsync();
        await _database.FeedsAsync();
        await _database.GrantAsync("acme", "payments");
        await _database.GrantAsync("acme", "balances");
        await _database.ReconcileAsync();
        foreach (var (name, sql) in new[]
        {
            ("events", "SELECT * FROM PAYMENTS EMIT CHANGES;"), ("state", "SELECT * FROM BALANCES EMIT CHANGES;"), ("more-state", "SELECT ID, AMOUNT FROM BALANCES EMIT CHANGES;"),
            ("clock", "SELECT ID, UNIX_TIMESTAMP() AS NOW FROM BALANCES EMIT CHANGES;"),
        })
        {
            await _database.Get<DeploySubscription>().CreateAsync(Actors.Admin, "acme", name, sql, null, DomainDatabase.Token);
        }

        await _database.ReconcileAsync();
        var me = new CurrentActor(new AmbientTenantScope());
        me.Use(Actors.Admin);
        Services.AddSingleton(_database.As<IDbContextFactory<PioneerDbContext>>(Actors.Admin)).AddSingleton(_database.As<ITenantScope>(Actors.Admin))
            .AddSingleton(_database.As<ManageSeedJobs>(Actors.Admin)).AddSingleton<SubscriptionViews>().AddSingleton(_database.As<SeedQueries>(Actors.Admin)).AddSingleton(me)
            .AddSingleton<LiveChanges>().AddSingleton<Pioneer.Jobs.Recovery.PlatformPicture>().AddSingleton<TimeProvider>(_database.Clock).AddScoped<ViewerTime>();
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await DisposeAsync();
        await _database.DisposeAsync();
    }

    [Theory]
    [InlineData("events", "holds events for a time")]
    [InlineData("clock", "UNIX_TIMESTAMP() gives another value each time it is called.")]
    public void Reason_shows_at_once_and_nothing_can_be_asked_for_when_a_query_cannot_be_seeded(string subscription, string reason)
    {
        var page = Shown(subscription);

        page.WaitForAssertion(() => Assert.Contains(reason, page.Find("[role=alert]").TextContent, StringComparison.Ordinal));
        Assert.DoesNotContain("None is missing", page.Markup, StringComparison.Ordinal);
        Assert.All(page.FindAll("button"), button => Assert.True(button.HasAttribute("disabled")));
    }

    [Fact]
    public async Task Name_follows_the_subscription_until_somebody_types_one()
    {
        var page = Shown("state");
        page.WaitForAssertion(() => Assert.Equal("state-state", Name(page)));

        await page.InvokeAsync(() => page.Find("#seed-subscription").Change("more-state"));
        page.WaitForAssertion(() => Assert.Equal("more-state-state", Name(page)));
        await page.InvokeAsync(() => page.Find("#seed-name").Input("mine"));
        await page.InvokeAsync(() => page.Find("#seed-subscription").Change("state"));

        page.WaitForAssertion(() => Assert.Contains("acme.d.state", page.Markup, StringComparison.Ordinal));
        Assert.Equal("mine", Name(page));
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("5", null)]
    [InlineData("1.5", "1.5 is no whole number.")]
    [InlineData("0", "The rate limit must be at least one row a second.")]
    [InlineData("99999999999", "99999999999 is more than 2,147,483,647 rows a second.")]
    [InlineData("many", "'many' is no number.")]
    public void Rate_that_cannot_be_is_named_as_what_it_is(string typed, string? message) => Assert.Equal(message, SeedRate.Read(typed).Error?.Message);

    private static string? Name(IRenderedComponent<NewSeedPage> page) => page.Find("#seed-name").GetAttribute("value");

    private IRenderedComponent<NewSeedPage> Shown(string subscription)
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo($"/t/acme/seeds/new?subscription={subscription}");
        return Render<NewSeedPage>(parameters => parameters.Add(page => page.Slug, "acme"));
    }
}
