using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;

namespace Pioneer.Portal.SignIn;

/// <summary>Makes the first platform admin: from configuration, or through a one-time link that only the console has seen.</summary>
public sealed class FirstAdmin(UserManager<PioneerUser> users, PioneerDbContext database, IIdGenerator ids, TimeProvider time)
{
    public const int MinPasswordLength = 12;

    private static readonly TimeSpan LinkLifetime = TimeSpan.FromHours(24);
    private static readonly Error LinkSpent = new("SetupLinkSpent", "This set-up link was used or has expired.", "Start the portal again for a new one.");

    /// <summary>True once anybody may administer the platform.</summary>
    public Task<bool> ExistsAsync(CancellationToken cancellationToken) =>
        database.Users.AnyAsync(u => u.PlatformRole == PlatformRole.Admin && !u.Disabled, cancellationToken);

    /// <summary>Makes a new link; earlier ones stop working.</summary>
    public async Task<string> CreateLinkTokenAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await database.Set<SetupLink>().Where(l => l.UsedAt == null).ExecuteUpdateAsync(s => s.SetProperty(l => l.UsedAt, now), cancellationToken);
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        database.Add(new SetupLink { Id = ids.Next<SetupLinkId>(), Hash = Hash(token), CreatedAt = now, ExpiresAt = now + LinkLifetime });
        await database.SaveChangesAsync(cancellationToken);
        return token;
    }

    public async Task<bool> IsUsableAsync(string token, CancellationToken cancellationToken) =>
        await FindAsync(token, cancellationToken) is not null && !await ExistsAsync(cancellationToken);

    /// <summary>Spends the link and makes the admin. The link is claimed first, so that two browsers cannot both succeed.</summary>
    public async Task<Result<PioneerUser>> RedeemAsync(string token, string name, string email, string password, CancellationToken cancellationToken)
    {
        if (await FindAsync(token, cancellationToken) is not { } link || await ExistsAsync(cancellationToken))
        {
            return LinkSpent;
        }

        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        var now = time.GetUtcNow();
        var claimed = await database.Set<SetupLink>().Where(l => l.Id == link.Id && l.UsedAt == null)
            .ExecuteUpdateAsync(s => s.SetProperty(l => l.UsedAt, now), cancellationToken);
        if (claimed == 0)
        {
            return LinkSpent;
        }

        var made = await CreateAsync(name, email, password);
        if (made.IsSuccess)
        {
            await transaction.CommitAsync(cancellationToken);
        }

        return made;
    }

    /// <summary>Makes an enabled platform admin with a confirmed e-mail.</summary>
    public async Task<Result<PioneerUser>> CreateAsync(string name, string email, string password)
    {
        var user = new PioneerUser
        {
            UserName = email,
            Email = email,
            EmailConfirmed = true,
            DisplayName = name,
            PlatformRole = PlatformRole.Admin,
            CreatedAt = time.GetUtcNow(),
        };
        var result = await users.CreateAsync(user, password);
        return result.Succeeded
            ? user
            : new Error("AccountRefused", string.Join(' ', result.Errors.Select(e => e.Description)));
    }

    private async Task<SetupLink?> FindAsync(string token, CancellationToken cancellationToken)
    {
        var hash = Hash(token);
        var now = time.GetUtcNow();
        var link = await database.Set<SetupLink>().AsNoTracking().FirstOrDefaultAsync(l => l.Hash == hash && l.UsedAt == null, cancellationToken);
        return link is not null && link.ExpiresAt > now ? link : null;
    }

    private static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
