using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Delivery;
using Pioneer.Domain.Tenants;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.Delivery;

/// <summary>Issue, rotate, revoke.</summary>
public sealed class CredentialTests : IAsyncLifetime
{
    private readonly DomainDatabase _database = new();

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        await _database.ATenantAsync();
        await _database.ReconcileAsync();
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Password_is_kept_until_the_broker_has_it_and_forgotten_then()
    {
        var issued = (await IssueAsync("app")).Value;
        Assert.Equal("acme.app", issued.Principal);
        Assert.Equal(1, await PendingSecretsAsync());

        Assert.True((await _database.ReconcileAsync()).InSync);

        var row = Assert.Single((await _database.Get<CredentialQueries>().ListAsync(Actors.Admin, "acme", Window.Most, DomainDatabase.Token)).Value);
        Assert.Equal(CredentialState.Active, row.State);
        Assert.Equal(0, await PendingSecretsAsync());
        Assert.Contains(_database.Platform.State.Users, user => user.User == "acme.app");
    }

    [Fact]
    public async Task Credential_issued_after_the_plan_was_made_stays_pending()
    {
        var slug = TenantSlug.Parse("acme");
        var plannedAt = _database.Clock.GetUtcNow();
        _database.Clock.Advance(TimeSpan.FromSeconds(1));
        await IssueAsync("app");

        await _database.Get<Pioneer.Domain.Provisioning.ReconcileOutcome>().RecordAsync(slug, Pioneer.Domain.Provisioning.Plan.Empty, plannedAt, DomainDatabase.Token);

        Assert.Equal(CredentialState.Pending, (await _database.Get<CredentialQueries>().ListAsync(Actors.Admin, "acme", Window.Most, DomainDatabase.Token)).Value[0].State);
        Assert.Equal(1, await PendingSecretsAsync());
    }

    [Fact]
    public async Task Rotation_gives_a_second_credential_and_revocation_takes_the_first()
    {
        var first = (await IssueAsync("app")).Value;
        await _database.ReconcileAsync();
        var second = (await _database.Get<ManageCredentials>().RotateAsync(Actors.Admin, "acme", first.Id, DomainDatabase.Token)).Value;
        await _database.ReconcileAsync();
        Assert.Equal("acme.app-2", second.Principal);
        Assert.Equal(2, _database.Platform.State.Acls.Count(rule => rule.Principal == "User:acme.app-2"));

        await _database.Get<ManageCredentials>().RevokeAsync(Actors.Admin, "acme", first.Id, DomainDatabase.Token);
        await _database.ReconcileAsync();

        Assert.DoesNotContain(_database.Platform.State.Users, user => user.User == "acme.app");
        Assert.DoesNotContain(_database.Platform.State.Acls, rule => rule.Principal == "User:acme.app");
        Assert.Contains(_database.Platform.State.Users, user => user.User == "acme.app-2");
    }

    [Fact]
    public async Task Expired_credential_loses_its_rights_and_its_user()
    {
        var issued = (await IssueAsync("app", TimeSpan.FromHours(1))).Value;
        var lasting = (await IssueAsync("lasting")).Value;
        await _database.ReconcileAsync();
        Assert.Equal(0, await _database.Get<ExpireCredentials>().ExecuteAsync(DomainDatabase.Token));
        Assert.Contains(_database.Platform.State.Users, user => user.User == issued.Principal);

        _database.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(1, await _database.Get<ExpireCredentials>().ExecuteAsync(DomainDatabase.Token));
        Assert.Equal(0, await _database.Get<ExpireCredentials>().ExecuteAsync(DomainDatabase.Token));
        await using var db = _database.Open();
        var asked = await db.Operations.SingleAsync(row => row.Target == issued.Principal && row.RequestedBy == Actor.System.Name, DomainDatabase.Token);
        Assert.Contains(asked.Id, _database.Queue.Enqueued);
        Assert.True((await _database.ReconcileAsync()).InSync);

        Assert.DoesNotContain(_database.Platform.State.Users, user => user.User == issued.Principal);
        Assert.DoesNotContain(_database.Platform.State.Acls, rule => rule.Principal == $"User:{issued.Principal}");
        Assert.Contains(_database.Platform.State.Users, user => user.User == lasting.Principal);
        var rows = (await _database.Get<CredentialQueries>().ListAsync(Actors.Admin, "acme", Window.Most, DomainDatabase.Token)).Value;
        Assert.Equal((CredentialState.Revoked, ExpireCredentials.RevokedBy), (rows.Single(row => row.Id == issued.Id).State, rows.Single(row => row.Id == issued.Id).RevokedBy));
    }

    // A reconcile for another reason may come first: it must not give the user back.
    [Fact]
    public async Task Plan_wants_no_expired_credential_before_its_row_says_so()
    {
        var issued = (await IssueAsync("app", TimeSpan.FromHours(1))).Value;
        await _database.ReconcileAsync();
        _database.Clock.Advance(TimeSpan.FromHours(1));

        await _database.ReconcileAsync();

        Assert.DoesNotContain(_database.Platform.State.Users, user => user.User == issued.Principal);
        Assert.Equal(
            "CredentialExpired", (await _database.Get<ManageCredentials>().RotateAsync(Actors.Admin, "acme", issued.Id, DomainDatabase.Token)).Error!.Code);
    }

    [Theory]
    [InlineData("ksql", "NameReserved")]
    [InlineData("portal", "NameReserved")]
    [InlineData("a.b", "NameMalformed")]
    public async Task Names_of_the_platform_and_malformed_ones_are_refused(string name, string code) =>
        Assert.Equal(code, (await IssueAsync(name)).Error!.Code);

    [Fact]
    public async Task Name_of_a_revoked_credential_is_not_used_again()
    {
        var first = (await IssueAsync("app")).Value;
        await _database.Get<ManageCredentials>().RevokeAsync(Actors.Admin, "acme", first.Id, DomainDatabase.Token);

        Assert.Equal("CredentialNameUsed", (await IssueAsync("app")).Error!.Code);
    }

    [Fact]
    public async Task Author_may_not_issue_credentials()
    {
        var acme = (await _database.Get<TenantQueries>().GetAsync(Actors.Admin, "acme", DomainDatabase.Token)).Value.Tenant.Id;
        var author = Actors.Member(TenantRole.Author, acme);

        var result = await _database.As<ManageCredentials>(author).IssueAsync(author, "acme", "app", null, DomainDatabase.Token);

        Assert.Equal(ErrorKind.Forbidden, result.Error!.Kind);
    }

    private Task<Result<IssuedCredential>> IssueAsync(string name, TimeSpan? lasts = null) =>
        _database.Get<ManageCredentials>().IssueAsync(Actors.Admin, "acme", name, _database.Clock.GetUtcNow() + lasts, DomainDatabase.Token);

    private async Task<int> PendingSecretsAsync()
    {
        await using var db = _database.Open();
        return await db.Secrets.CountAsync(row => row.Name.StartsWith("tenant/acme/credential/"), DomainDatabase.Token);
    }
}
