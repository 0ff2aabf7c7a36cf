using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pioneer.Domain.Auditing;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Features.Settings;
using Pioneer.Portal.SignIn;
using Pioneer.Tests.Api;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.SignIn;

/// <summary>Local accounts: who made them is in the audit log, and who has one cannot be guessed.</summary>
public sealed class AccountsTests : IAsyncLifetime
{
    private readonly ApiPortal _portal = new(["--Api:Burst=100000"]);

    public ValueTask InitializeAsync() => _portal.InitializeAsync();

    public ValueTask DisposeAsync() => _portal.DisposeAsync();

    [Fact]
    public async Task Making_an_account_and_resetting_its_password_are_audited_without_the_password()
    {
        var made = (await _portal.UseAsync<Accounts, Domain.Result<Accounts.Made>>(accounts => accounts.CreateAsync(Actors.Admin, "Jo", "jo@acme.test"))).Value;
        var reset = (await _portal.UseAsync<Accounts, Domain.Result<Accounts.Made>>(accounts => accounts.ResetPasswordAsync(Actors.Admin, made.UserId))).Value;
        Assert.True((await _portal.UseAsync<Accounts, Domain.Result<Accounts.Made>>(accounts => accounts.CreateAsync(Actors.Admin, "Jo", "jo@acme.test"))).IsFailure);
        Assert.Null((await _portal.UseAsync<FirstAdmin, Domain.Result<PioneerUser>>(first => first.CreateAsync("Ada", "ada@acme.test", "a-long-password"))).Error);

        var entries = await AuditAsync();
        Assert.Equal(
            ["FirstAdminMade ada@acme.test Pioneer", "PasswordReset jo@acme.test Ada Admin", "UserCreated jo@acme.test Ada Admin"],
            entries.Select(entry => $"{entry.Action} {entry.Subject} {entry.ActorName}").Order(StringComparer.Ordinal));
        Assert.All(entries, entry => Assert.All(
            [made.Password, reset.Password, "a-long-password"], secret => Assert.DoesNotContain(secret, $"{entry.Before}{entry.After}", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("unknown")]
    [InlineData("disabled")]
    [InlineData("locked")]
    [InlineData("known")]
    public async Task Refused_sign_in_does_the_same_work_whoever_it_names(string who)
    {
        await _portal.UseAsync<Accounts, Domain.Result<Accounts.Made>>(accounts => accounts.CreateAsync(Actors.Admin, "Jo", "jo@acme.test"));
        var (signedIn, hashes) = await _portal.UseAsync<IServiceProvider, (bool, int)>(async services =>
        {
            var users = services.GetRequiredService<UserManager<PioneerUser>>();
            var jo = (await users.FindByEmailAsync("jo@acme.test"))!;
            jo.Disabled = who == "disabled";
            jo.LockoutEnd = who == "locked" ? TimeProvider.System.GetUtcNow() + TimeSpan.FromMinutes(5) : null;
            await users.UpdateAsync(jo);
            var hasher = new CountingHasher(users.PasswordHasher);
            users.PasswordHasher = hasher;
            var done = await services.GetRequiredService<PasswordSignIn>().TryAsync(who == "unknown" ? "nobody@acme.test" : "jo@acme.test", "wrong", false);
            return (done, hasher.Verified);
        });

        Assert.Equal((false, 1), (signedIn, hashes));
    }

    private Task<List<AuditEntry>> AuditAsync() => _portal.UseAsync<IDbContextFactory<PioneerDbContext>, List<AuditEntry>>(async contexts =>
    {
        await using var db = await contexts.CreateDbContextAsync(ApiPortal.Token);
        return await db.AuditEntries.AsNoTracking().Where(entry => entry.SubjectKind == "user").ToListAsync(ApiPortal.Token);
    });

    private sealed class CountingHasher(IPasswordHasher<PioneerUser> inner) : IPasswordHasher<PioneerUser>
    {
        public int Verified { get; private set; }

        public string HashPassword(PioneerUser user, string password) => inner.HashPassword(user, password);

        public PasswordVerificationResult VerifyHashedPassword(PioneerUser user, string hashedPassword, string providedPassword)
        {
            Verified++;
            return inner.VerifyHashedPassword(user, hashedPassword, providedPassword);
        }
    }
}
