using Microsoft.Extensions.DependencyInjection;
using Pioneer.Domain;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Api.Delivery;
using Pioneer.Portal.SignIn;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.Api;

/// <summary>An open stream ends soon after the right to it.</summary>
public sealed class StreamAccessTests : IAsyncLifetime
{
    private readonly DomainDatabase _database = new();

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        await _database.ATenantAsync();
        await _database.FeedsAsync();
        await _database.GrantAsync("acme", "payments");
        await _database.ReconcileAsync();
        Assert.Null((await _database.Get<DeploySubscription>().CreateAsync(
            Actors.Admin, "acme", "large", "SELECT ID, AMOUNT FROM PAYMENTS EMIT CHANGES;", null, DomainDatabase.Token)).Error);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Stream_ends_when_its_token_is_revoked()
    {
        var token = await ATokenAsync(null);
        var lost = Watch(token);
        _database.Clock.Advance(StreamAccess.Every);
        _database.Clock.Advance(StreamAccess.Every);
        Assert.False(lost.IsCompleted);

        await _database.Get<ManageApiTokens>().RevokeAsync(Actors.Admin, token.Id, DomainDatabase.Token);

        Assert.Equal("TokenRefused", (await GoOnUntilAsync(lost)).Code);
    }

    [Fact]
    public async Task Stream_ends_when_its_token_expires()
    {
        var lost = Watch(await ATokenAsync(_database.Clock.GetUtcNow() + StreamAccess.Every));

        Assert.Equal("TokenRefused", (await GoOnUntilAsync(lost)).Code);
    }

    [Fact]
    public async Task Stream_ends_when_its_subscription_is_gone()
    {
        var lost = Watch(await ATokenAsync(null), "nobody");

        Assert.Equal(ErrorKind.NotFound, (await GoOnUntilAsync(lost)).Kind);
    }

    [Fact]
    public async Task Streams_of_one_token_are_asked_for_together()
    {
        var token = await ATokenAsync(null);
        var (access, asked) = Access();
        var lost = Enumerable.Range(0, 200).Select(_ => access.LostAsync(token.Token, "acme", "large", DomainDatabase.Token)).ToList();
        _database.Clock.Advance(StreamAccess.Every);
        await Wait.UntilAsync(() => asked.Count == 1);

        await _database.Get<ManageApiTokens>().RevokeAsync(Actors.Admin, token.Id, DomainDatabase.Token);
        _database.Clock.Advance(StreamAccess.Every);
        var refused = await Task.WhenAll(lost).WaitAsync(Patience.Usual, DomainDatabase.Token);

        Assert.All(refused, error => Assert.Equal("TokenRefused", error.Code));
        // the first question may have been answered after the token was revoked
        Assert.InRange(asked.Count, 1, 2);
    }

    private Task<Error> Watch(IssuedApiToken token, string subscription = "large") =>
        Access().Access.LostAsync(token.Token, "acme", subscription, DomainDatabase.Token);

    private (StreamAccess Access, AskedScopes Asked) Access()
    {
        var asked = new AskedScopes(new ServiceCollection()
            .AddSingleton(_database.Get<ManageApiTokens>()).AddSingleton(_database.Get<SubscriptionQueries>())
            .AddScoped<AmbientTenantScope>().AddScoped<CurrentActor>()
            .BuildServiceProvider().GetRequiredService<IServiceScopeFactory>());
        return (new StreamAccess(asked, _database.Clock), asked);
    }

    private async Task<Error> GoOnUntilAsync(Task<Error> lost)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!lost.IsCompleted && TimeProvider.System.GetElapsedTime(began) < Patience.Usual)
        {
            _database.Clock.Advance(StreamAccess.Every);
            await Task.Yield();
        }

        return await lost.WaitAsync(Patience.Usual, DomainDatabase.Token);
    }

    private async Task<IssuedApiToken> ATokenAsync(DateTimeOffset? expires) => (await _database.Get<ManageApiTokens>().IssueAsync(
        Actors.Admin, new ApiTokenRequest("reader", PlatformRole.None, TenantRole.Viewer, ["acme"], expires), DomainDatabase.Token)).Value;

    /// <summary>Counts how often somebody asks: each question has a scope of its own.</summary>
    private sealed class AskedScopes(IServiceScopeFactory scopes) : IServiceScopeFactory
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public IServiceScope CreateScope()
        {
            Interlocked.Increment(ref _count);
            return scopes.CreateScope();
        }
    }
}
