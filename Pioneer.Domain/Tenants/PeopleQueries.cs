using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Persistence;

namespace Pioneer.Domain.Tenants;

/// <summary>A person in the list of users.</summary>
public sealed record UserRow(
    string Id, string? Email, string DisplayName, PlatformRole PlatformRole, bool Disabled, DateTimeOffset CreatedAt, IReadOnlyList<UserMembership> Memberships);

/// <summary>A person's role in one tenant.</summary>
public sealed record UserMembership(string Tenant, TenantRole Role);

/// <summary>A member of a tenant.</summary>
public sealed record MemberRow(string UserId, string? Email, string DisplayName, TenantRole Role, DateTimeOffset GrantedAt, string GrantedBy);

/// <summary>An API token in a list.</summary>
public sealed record ApiTokenRow(
    ApiTokenId Id, string Name, string Prefix, PlatformRole PlatformRole, TenantRole? TenantRole, IReadOnlyList<string> Tenants, DateTimeOffset CreatedAt,
    string CreatedBy, DateTimeOffset? ExpiresAt, DateTimeOffset? RevokedAt, DateTimeOffset? LastUsedAt);

/// <summary>Users, members and tokens.</summary>
public sealed class PeopleQueries(IDbContextFactory<PioneerDbContext> contexts)
{
    public async Task<Result<Page<UserRow>>> UsersAsync(Actor actor, string? search, string? cursor, int? limit, CancellationToken cancellationToken)
    {
        var allowed = TenantAuthorisation.RequirePlatform(actor, PlatformPermission.View);
        if (allowed.IsFailure)
        {
            return allowed.Error;
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = db.Users.AsNoTracking();
        if (!string.IsNullOrWhiteSpace(search))
        {
            var pattern = LikePattern.Containing(search);
            rows = rows.Where(row => EF.Functions.Like(row.Email!, pattern, LikePattern.EscapeCharacter)
                || EF.Functions.Like(row.DisplayName, pattern, LikePattern.EscapeCharacter));
        }

        var total = await rows.CountAsync(cancellationToken);
        var skip = int.TryParse(Cursor.Read(cursor), out var seen) ? seen : 0;
        var size = PageSize.Clamp(limit);
        var users = await rows.OrderBy(row => row.NormalizedEmail).ThenBy(row => row.Id).Skip(skip).Take(size + 1).ToListAsync(cancellationToken);
        var ids = users.Select(row => row.Id).ToList();
        var memberships = (await (from membership in db.Memberships.AsNoTracking()
                                  join tenant in db.Tenants on membership.TenantId equals tenant.Id
                                  where ids.Contains(membership.UserId)
                                  orderby tenant.Slug
                                  select new { membership.UserId, tenant.Slug, membership.Role }).ToListAsync(cancellationToken)).ToLookup(row => row.UserId);
        var page = users.Take(size).Select(row => new UserRow(
            row.Id, row.Email, row.DisplayName, row.PlatformRole, row.Disabled, row.CreatedAt,
            [.. memberships[row.Id].Select(item => new UserMembership(item.Slug.Value, item.Role))])).ToList();
        return new Page<UserRow>(page, users.Count > size ? Cursor.Of((skip + size).ToString()) : null, total);
    }

    public async Task<Result<IReadOnlyList<MemberRow>>> MembersAsync(Actor actor, string slug, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await db.FindTenantAsync(actor, slug, TenantPermission.View, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var tenant = found.Value.Id;
        return await (from membership in db.Memberships.AsNoTracking()
                      join user in db.Users on membership.UserId equals user.Id
                      where membership.TenantId == tenant
                      orderby user.NormalizedEmail
                      select new MemberRow(user.Id, user.Email, user.DisplayName, membership.Role, membership.GrantedAt, membership.GrantedBy))
            .ToListAsync(cancellationToken);
    }

    /// <summary>Tokens that the actor may revoke.</summary>
    public async Task<IReadOnlyList<ApiTokenRow>> ApiTokensAsync(Actor actor, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var slugs = await db.Tenants.AsNoTracking().Visible(actor).ToDictionaryAsync(row => row.Id, row => row.Slug.Value, cancellationToken);
        var tokens = await db.ApiTokens.AsNoTracking().OrderByDescending(row => row.CreatedAt).ToListAsync(cancellationToken);
        return
        [
            .. tokens.Where(token => ManageApiTokens.MaySee(actor, token)).Select(token => new ApiTokenRow(
                token.Id, token.Name, token.Prefix, token.PlatformRole, token.TenantRole, Slugs(token.Tenants, slugs), token.CreatedAt, token.CreatedBy,
                token.ExpiresAt, token.RevokedAt, token.LastUsedAt)),
        ];
    }

    private static string[] Slugs(ImmutableArray<TenantId> tenants, Dictionary<TenantId, string> slugs) =>
        [.. tenants.Select(tenant => slugs.GetValueOrDefault(tenant, "(gone)"))];
}
