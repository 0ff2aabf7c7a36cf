using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.SignIn;
using Pioneer.Tests.Api;
using Xunit;

namespace Pioneer.Tests.SignIn;

/// <summary>Second factors: a code counts once, a recovery code once, and where the role asks for a factor it gives nothing without one.</summary>
public sealed class SecondFactorTests : IAsyncLifetime
{
    private const string Email = "ada@bank.test";

    private readonly ApiPortal _portal = new(["--Api:Burst=100000", "--SignIn:SecondFactor=PlatformRoles"]);

    public ValueTask InitializeAsync() => _portal.InitializeAsync();

    public ValueTask DisposeAsync() => _portal.DisposeAsync();

    [Fact]
    public async Task Platform_role_gives_nothing_until_a_second_factor_is_set_up_and_a_tenants_role_does()
    {
        var id = await PortalPerson.JoinAsync(_portal, Email, null, null, PlatformRole.Admin);
        await PortalPerson.JoinAsync(_portal, "jo@acme.test", "acme", TenantRole.Author);
        using var ada = new PortalPerson(_portal.Url);
        await ada.SignInAsync(Email, PortalPerson.Password);
        using var jo = new PortalPerson(_portal.Url);
        await jo.SignInAsync("jo@acme.test", PortalPerson.Password);

        Assert.Contains("/access-denied", (await ada.VisitAsync("/tenants")).Leads, StringComparison.Ordinal);
        Assert.Contains("Set one up", (await ada.VisitAsync("/access-denied")).Text, StringComparison.Ordinal);
        Assert.Contains("Your role asks for a second factor", (await ada.VisitAsync("/account")).Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await jo.VisitAsync("/t/acme/editor")).Status);

        await SetUpAsync(id);

        await Wait.ForAsync("the page opens", async () => (await ada.VisitAsync("/tenants")).Status, status => status is HttpStatusCode.OK);
    }

    [Fact]
    public async Task Code_and_recovery_code_sign_in_once_each_and_are_not_kept_in_clear()
    {
        var id = await PortalPerson.JoinAsync(_portal, Email, null, null, PlatformRole.Admin);
        var (key, codes) = await SetUpAsync(id);

        var code = "";
        // made as it is sent: it is good for a minute
        Assert.Equal("/", (await SecondAsync(() => code = CodeOf(key))).Leads);
        Assert.Contains("The code is wrong, or was used already", (await SecondAsync(code)).Text, StringComparison.Ordinal);
        Assert.Equal("/", (await SecondAsync(codes[0])).Leads);
        Assert.Contains("The code is wrong, or was used already", (await SecondAsync(codes[0])).Text, StringComparison.Ordinal);
        Assert.Equal("/", (await SecondAsync(codes[1])).Leads);

        var kept = await _portal.UseAsync<PioneerDbContext, string>(async db => string.Join(' ', await db.UserTokens.Select(row => row.Value).ToListAsync(ApiPortal.Token)));
        Assert.DoesNotContain(key, kept, StringComparison.OrdinalIgnoreCase);
        Assert.All(codes, recovery => Assert.DoesNotContain(recovery, kept, StringComparison.OrdinalIgnoreCase));
        Assert.Contains("password and code", (await _portal.UseAsync<Sessions, Result<IReadOnlyList<SessionRow>>>(sessions =>
            sessions.ListAsync(Persistence.Actors.Admin, id, ApiPortal.Token))).Value.Select(session => session.Method));
    }

    private Task<PersonSees> SecondAsync(string code) => SecondAsync(() => code);

    private async Task<PersonSees> SecondAsync(Func<string> code)
    {
        using var ada = new PortalPerson(_portal.Url);
        Assert.StartsWith("/sign-in/second-factor", (await ada.SignInAsync(Email, PortalPerson.Password)).Leads, StringComparison.Ordinal);
        Assert.True((await ada.VisitAsync("/tenants")).IsSignedOut);
        return await ada.SubmitAsync("/sign-in/second-factor", ("Input.Code", code()));
    }

    private async Task<(string Key, IReadOnlyList<string> Codes)> SetUpAsync(string id) =>
        (await _portal.UseAsync<Accounts, Result<(string, IReadOnlyList<string>)>>(accounts => accounts.ChangeAsync<(string, IReadOnlyList<string>)>(
            id, "SecondFactorSetUp", async (users, user) =>
            {
                await users.ResetAuthenticatorKeyAsync(user);
                var key = (await users.GetAuthenticatorKeyAsync(user))!;
                await users.SetTwoFactorEnabledAsync(user, true);
                return (key, (await users.GenerateNewTwoFactorRecoveryCodesAsync(user, 3))!.ToList());
            }))).Value;

    // RFC 6238: HMAC-SHA-1 of the half minute, six figures of it
    private static string CodeOf(string base32)
    {
        const string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        var bits = string.Concat(base32.Select(c => Convert.ToString(alphabet.IndexOf(char.ToUpperInvariant(c), StringComparison.Ordinal), 2).PadLeft(5, '0')));
        var key = Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.Substring(i * 8, 8), 2)).ToArray();
        var step = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(step, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() / 30);
#pragma warning disable CA5350 // the algorithm of authenticator apps
        var hash = HMACSHA1.HashData(key, step);
#pragma warning restore CA5350
        var number = BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(hash[^1] & 0xf)) & 0x7fffffff;
        return (number % 1_000_000).ToString("000000");
    }
}
