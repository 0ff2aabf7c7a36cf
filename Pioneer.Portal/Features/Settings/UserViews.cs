using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;

namespace Pioneer.Portal.Features.Settings;

/// <summary>One account as the list shows it.</summary>
public sealed record UserLine(string Id, string Name, string Email, PlatformRole PlatformRole, bool Disabled, DateTimeOffset CreatedAt, IReadOnlyList<string> Tenants);

/// <summary>One member of a tenant.</summary>
public sealed record MemberLine(string UserId, string Name, string Email, TenantRole Role, DateTimeOffset GrantedAt, string GrantedBy);

/// <summary>One API token; its text is nowhere.</summary>
public sealed record TokenLine(
    ApiTokenId Id, string Name, string Prefix, PlatformRole PlatformRole, TenantRole? TenantRole, IReadOnlyList<string> Tenants, DateTimeOffset CreatedAt, string CreatedBy,
    DateTimeOffset? ExpiresAt, DateTimeOffset? LastUsedAt);

/// <summary>One page of people and how many there are in all.</summary>
public sealed record UserList(IReadOnlyList<UserLine> Rows, int Total);

/// <summary>Reads accounts, members and tokens. Pages ask for the role before they ask here.</summary>
public sealed class UserViews(IDbContextFactory<PioneerDbContext> databases)
{
    public const int PageSize = 50;

    /// <summary>One page of the people with this in their name or e-mail. Pages are 1-based.</summary>
    public async Task<UserList> UsersAsync(string? text, int page, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var rows = database.Users.AsNoTracking();
        if (!string.IsNullOrWhiteSpace(text))
        {
            var term = text.Trim();
            rows = rows.Where(u => u.DisplayName.Contains(term) || u.Email!.Contains(term));
        }

        var total = await rows.CountAsync(cancellationToken);
        var users = await rows.OrderBy(u => u.Email).Skip((page - 1) * PageSize).Take(PageSize).ToListAsync(cancellationToken);
        var ids = users.ConvertAll(u => u.Id);
        var memberships = await database.Memberships.AsNoTracking().Where(m => ids.Contains(m.UserId))
            .Join(database.Tenants, m => m.TenantId, t => t.Id, (m, t) => new { m.UserId, t.Slug, m.Role }).ToListAsync(cancellationToken);
        var byUser = memberships.ToLookup(m => m.UserId, m => $"{m.Slug} ({m.Role})", StringComparer.Ordinal);
        return new UserList(
            [.. users.Select(u => new UserLine(u.Id, u.DisplayName, u.Email ?? u.UserName ?? u.Id, u.PlatformRole, u.Disabled, u.CreatedAt, [.. byUser[u.Id].Order(StringComparer.Ordinal)]))],
            total);
    }

    public async Task<IReadOnlyList<MemberLine>> MembersAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Memberships.AsNoTracking().Where(m => m.TenantId == tenant)
            .Join(database.Users, m => m.UserId, u => u.Id, (m, u) => new { Member = m, User = u })
            .OrderBy(x => x.User.Email)
            .Select(x => new MemberLine(x.User.Id, x.User.DisplayName, x.User.Email ?? "", x.Member.Role, x.Member.GrantedAt, x.Member.GrantedBy))
            .ToListAsync(cancellationToken);
    }

    /// <summary>Living tokens that the actor may revoke: all for platform admins, their tenants' for tenant admins.</summary>
    public async Task<IReadOnlyList<TokenLine>> TokensAsync(Actor actor, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var tokens = await database.ApiTokens.AsNoTracking().Where(t => t.RevokedAt == null).OrderByDescending(t => t.CreatedAt).ToListAsync(cancellationToken);
        var slugs = await database.Tenants.AsNoTracking().Select(t => new { t.Id, t.Slug }).ToDictionaryAsync(t => t.Id, t => t.Slug.Value, cancellationToken);
        var visible = tokens.Where(t => actor.PlatformRole == PlatformRole.Admin
            || (t.PlatformRole == PlatformRole.None && t.Tenants.All(id => TenantAuthorisation.Allows(actor, id, TenantPermission.Administer))));
        return [.. visible.Select(t => new TokenLine(
            t.Id, t.Name, t.Prefix, t.PlatformRole, t.TenantRole, [.. t.Tenants.Select(id => slugs.GetValueOrDefault(id, "?"))], t.CreatedAt, t.CreatedBy, t.ExpiresAt, t.LastUsedAt))];
    }

    public async Task<string?> FindIdAsync(string email, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var normal = email.Trim().ToUpperInvariant();
        return await database.Users.Where(u => u.NormalizedEmail == normal).Select(u => u.Id).FirstOrDefaultAsync(cancellationToken);
    }
}
