using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Pioneer.Domain.Auditing;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.SignIn;
using Pioneer.Tests.Api;
using Xunit;

namespace Pioneer.Tests.SignIn;

/// <summary>Sign-in by password: what a stranger learns (nothing), what it costs (one hash at most), whom it can lock out (nobody), and what is written of it.</summary>
public sealed class PasswordSignInTests : IAsyncLifetime
{
    private readonly ApiPortal _portal = new(["--Api:Burst=100000"]);

    public ValueTask InitializeAsync() => _portal.InitializeAsync();

    public ValueTask DisposeAsync() => _portal.DisposeAsync();

    [Theory]
    [InlineData("unknown", 1)]
    [InlineData("disabled", 1)]
    [InlineData("reset", 1)]
    [InlineData("known", 1)]
    [InlineData("waiting", 0)]
    public async Task Refused_sign_in_costs_one_hash_at_most_whoever_it_names(string who, int expected)
    {
        await PortalPerson.JoinAsync(_portal, "jo@acme.test", "acme", TenantRole.Author);
        var hashes = await _portal.UseAsync<IServiceProvider, int>(async services =>
        {
            services.GetRequiredService<IHttpContextAccessor>().HttpContext = new DefaultHttpContext { RequestServices = services };
            var users = services.GetRequiredService<UserManager<PioneerUser>>();
            var jo = (await users.FindByEmailAsync("jo@acme.test"))!;
            (jo.Disabled, jo.PasswordHash) = (who == "disabled", who == "reset" ? null : jo.PasswordHash);
            await users.UpdateAsync(jo);
            // its time stands still: a wait of one second is not over before the next try
            var throttle = new SignInThrottle(new FakeTimeProvider());
            for (var i = 0; who == "waiting" && throttle.Begin("jo@acme.test", "unknown", false) is null; i++)
            {
                Assert.True(i < 100, "tries are never made to wait");
            }

            var hasher = new CountingHasher(users.PasswordHasher);
            users.PasswordHasher = hasher;
            var (outcome, _) = await ActivatorUtilities.CreateInstance<PasswordSignIn>(services, throttle)
                .TryAsync(who == "unknown" ? "nobody@acme.test" : "jo@acme.test", "wrong", false);
            Assert.Equal(who == "waiting" ? PasswordOutcome.Wait : PasswordOutcome.Refused, outcome);
            return hasher.Looked;
        });

        Assert.Equal(expected, hashes);
    }

    [Fact]
    public async Task Refused_sign_in_is_written_though_its_sender_goes_away_while_the_password_is_looked_at()
    {
        await PortalPerson.JoinAsync(_portal, "jo@acme.test", "acme", TenantRole.Author);
        await _portal.UseAsync<IServiceProvider, bool>(async services =>
        {
            using var gone = new CancellationTokenSource();
            services.GetRequiredService<IHttpContextAccessor>().HttpContext = new DefaultHttpContext { RequestServices = services, RequestAborted = gone.Token };
            var users = services.GetRequiredService<UserManager<PioneerUser>>();
            users.PasswordHasher = new CountingHasher(users.PasswordHasher, gone.Cancel);
            var (outcome, _) = await ActivatorUtilities.CreateInstance<PasswordSignIn>(services, new SignInThrottle(TimeProvider.System)).TryAsync("jo@acme.test", "wrong", false);
            Assert.Equal(PasswordOutcome.Refused, outcome);
            return true;
        });

        Assert.Single(await EntriesAsync(), entry => entry is { Action: "SignInRefused", Subject: "jo@acme.test" });
    }

    [Fact]
    public void What_stands_in_for_an_unknown_account_costs_the_same_look_and_is_made_without_one()
    {
        var hasher = new PasswordHasher<PioneerUser>();
        var user = new PioneerUser { DisplayName = "Jo", CreatedAt = default };
        var real = Convert.FromBase64String(hasher.HashPassword(user, "a password of jo's"));
        var options = Options.Create(new PasswordHasherOptions());

        var nobodys = Convert.FromBase64String(new NobodysHash(options).Value);

        // version, function, iterations and lengths: what decides the work
        Assert.Equal(real.Length, nobodys.Length);
        Assert.Equal(real[..13], nobodys[..13]);
        Assert.NotEqual(new NobodysHash(options).Value, new NobodysHash(options).Value);
        Assert.Equal(PasswordVerificationResult.Failed, hasher.VerifyHashedPassword(user, Convert.ToBase64String(nobodys), "a password of jo's"));
    }

    [Fact]
    public async Task Guesses_have_to_wait_and_the_owner_at_a_browser_that_is_known_does_not()
    {
        await PortalPerson.JoinAsync(_portal, "jo@acme.test", "acme", TenantRole.Author);
        using var owner = new PortalPerson(_portal.Url);
        Assert.Equal("/", (await owner.SignInAsync("jo@acme.test", PortalPerson.Password)).Leads);
        using var stranger = new PortalPerson(_portal.Url);
        PersonSees last;
        var tries = 0;
        do
        {
            last = await stranger.SignInAsync("jo@acme.test", $"guess {tries}");
        }
        while (last.Status is HttpStatusCode.OK && ++tries < 30);

        Assert.Equal(HttpStatusCode.TooManyRequests, last.Status);
        Assert.True(last.RetryAfter > TimeSpan.Zero);
        Assert.Contains("Too many tries", last.Text, StringComparison.Ordinal);
        var entries = await EntriesAsync();
        Assert.Equal(tries, entries.Count(entry => entry is { Action: "SignInRefused", Subject: "jo@acme.test" } && entry.After!.Contains("wrong password", StringComparison.Ordinal)));
        Assert.Contains(entries, entry => entry is { Action: "SignInDelayed" } && entry.After!.Contains("127.0.0.1", StringComparison.Ordinal));
        Assert.Contains(entries, entry => entry is { Action: "SignedIn", Subject: "jo@acme.test" } && entry.After!.Contains("127.0.0.1", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.OK, (await owner.VisitAsync("/")).Status);
    }

    private Task<List<AuditEntry>> EntriesAsync() => _portal.UseAsync<IDbContextFactory<PioneerDbContext>, List<AuditEntry>>(async contexts =>
    {
        await using var db = await contexts.CreateDbContextAsync(ApiPortal.Token);
        return await db.AuditEntries.AsNoTracking().ToListAsync(ApiPortal.Token);
    });

    private sealed class CountingHasher(IPasswordHasher<PioneerUser> inner, Action? whileLooking = null) : IPasswordHasher<PioneerUser>
    {
        public int Looked { get; private set; }

        public string HashPassword(PioneerUser user, string password)
        {
            Looked++;
            return inner.HashPassword(user, password);
        }

        public PasswordVerificationResult VerifyHashedPassword(PioneerUser user, string hashedPassword, string providedPassword)
        {
            Looked++;
            whileLooking?.Invoke();
            return inner.VerifyHashedPassword(user, hashedPassword, providedPassword);
        }
    }
}
