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
    DateTimeOffset ExpiresAt, DateTimeOffset? LastUsedAt, bool IsService);

/// <summary>One page of people and how many there are in all.</summary>
public sealed record UserList(IReadOnlyList<UserLine> Rows, int Total);

/// <summary>One page of a tenant's members and how many there are in all.</summary>
public sealed record MemberList(IReadOnlyList<MemberLine> Rows, int Total);

/// <summary>One page of tokens and how many there are in all.</summary>
public sealed record TokenList(IReadOnlyList<TokenLine> Rows, int Total);

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

    /// <summary>One page of the tenant's members with this in their name or e-mail. Pages are 1-based.</summary>
    public async Task<MemberList> MembersAsync(TenantId tenant, string? text, int page, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var rows = database.Memberships.AsNoTracking().Where(m => m.TenantId == tenant)
            .Join(database.Users, m => m.UserId, u => u.Id, (m, u) => new { Member = m, User = u });
        if (!string.IsNullOrWhiteSpace(text))
        {
            var term = text.Trim();
            rows = rows.Where(x => x.User.DisplayName.Contains(term) || x.User.Email!.Contains(term));
        }

        var total = await rows.CountAsync(cancellationToken);
        var members = await rows.OrderBy(x => x.User.Email).ThenBy(x => x.User.Id).Skip((page - 1) * PageSize).Take(PageSize)
            .Select(x => new MemberLine(x.User.Id, x.User.DisplayName, x.User.Email ?? "", x.Member.Role, x.Member.GrantedAt, x.Member.GrantedBy))
            .ToListAsync(cancellationToken);
        return new MemberList(members, total);
    }

    /// <summary>
    /// One page of the living tokens that the actor may revoke, newest first: all for platform admins, their tenants' for tenant admins. Narrowed to those
    /// with this in their name, their beginning or their issuer's name. Pages are 1-based.
    /// </summary>
    public async Task<TokenList> TokensAsync(Actor actor, string? text, int page, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var rows = database.ApiTokens.AsNoTracking().Where(t => t.RevokedAt == null);
        if (actor.PlatformRole != PlatformRole.Admin)
        {
            var revocable = await RevocableAsync(rows, actor, cancellationToken);
            rows = rows.Where(t => revocable.Contains(t.Id));
        }

        if (!string.IsNullOrWhiteSpace(text))
        {
            var term = text.Trim();
            rows = rows.Where(t => t.Name.Contains(term) || t.Prefix.Contains(term) || t.CreatedBy.Contains(term));
        }

        var total = await rows.CountAsync(cancellationToken);
        var tokens = await rows.OrderByDescending(t => t.CreatedAt).ThenBy(t => t.Id).Skip((page - 1) * PageSize).Take(PageSize).ToListAsync(cancellationToken);
        var ids = tokens.SelectMany(t => t.Tenants).Distinct().ToList();
        var slugs = await database.Tenants.AsNoTracking().Where(t => ids.Contains(t.Id)).Select(t => new { t.Id, t.Slug })
            .ToDictionaryAsync(t => t.Id, t => t.Slug.Value, cancellationToken);
        return new TokenList(
            [.. tokens.Select(t => new TokenLine(
                t.Id, t.Name, t.Prefix, t.PlatformRole, t.TenantRole, [.. t.Tenants.Select(id => slugs.GetValueOrDefault(id, "?"))], t.CreatedAt, t.CreatedBy,
                ApiTokenRules.EndOf(t), t.LastUsedAt, t.IsService))],
            total);
    }

    /// <summary>
    /// Tokens of none but tenants that the actor administers. A token's tenants are one JSON column: the database narrows to tokens that name one of the
    /// actor's, and what remains, tokens of the actor's own tenants, is looked through here.
    /// </summary>
    private static async Task<List<ApiTokenId>> RevocableAsync(IQueryable<ApiToken> tokens, Actor actor, CancellationToken cancellationToken)
    {
        var mine = actor.Memberships.Keys.Where(id => TenantAuthorisation.Allows(actor, id, TenantPermission.Administer)).ToHashSet();
        var named = mine.Select(id => id.Value.ToString()).ToList();
        var candidates = await tokens.Where(t => t.PlatformRole == PlatformRole.None && named.Any(id => ((string)(object)t.Tenants).Contains(id)))
            .Select(t => new { t.Id, t.Tenants }).ToListAsync(cancellationToken);
        return [.. candidates.Where(t => t.Tenants.All(mine.Contains)).Select(t => t.Id)];
    }

    /// <summary>The role as a person reads it.</summary>
    public static string Word(PlatformRole role) => role switch
    {
        PlatformRole.Admin => "Platform admin",
        PlatformRole.Operator => "Operator",
        _ => "No role over the platform",
    };
}
