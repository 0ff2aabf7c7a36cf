using System.Security.Claims;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;

namespace Pioneer.Portal.SignIn;

/// <summary>Turns a local account into claims: platform role and memberships as the database has them at sign-in and at each revalidation.</summary>
internal sealed class PioneerPrincipalFactory(
    UserManager<PioneerUser> users, IOptions<IdentityOptions> options, PioneerDbContext database, SecondFactorRule rule)
    : UserClaimsPrincipalFactory<PioneerUser>(users, options)
{
    protected override async Task<ClaimsIdentity> GenerateClaimsAsync(PioneerUser user)
    {
        var identity = await base.GenerateClaimsAsync(user);
        identity.AddClaim(PioneerClaims.RightsClaim(user.RightsRevision));
        if (user.Disabled)
        {
            return identity;
        }

        if (rule.Asks(user) && !user.TwoFactorEnabled && (await UserManager.GetPasskeysAsync(user)).Count == 0)
        {
            identity.AddClaim(new Claim(PioneerClaims.SecondFactorMissing, "true"));
            return identity;
        }

        if (user.PlatformRole is not PlatformRole.None)
        {
            identity.AddClaim(new Claim(PioneerClaims.Platform, user.PlatformRole.ToString()));
        }

        // the person's own memberships decide the tenant scope, so they are read outside of it
        var memberships = await database.Set<TenantMembership>().IgnoreQueryFilters().AsNoTracking()
            .Where(m => m.UserId == user.Id)
            .Join(database.Set<Tenant>().IgnoreQueryFilters(), m => m.TenantId, t => t.Id, (m, t) => new { t.Slug, t.Id, m.Role, t.State })
            .Where(m => m.State != TenantState.Deleted)
            .ToListAsync();
        identity.AddClaims(memberships.Select(m => new TenantGrant(m.Slug.Value, m.Id, m.Role).ToClaim()));
        return identity;
    }
}
