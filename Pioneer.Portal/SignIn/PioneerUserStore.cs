using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;

namespace Pioneer.Portal.SignIn;

/// <summary>Identity's store, where the key of an authenticator app is sealed as other secrets are, and of recovery codes there is only a hash.</summary>
internal sealed class PioneerUserStore(PioneerDbContext context, ISecretProtector protector, IdentityErrorDescriber? describer = null)
    : UserStore<PioneerUser, IdentityRole, PioneerDbContext, string, IdentityUserClaim<string>, IdentityUserRole<string>, IdentityUserLogin<string>,
        IdentityUserToken<string>, IdentityRoleClaim<string>, IdentityUserPasskey<string>>(context, describer)
{
    /// <inheritdoc/>
    public override Task SetAuthenticatorKeyAsync(PioneerUser user, string key, CancellationToken cancellationToken) =>
        base.SetAuthenticatorKeyAsync(user, protector.Protect(key), cancellationToken);

    /// <inheritdoc/>
    public override async Task<string?> GetAuthenticatorKeyAsync(PioneerUser user, CancellationToken cancellationToken) =>
        await base.GetAuthenticatorKeyAsync(user, cancellationToken) is { Length: > 0 } sealedKey ? protector.Unprotect(sealedKey) : null;

    /// <inheritdoc/>
    public override Task ReplaceCodesAsync(PioneerUser user, IEnumerable<string> recoveryCodes, CancellationToken cancellationToken) =>
        base.ReplaceCodesAsync(user, recoveryCodes.Select(code => HashOf(user, code)).ToList(), cancellationToken);

    /// <inheritdoc/>
    public override Task<bool> RedeemCodeAsync(PioneerUser user, string code, CancellationToken cancellationToken)
    {
        // Identity's own redeeming puts the remaining codes back through ReplaceCodesAsync, which would hash them a second time
        return RedeemHashAsync(user, HashOf(user, code), cancellationToken);
    }

    private async Task<bool> RedeemHashAsync(PioneerUser user, string hash, CancellationToken cancellationToken)
    {
        const string provider = "[AspNetUserStore]";
        const string name = "RecoveryCodes";
        var codes = (await GetTokenAsync(user, provider, name, cancellationToken) ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries);
        if (!codes.Contains(hash))
        {
            return false;
        }

        await SetTokenAsync(user, provider, name, string.Join(';', codes.Where(code => code != hash)), cancellationToken);
        return true;
    }

    private static string HashOf(PioneerUser user, string code) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{user.Id}:{code.Trim().ToUpperInvariant()}")));
}
