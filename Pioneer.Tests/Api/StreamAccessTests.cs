using Pioneer.Domain;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Api.Delivery;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.Api;

/// <summary>An open stream ends soon after the right to it.</summary>
public sealed class StreamAccessTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

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

    private Task<Error> Watch(IssuedApiToken token, string subscription = "large")
    {
        var access = new StreamAccess(_database.Get<ManageApiTokens>(), _database.Get<SubscriptionQueries>(), _database.Clock);
        return access.LostAsync(token.Token, "acme", subscription, DomainDatabase.Token);
    }

    private async Task<Error> GoOnUntilAsync(Task<Error> lost)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!lost.IsCompleted && TimeProvider.System.GetElapsedTime(began) < Patience)
        {
            _database.Clock.Advance(StreamAccess.Every);
            await Task.Yield();
        }

        return await lost.WaitAsync(Patience, DomainDatabase.Token);
    }

    private async Task<IssuedApiToken> ATokenAsync(DateTimeOffset? expires) => (await _database.Get<ManageApiTokens>().IssueAsync(
        Actors.Admin, new ApiTokenRequest("reader", PlatformRole.None, TenantRole.Viewer, ["acme"], expires), DomainDatabase.Token)).Value;
}
