using System.Security.Claims;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using Pioneer.Domain;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Components;
using Pioneer.Portal.Features.Settings;
using Pioneer.Portal.Features.Tenants;
using Pioneer.Portal.Live;
using Pioneer.Portal.SignIn;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.Portal;

/// <summary>The lists of members and of API tokens as they are drawn.</summary>
public sealed class PeopleListsTests : CircuitContext, IAsyncLifetime
{
    private readonly DomainDatabase _database = new();
    private TenantId _acme;

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        _acme = (await _database.ATenantAsync()).Id;
        var me = new CurrentActor(new AmbientTenantScope());
        me.Use(Actors.Admin);
        Services.AddSingleton(_database.As<IDbContextFactory<PioneerDbContext>>(Actors.Admin)).AddSingleton(_database.As<ManageApiTokens>(Actors.Admin))
            .AddSingleton(_database.As<ManageMembers>(Actors.Admin)).AddSingleton(_database.As<Invitations>(Actors.Admin)).AddSingleton(me).AddSingleton<UserViews>().AddSingleton<LiveChanges>()
            .AddSingleton<IDialogService, DialogService>().AddSingleton<TimeProvider>(_database.Clock).AddScoped<ViewerTime>();
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public void Members_say_that_there_are_none_yet_when_there_is_none() =>
        Members("", page => Assert.Contains("No members yet", page.Markup, StringComparison.Ordinal));

    [Fact]
    public async Task Members_say_that_none_fits_when_the_filter_finds_none()
    {
        await AddMembersAsync(1);

        Members("?q=nobody", page => Assert.Contains("No member fits the filter", page.Markup, StringComparison.Ordinal));
        Members("", page => Assert.Single(page.FindAll("tbody tr")));
    }

    [Fact]
    public async Task Members_have_a_second_page_when_there_are_more_than_one_holds()
    {
        await AddMembersAsync(UserViews.PageSize + 3);

        Members("", page => Assert.Equal("/tenants/acme/members?page=2", page.Find(".pager a").GetAttribute("href")));
        Members("?page=2", page => Assert.Equal(3, page.FindAll("tbody tr").Count));
    }

    [Fact]
    public void Tokens_say_that_there_are_none_yet_when_there_is_none() =>
        Tokens("", page => Assert.Contains("No tokens yet", page.Markup, StringComparison.Ordinal));

    [Fact]
    public async Task Tokens_say_that_none_fits_when_the_filter_finds_none()
    {
        await AddTokensAsync(1);

        Tokens("?q=nothing", page => Assert.Contains("No token fits the filter", page.Markup, StringComparison.Ordinal));
        Tokens("", page => Assert.Single(page.FindAll("tbody tr")));
    }

    [Fact]
    public async Task Tokens_have_a_second_page_when_there_are_more_than_one_holds()
    {
        await AddTokensAsync(UserViews.PageSize + 3);

        Tokens("?q=reader", page => Assert.Equal("/settings/tokens?q=reader&page=2", page.Find(".pager a").GetAttribute("href")));
        Tokens("?page=2", page => Assert.Equal(3, page.FindAll("tbody tr").Count));
    }

    private void Members(string query, Action<IRenderedComponent<TenantMembers>> assertion)
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo("/tenants/acme/members" + query);
        var nobody = Task.FromResult(new AuthenticationState(new ClaimsPrincipal(new ClaimsIdentity())));
        var page = Render<TenantMembers>(p => p.Add(x => x.Slug, "acme").Add(x => x.TenantId, _acme).AddCascadingValue(nobody));
        page.WaitForAssertion(() => assertion(page));
    }

    private void Tokens(string query, Action<IRenderedComponent<TokensPage>> assertion)
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo("/settings/tokens" + query);
        var page = Render<TokensPage>();
        page.WaitForAssertion(() => assertion(page));
    }

    private async Task AddMembersAsync(int count)
    {
        await using var db = _database.Open();
        db.Users.AddRange(Enumerable.Range(0, count).Select(i => new PioneerUser { Id = $"u{i}", Email = $"member{i:000}@bank.test", DisplayName = $"Member {i}" }));
        db.Memberships.AddRange(Enumerable.Range(0, count).Select(i => new TenantMembership
        {
            TenantId = _acme,
            UserId = $"u{i}",
            Role = TenantRole.Viewer,
            GrantedAt = _database.Clock.GetUtcNow(),
            GrantedBy = "Ada",
        }));
        await db.SaveChangesAsync(DomainDatabase.Token);
    }

    private async Task AddTokensAsync(int count)
    {
        var tokens = _database.Get<ManageApiTokens>();
        for (var i = 0; i < count; i++)
        {
            var request = new ApiTokenRequest($"reader {i}", PlatformRole.None, TenantRole.Viewer, ["acme"], null);
            Assert.Null((await tokens.IssueAsync(Actors.Admin, request, DomainDatabase.Token)).Error);
        }
    }
}
