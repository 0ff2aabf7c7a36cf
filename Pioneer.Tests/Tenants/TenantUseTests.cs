using Pioneer.Domain;
using Pioneer.Domain.Tenants;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.Tenants;

/// <summary>What a tenant may have in all: refused with the thing, the limit and the way out, and free again when something ends.</summary>
public sealed class TenantUseTests : IAsyncLifetime
{
    private readonly DomainDatabase _database = new();

    private static CancellationToken Token => DomainDatabase.Token;

    public ValueTask InitializeAsync() => _database.InitializeAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Theory]
    [InlineData(TenantUseKind.Streams)]
    [InlineData(TenantUseKind.Previews)]
    [InlineData(TenantUseKind.Tails)]
    public async Task What_is_open_at_the_same_time_is_limited_over_all_who_read(TenantUseKind kind)
    {
        await _database.ATenantAsync();
        await LimitAsync(kind, 2);
        var readings = _database.Get<RecordReadings>();
        var first = (await readings.BeginAsync(Actors.Admin, "acme", "a", kind, Token)).Value;
        using var second = (await readings.BeginAsync(Actors.Operator, "acme", "b", kind, Token)).Value;

        var refused = (await readings.BeginAsync(Actors.Admin, "acme", "c", kind, Token)).Error!;
        first.Dispose();
        first.Dispose();

        Assert.Equal(($"TooMany{kind}", ErrorKind.Conflict), (refused.Code, refused.Kind));
        Assert.Contains("2 of 2", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Quotas", refused.Hint, StringComparison.Ordinal);
        using var third = (await readings.BeginAsync(Actors.Admin, "acme", "c", kind, Token)).Value;
        Assert.True((await readings.BeginAsync(Actors.Admin, "acme", "d", kind, Token)).IsFailure);
    }

    [Fact]
    public async Task Tokens_and_invitations_are_limited_and_a_revoked_one_makes_room()
    {
        await _database.ATenantAsync();
        await LimitAsync(TenantUseKind.Tokens, 1);
        await LimitAsync(TenantUseKind.Accounts, 1);
        var tokens = _database.Get<ManageApiTokens>();
        var request = new ApiTokenRequest("t", PlatformRole.None, TenantRole.Viewer, ["acme"], null);
        var only = (await tokens.IssueAsync(Actors.Admin, request, Token)).Value;

        Assert.Equal("TooManyTokens", (await tokens.IssueAsync(Actors.Admin, request, Token)).Error!.Code);
        await tokens.RevokeAsync(Actors.Admin, only.Id, Token);
        Assert.True((await tokens.IssueAsync(Actors.Admin, request, Token)).IsSuccess);

        var invitations = _database.Get<Invitations>();
        Assert.True((await invitations.InviteAsync(Actors.Admin, new InvitationRequest("acme", "a@b.test", null, TenantRole.Viewer), Token)).IsSuccess);
        Assert.Equal("TooManyAccounts", (await invitations.InviteAsync(Actors.Admin, new InvitationRequest("acme", "c@d.test", null, TenantRole.Viewer), Token)).Error!.Code);
    }

    [Fact]
    public async Task Subscription_beyond_the_limit_is_refused()
    {
        await _database.ATenantAsync();
        await _database.FeedsAsync();
        await _database.GrantAsync("acme", "payments");
        await LimitAsync(TenantUseKind.Subscriptions, 1);
        var deploy = _database.Get<Domain.Subscriptions.DeploySubscription>();
        Assert.Null((await deploy.CreateAsync(Actors.Admin, "acme", "one", "SELECT * FROM PAYMENTS EMIT CHANGES;", null, Token)).Error);

        Assert.Equal("TooManySubscriptions", (await deploy.CreateAsync(Actors.Admin, "acme", "two", "SELECT * FROM PAYMENTS EMIT CHANGES;", null, Token)).Error!.Code);
    }

    private async Task LimitAsync(TenantUseKind kind, int limit)
    {
        var limits = (await _database.Get<TenantQueries>().GetAsync(Actors.Admin, "acme", Token)).Value.Limits;
        Assert.True((await _database.Get<SetTenantLimits>().ExecuteAsync(Actors.Admin, "acme", kind.With(limits, limit), null, Token)).IsSuccess);
    }
}
