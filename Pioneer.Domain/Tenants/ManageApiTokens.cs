using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Persistence;

namespace Pioneer.Domain.Tenants;

/// <summary>A new API token; the only answer that ever holds its text.</summary>
public sealed record IssuedApiToken(ApiTokenId Id, string Token)
{
    /// <summary>Never prints the token.</summary>
    public override string ToString() => $"API token {Id}";
}

/// <summary>What a token may: a platform role, or a role in some tenants.</summary>
public sealed record ApiTokenRequest(string? Name, PlatformRole PlatformRole, TenantRole? TenantRole, IReadOnlyList<string> Tenants, DateTimeOffset? ExpiresAt);

/// <summary>Issues, revokes and recognises API tokens.</summary>
public sealed class ManageApiTokens(IDbContextFactory<PioneerDbContext> contexts, WorkRecorder work)
{
    private static readonly TimeSpan UseIsNotedEvery = TimeSpan.FromMinutes(1);

    /// <summary>Nobody can give a token more than they have: platform tokens by platform admins, tenant tokens by admins of all the tenants.</summary>
    public async Task<Result<IssuedApiToken>> IssueAsync(Actor actor, ApiTokenRequest request, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(request.Name))
        {
            return Error.Invalid("NameMissing", "name", "A token needs a name that says who uses it.");
        }

        if (TextLimits.Check("name", "name", request.Name, TextLimits.TokenName) is { } tooLong)
        {
            return tooLong;
        }

        if (request.ExpiresAt <= work.Now)
        {
            return Error.Invalid("ExpiryPast", "expiresAt", "The token would have expired already.");
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var tenants = await AllowedTenantsAsync(db, actor, request, cancellationToken);
        return tenants.IsFailure
            ? tenants.Error
            : await SaveAsync(db, actor, request, TokenText.New(TokenText.ApiPrefix), tenants.Value, cancellationToken);
    }

    /// <summary>Registers the token of <c>Setup:ApiToken</c> as a platform admin's, once.</summary>
    public async Task EnsureSetupTokenAsync(string token, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var hash = TokenText.Hash(token);
        if (!await db.ApiTokens.AnyAsync(row => row.Hash == hash, cancellationToken))
        {
            var request = new ApiTokenRequest("Setup:ApiToken", PlatformRole.Admin, null, [], null);
            await SaveAsync(db, Actor.System, request, token, [], cancellationToken);
        }
    }

    public async Task<Result> RevokeAsync(Actor actor, ApiTokenId id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var token = await db.ApiTokens.SingleOrDefaultAsync(row => row.Id == id, cancellationToken);
        if (token is null || !MaySee(actor, token))
        {
            return Error.NotFound("ApiToken", id.ToString());
        }

        token.RevokedAt ??= work.Now;
        work.Audit(db, actor, "ApiTokenRevoked", new AuditSubject("api-token", token.Name, OneTenant(token)));
        return await WorkRecorder.SaveAsync(db, cancellationToken);
    }

    /// <summary>Who a bearer text is; null for unknown, revoked and expired ones alike.</summary>
    public async Task<Actor?> RecogniseAsync(string token, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var hash = TokenText.Hash(token);
        var row = await db.ApiTokens.SingleOrDefaultAsync(candidate => candidate.Hash == hash, cancellationToken);
        if (row is null || row.RevokedAt is not null || row.ExpiresAt <= work.Now)
        {
            return null;
        }

        if (row.LastUsedAt is null || work.Now - row.LastUsedAt > UseIsNotedEvery)
        {
            row.LastUsedAt = work.Now;
            await db.SaveChangesAsync(cancellationToken);
        }

        var memberships = row.TenantRole is { } role
            ? row.Tenants.ToImmutableDictionary(tenant => tenant, _ => role)
            : ImmutableDictionary<TenantId, TenantRole>.Empty;
        return new Actor(row.Id.ToString(), $"token {row.Name}", ActorKind.ApiToken, row.PlatformRole, memberships);
    }

    internal static bool MaySee(Actor actor, ApiToken token) =>
        actor.PlatformRole is PlatformRole.Admin
        || (token.PlatformRole is PlatformRole.None && token.Tenants.All(tenant => TenantAuthorisation.Allows(actor, tenant, TenantPermission.Administer)));

    private static async Task<Result<ImmutableArray<TenantId>>> AllowedTenantsAsync(
        PioneerDbContext db, Actor actor, ApiTokenRequest request, CancellationToken cancellationToken)
    {
        if (request.PlatformRole is not PlatformRole.None)
        {
            var allowed = TenantAuthorisation.RequirePlatform(actor, PlatformPermission.Administer);
            return allowed.IsFailure ? allowed.Error : ImmutableArray<TenantId>.Empty;
        }

        if (request.TenantRole is null || request.Tenants.Count == 0)
        {
            return Error.Invalid("ScopeMissing", "tenants", "A token needs a platform role, or a role and the tenants it is for.");
        }

        var ids = ImmutableArray.CreateBuilder<TenantId>();
        foreach (var slug in request.Tenants.Distinct(StringComparer.Ordinal))
        {
            var found = await db.FindTenantAsync(actor, slug, TenantPermission.Administer, cancellationToken);
            if (found.IsFailure)
            {
                return found.Error;
            }

            ids.Add(found.Value.Id);
        }

        return ids.ToImmutable();
    }

    private async Task<Result<IssuedApiToken>> SaveAsync(
        PioneerDbContext db, Actor actor, ApiTokenRequest request, string text, ImmutableArray<TenantId> tenants, CancellationToken cancellationToken)
    {
        const int shown = 10;
        var token = new ApiToken
        {
            Id = work.NextId<ApiTokenId>(),
            Name = request.Name!.Trim(),
            Hash = TokenText.Hash(text),
            Prefix = text[..Math.Min(shown, text.Length / 2)],
            PlatformRole = request.PlatformRole,
            TenantRole = request.PlatformRole is PlatformRole.None ? request.TenantRole : null,
            Tenants = tenants,
            CreatedAt = work.Now,
            CreatedBy = actor.Name,
            ExpiresAt = request.ExpiresAt,
        };
        db.ApiTokens.Add(token);
        var after = new { token.PlatformRole, token.TenantRole, request.Tenants, token.ExpiresAt };
        work.Audit(db, actor, "ApiTokenIssued", new AuditSubject("api-token", token.Name, OneTenant(token)), after: after);
        var saved = await WorkRecorder.SaveAsync(db, cancellationToken);
        return saved.IsFailure ? saved.Error : new IssuedApiToken(token.Id, text);
    }

    private static TenantId? OneTenant(ApiToken token) => token.Tenants.Length == 1 ? token.Tenants[0] : null;
}
