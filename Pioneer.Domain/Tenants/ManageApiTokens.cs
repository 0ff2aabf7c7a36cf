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
/// <param name="ExpiresAt">Null for the longest life that there is.</param>
public sealed record ApiTokenRequest(string? Name, PlatformRole PlatformRole, TenantRole? TenantRole, IReadOnlyList<string> Tenants, DateTimeOffset? ExpiresAt)
{
    /// <summary>It goes on without the person who issues it, until its end; an admin gives it another life.</summary>
    public bool IsService { get; init; }
}

/// <summary>
/// Issues, renews, revokes and recognises API tokens. A token of a person may at each use what it was given and the person has at that moment; it ends with
/// the account. A service token stands by itself, for a year at most. People of an external issuer have no account here to ask: theirs are service tokens.
/// </summary>
public sealed class ManageApiTokens(IDbContextFactory<PioneerDbContext> contexts, WorkRecorder work, TenantUse use)
{
    private const string SetupName = "Setup:ApiToken";

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

        if (request.ExpiresAt > work.Now + ApiTokenRules.LongestLife)
        {
            return Error.Invalid(
                "ExpiryTooLate", "expiresAt", $"A token lives {ApiTokenRules.LongestLife.TotalDays:0} days at most.", "A service token can be renewed before it ends.");
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var tenants = await AllowedTenantsAsync(db, actor, request, cancellationToken);
        if (tenants.IsFailure)
        {
            return tenants.Error;
        }

        foreach (var id in tenants.Value)
        {
            var tenant = await db.Tenants.SingleAsync(row => row.Id == id, cancellationToken);
            if (await use.RefuseMoreAsync(db, tenant, TenantUseKind.Tokens, 1, cancellationToken) is { } full)
            {
                return full;
            }
        }

        return await SaveAsync(db, actor, request, TokenText.New(TokenText.ApiPrefix), tenants.Value, cancellationToken);
    }

    /// <summary>
    /// Registers the token of <c>Setup:ApiToken</c> as a platform admin's: for another year at each start that brings it along. Other set-up tokens end:
    /// whoever changes the configuration means it.
    /// </summary>
    public async Task<Result> EnsureSetupTokenAsync(string token, CancellationToken cancellationToken)
    {
        if (token.Length < ApiTokenRules.MinSetupLength)
        {
            return Error.Invalid(
                "SetupTokenShort", SetupName, $"{SetupName} has {token.Length} characters; it needs {ApiTokenRules.MinSetupLength} or more, so that nobody guesses it.",
                "Take it from a generator: openssl rand -hex 32.");
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var hash = TokenText.Hash(token);
        var end = work.Now + ApiTokenRules.LongestLife;
        foreach (var earlier in await db.ApiTokens.Where(row => row.Name == SetupName && row.RevokedAt == null).ToListAsync(cancellationToken))
        {
            if (earlier.Hash == hash)
            {
                earlier.ExpiresAt = end;
            }
            else
            {
                Revoke(db, Actor.System, earlier);
            }
        }

        if (await db.ApiTokens.AnyAsync(row => row.Hash == hash, cancellationToken))
        {
            return await WorkRecorder.SaveAsync(db, cancellationToken);
        }

        var request = new ApiTokenRequest(SetupName, PlatformRole.Admin, null, [], end);
        return (await SaveAsync(db, Actor.System, request, token, [], cancellationToken)).WithoutValue();
    }

    /// <summary>Gives a service token another life; by whoever may issue it.</summary>
    public async Task<Result> RenewAsync(Actor actor, ApiTokenId id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var token = await db.ApiTokens.SingleOrDefaultAsync(row => row.Id == id && row.RevokedAt == null, cancellationToken);
        if (token is null || !MaySee(actor, token))
        {
            return Error.NotFound("ApiToken", id.ToString());
        }

        if (!token.IsService || actor.Kind is ActorKind.ApiToken)
        {
            return Error.Conflict("NotRenewable", "Only a person renews a token, and only a service token is renewed.", "Issue a new one.");
        }

        token.ExpiresAt = work.Now + ApiTokenRules.LongestLife;
        token.RenewedBy = actor.Name;
        work.Audit(db, actor, "ApiTokenRenewed", new AuditSubject("api-token", token.Name, OneTenant(token)), after: new { token.ExpiresAt });
        return await WorkRecorder.SaveAsync(db, cancellationToken);
    }

    public async Task<Result> RevokeAsync(Actor actor, ApiTokenId id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var token = await db.ApiTokens.SingleOrDefaultAsync(row => row.Id == id, cancellationToken);
        if (token is null || !MaySee(actor, token))
        {
            return Error.NotFound("ApiToken", id.ToString());
        }

        Revoke(db, actor, token);
        return await WorkRecorder.SaveAsync(db, cancellationToken);
    }

    /// <summary>Who a bearer text is; null for unknown, revoked and expired ones alike.</summary>
    public async Task<Actor?> RecogniseAsync(string token, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var hash = TokenText.Hash(token);
        var row = await db.ApiTokens.SingleOrDefaultAsync(candidate => candidate.Hash == hash, cancellationToken);
        if (row is null || row.RevokedAt is not null || ApiTokenRules.EndOf(row) <= work.Now)
        {
            return null;
        }

        if (await RightsAsync(db, row, cancellationToken) is not { } rights)
        {
            return null;
        }

        if (row.LastUsedAt is null || work.Now - row.LastUsedAt > UseIsNotedEvery)
        {
            row.LastUsedAt = work.Now;
            await db.SaveChangesAsync(cancellationToken);
        }

        return new Actor(row.Id.ToString(), $"token {row.Name}", ActorKind.ApiToken, rights.Platform, rights.Tenants);
    }

    // what the token was given and, for a person's, what the person has right now; null when the person has no account any more or is shut out
    private static async Task<(PlatformRole Platform, ImmutableDictionary<TenantId, TenantRole> Tenants)?> RightsAsync(
        PioneerDbContext db, ApiToken token, CancellationToken cancellationToken)
    {
        var given = token.TenantRole is { } role
            ? token.Tenants.ToImmutableDictionary(tenant => tenant, _ => role)
            : ImmutableDictionary<TenantId, TenantRole>.Empty;
        if (token.IssuedById is not { } maker)
        {
            return (token.PlatformRole, given);
        }

        var user = await db.Users.AsNoTracking().SingleOrDefaultAsync(row => row.Id == maker && !row.Disabled, cancellationToken);
        if (user is null)
        {
            return null;
        }

        if (user.PlatformRole is PlatformRole.Admin)
        {
            return (token.PlatformRole, given);
        }

        // the token's owner decides the scope: it is not known yet
        var has = await db.Memberships.IgnoreQueryFilters().AsNoTracking().Where(row => row.UserId == maker)
            .ToDictionaryAsync(row => row.TenantId, row => row.Role, cancellationToken);
        var platform = token.PlatformRole < user.PlatformRole ? token.PlatformRole : user.PlatformRole;
        return (platform, given.Where(pair => has.ContainsKey(pair.Key))
            .ToImmutableDictionary(pair => pair.Key, pair => pair.Value < has[pair.Key] ? pair.Value : has[pair.Key]));
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

    private void Revoke(PioneerDbContext db, Actor actor, ApiToken token)
    {
        token.RevokedAt ??= work.Now;
        work.Audit(db, actor, "ApiTokenRevoked", new AuditSubject("api-token", token.Name, OneTenant(token)));
    }

    private async Task<Result<IssuedApiToken>> SaveAsync(
        PioneerDbContext db, Actor actor, ApiTokenRequest request, string text, ImmutableArray<TenantId> tenants, CancellationToken cancellationToken)
    {
        const int shown = 10;
        var hasAccount = !request.IsService && await db.Users.AnyAsync(row => row.Id == actor.Id, cancellationToken);
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
            IssuedById = hasAccount ? actor.Id : null,
            ExpiresAt = request.ExpiresAt ?? work.Now + ApiTokenRules.LongestLife,
        };
        db.ApiTokens.Add(token);
        var after = new { token.PlatformRole, token.TenantRole, request.Tenants, token.ExpiresAt, token.IsService };
        work.Audit(db, actor, "ApiTokenIssued", new AuditSubject("api-token", token.Name, OneTenant(token)), after: after);
        var saved = await WorkRecorder.SaveAsync(db, cancellationToken);
        return saved.IsFailure ? saved.Error : new IssuedApiToken(token.Id, text);
    }

    private static TenantId? OneTenant(ApiToken token) => token.Tenants.Length == 1 ? token.Tenants[0] : null;
}
