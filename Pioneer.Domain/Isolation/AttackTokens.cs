using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Isolation;

/// <summary>
/// API tokens with which a check of isolation tries the portal as a tenant's admin would. They end by themselves within minutes, also where the process
/// that made one was killed; none counts against a tenant's limit.
/// </summary>
public sealed class AttackTokens(IDbContextFactory<PioneerDbContext> contexts, WorkRecorder work)
{
    private const string Name = "isolation check";

    private static readonly TimeSpan Life = TimeSpan.FromMinutes(10);

    /// <summary>Makes a token of an admin of just this tenant; the only answer that ever holds its text.</summary>
    public async Task<IssuedApiToken> IssueAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        const int shown = 10;
        var text = TokenText.New(TokenText.ApiPrefix);
        var token = new ApiToken
        {
            Id = work.NextId<ApiTokenId>(),
            Name = Name,
            Hash = TokenText.Hash(text),
            Prefix = text[..shown],
            PlatformRole = PlatformRole.None,
            TenantRole = TenantRole.Admin,
            Tenants = [tenant],
            CreatedAt = work.Now,
            CreatedBy = Actor.System.Name,
            ExpiresAt = work.Now + Life,
        };
        db.ApiTokens.Add(token);
        work.Audit(db, Actor.System, "ApiTokenIssued", new AuditSubject("api-token", Name, tenant), after: new { token.TenantRole, token.ExpiresAt });
        await db.SaveChangesAsync(cancellationToken);
        return new IssuedApiToken(token.Id, text);
    }

    /// <summary>Takes a token away, and those whose time is over that a killed process left.</summary>
    public async Task RemoveAsync(ApiTokenId id, TenantId tenant, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var now = work.Now;
        var spent = await db.ApiTokens.Where(row => row.Id == id || (row.Name == Name && row.CreatedBy == Actor.System.Name && row.ExpiresAt < now)).ToListAsync(cancellationToken);
        db.ApiTokens.RemoveRange(spent);
        work.Audit(db, Actor.System, "ApiTokenRevoked", new AuditSubject("api-token", Name, tenant));
        await db.SaveChangesAsync(cancellationToken);
    }
}
