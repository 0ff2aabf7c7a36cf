using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Persistence;

namespace Pioneer.Domain.Tenants;

/// <summary>Whom to invite to what: a role in a tenant, or one over the platform.</summary>
/// <param name="Slug">The tenant; null for a role over the platform.</param>
public sealed record InvitationRequest(string? Slug, string? Email, string? Name, TenantRole? TenantRole, PlatformRole PlatformRole = PlatformRole.None);

/// <summary>An invitation that nobody has accepted yet.</summary>
public sealed record InvitationRow(
    OneTimeLinkId Id, string Email, TenantRole? TenantRole, PlatformRole PlatformRole, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, string? IssuedBy);

/// <summary>What a good link offers to whom.</summary>
/// <param name="Tenant">Slug; null for the platform and for a new password.</param>
/// <param name="UserId">The account with this e-mail; null where there is none yet.</param>
public sealed record LinkOffer(
    LinkPurpose Purpose, string Email, string Name, string? Tenant, TenantRole? TenantRole, PlatformRole PlatformRole, string? IssuedBy, string? UserId);

/// <summary>
/// People come in by invitation: a link that works once, made by an admin of the tenant or of the platform and handed over by them. A role is given when
/// the owner of the account accepts, never before: whoever made an account of the same e-mail beforehand gains nothing by it.
/// </summary>
public sealed class Invitations(IDbContextFactory<PioneerDbContext> contexts, WorkRecorder work, TenantUse use)
{
    /// <summary>How long an invitation and a link to a new password work.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(72);

    /// <summary>The one answer to a link that is not good, whatever the reason.</summary>
    public static readonly Error Void = new(
        "LinkVoid", "This link was used, has expired, or was replaced by a newer one.", "Ask whoever sent it to you for a new one.")
    { Kind = ErrorKind.Forbidden };

    private static readonly Error NotYours = new(
        "LinkOfAnother", "This link is for somebody else's account.", "Sign out, and sign in with the account that it is for.")
    { Kind = ErrorKind.Forbidden };

    /// <summary>Makes a link; earlier ones to the same person for the same place end. Says nothing of whether there is an account.</summary>
    public async Task<Result<IssuedLink>> InviteAsync(Actor actor, InvitationRequest request, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var email = request.Email?.Trim() ?? "";
        var place = await PlaceAsync(db, actor, request, cancellationToken);
        if (place.IsFailure)
        {
            return place.Error;
        }

        if (CheckTexts(email, request.Name) is { } wrong)
        {
            return wrong;
        }

        var tenant = place.Value;
        if (await RefusalAsync(db, request, tenant, email, cancellationToken) is { } refused)
        {
            return refused;
        }

        await VoidEarlierAsync(db, tenant?.Id, LinkPurpose.Invitation, email, work.Now, cancellationToken);
        var (link, issued) = NewLink(work, actor, LinkPurpose.Invitation, email, request.Name, tenant?.Id, request.TenantRole, request.PlatformRole, null);
        db.OneTimeLinks.Add(link);
        work.Audit(
            db, actor, "PersonInvited", new AuditSubject("member", email, tenant?.Id), after: new { request.TenantRole, request.PlatformRole, link.ExpiresAt });
        var saved = await WorkRecorder.SaveAsync(db, cancellationToken);
        return saved.IsFailure ? saved.Error : issued;
    }

    /// <summary>Invitations that are open: a tenant's for its admins, all to the platform for its admins.</summary>
    public async Task<IReadOnlyList<InvitationRow>> OpenAsync(Actor actor, TenantId? tenant, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (!MayAdminister(actor, tenant))
        {
            return [];
        }

        var now = work.Now;
        return await db.OneTimeLinks.AsNoTracking()
            .Where(row => row.Purpose == LinkPurpose.Invitation && row.TenantId == tenant && row.UsedAt == null && row.ExpiresAt > now)
            .OrderByDescending(row => row.CreatedAt).Take(PageSize.Max)
            .Select(row => new InvitationRow(row.Id, row.Email!, row.TenantRole, row.PlatformRole, row.CreatedAt, row.ExpiresAt, row.IssuedBy))
            .ToListAsync(cancellationToken);
    }

    /// <summary>Takes an invitation back; its link is nothing from now on.</summary>
    public async Task<Result> WithdrawAsync(Actor actor, OneTimeLinkId id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var link = await db.OneTimeLinks.SingleOrDefaultAsync(row => row.Id == id && row.Purpose == LinkPurpose.Invitation, cancellationToken);
        if (link is null || !MayAdminister(actor, link.TenantId))
        {
            return Error.NotFound("Invitation", id.ToString());
        }

        link.UsedAt ??= work.Now;
        work.Audit(db, actor, "InvitationWithdrawn", new AuditSubject("member", link.Email!, link.TenantId));
        return await WorkRecorder.SaveAsync(db, cancellationToken);
    }

    /// <summary>What the link offers, without using it up.</summary>
    public async Task<Result<LinkOffer>> ReadAsync(string token, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var link = await db.OneTimeLinks.AsNoTracking().Good(token, work.Now)
            .SingleOrDefaultAsync(row => row.Purpose != LinkPurpose.FirstAdmin, cancellationToken);
        if (link is null)
        {
            return Void;
        }

        // the person is not signed in: there is no tenant scope yet
        var slug = link.TenantId is { } id ? await db.Tenants.IgnoreQueryFilters().Where(row => row.Id == id).Select(row => row.Slug).SingleAsync(cancellationToken) : default;
        var normal = Normal(link.Email!);
        var user = link.UserId ?? await db.Users.Where(row => row.NormalizedEmail == normal).Select(row => row.Id).SingleOrDefaultAsync(cancellationToken);
        return new LinkOffer(
            link.Purpose, link.Email!, link.Name ?? "", link.TenantId is null ? null : slug.Value, link.TenantRole, link.PlatformRole, link.IssuedBy, user);
    }

    /// <summary>The owner of an account accepts: the link is used up and the role is given.</summary>
    public async Task<Result> AcceptAsync(string token, string userId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var user = await db.Users.SingleOrDefaultAsync(row => row.Id == userId && !row.Disabled, cancellationToken);
        var link = await db.OneTimeLinks.Good(token, work.Now).SingleOrDefaultAsync(row => row.Purpose == LinkPurpose.Invitation, cancellationToken);
        if (user is null || link is null)
        {
            return Void;
        }

        if (user.NormalizedEmail != Normal(link.Email!))
        {
            return NotYours;
        }

        await GiveAsync(db, work, link, user, cancellationToken);
        return await WorkRecorder.SaveAsync(db, cancellationToken);
    }

    /// <summary>Uses the link up and gives its role within the transaction of whoever calls.</summary>
    public static async Task GiveAsync(PioneerDbContext db, WorkRecorder work, OneTimeLink link, PioneerUser user, CancellationToken cancellationToken)
    {
        link.UsedAt = work.Now;
        user.RightsRevision++;
        var actor = new Actor(
            user.Id, user.Email ?? user.Id, ActorKind.User, PlatformRole.None, System.Collections.Immutable.ImmutableDictionary<TenantId, TenantRole>.Empty);
        if (link.TenantId is not { } tenant)
        {
            work.Audit(
                db, actor, "PlatformRoleAccepted", new AuditSubject(AuditSubject.User, user.Email ?? user.Id), new { user.PlatformRole },
                new { link.PlatformRole, link.IssuedBy });
            user.PlatformRole = link.PlatformRole;
            return;
        }

        // whoever accepts is no member yet, and sees no tenant: the row is looked for outside of the scope
        var membership = await db.Memberships.IgnoreQueryFilters()
            .SingleOrDefaultAsync(row => row.TenantId == tenant && row.UserId == user.Id, cancellationToken);
        work.Audit(
            db, actor, "MembershipAccepted", new AuditSubject("member", user.Email ?? user.Id, tenant), membership is null ? null : new { membership.Role },
            new { Role = link.TenantRole, link.IssuedBy });
        if (membership is not null)
        {
            membership.Role = link.TenantRole!.Value;
            return;
        }

        db.Memberships.Add(new TenantMembership
        {
            UserId = user.Id, TenantId = tenant, Role = link.TenantRole!.Value, GrantedAt = work.Now, GrantedBy = link.IssuedBy ?? "",
        });
    }

    /// <summary>A link with its text, and what is shown of it once.</summary>
    internal static (OneTimeLink Link, IssuedLink Issued) NewLink(
        WorkRecorder work, Actor actor, LinkPurpose purpose, string email, string? name, TenantId? tenant, TenantRole? role, PlatformRole platform, string? userId)
    {
        var token = TokenText.New("");
        var link = new OneTimeLink
        {
            Id = work.NextId<OneTimeLinkId>(),
            Purpose = purpose,
            Hash = TokenText.Hash(token),
            CreatedAt = work.Now,
            ExpiresAt = work.Now + Lifetime,
            Email = email,
            Name = name?.Trim(),
            UserId = userId,
            TenantId = tenant,
            TenantRole = role,
            PlatformRole = platform,
            IssuedBy = actor.Name,
        };
        return (link, new IssuedLink(token, link.ExpiresAt, email));
    }

    /// <summary>Open links of the kind to the same e-mail and place end in the transaction of whoever calls.</summary>
    internal static async Task VoidEarlierAsync(
        PioneerDbContext db, TenantId? tenant, LinkPurpose purpose, string email, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // the scope of whoever resets a password need not see links to the platform
        foreach (var earlier in await db.OneTimeLinks.IgnoreQueryFilters()
            .Where(row => row.Purpose == purpose && row.TenantId == tenant && row.Email == email && row.UsedAt == null).ToListAsync(cancellationToken))
        {
            earlier.UsedAt = now;
        }
    }

    private static bool MayAdminister(Actor actor, TenantId? tenant) => tenant is { } id
        ? TenantAuthorisation.Allows(actor, id, TenantPermission.Administer)
        : TenantAuthorisation.RequirePlatform(actor, PlatformPermission.Administer).IsSuccess;

    private static async Task<Result<Tenant?>> PlaceAsync(PioneerDbContext db, Actor actor, InvitationRequest request, CancellationToken cancellationToken)
    {
        if (actor.Kind is ActorKind.ApiToken)
        {
            return new Error("PeopleInvite", "Invitations are made by people, on pages.", "A token that could make accounts would outlive its own revocation.") { Kind = ErrorKind.Forbidden };
        }

        if (request.Slug is null)
        {
            var allowed = TenantAuthorisation.RequirePlatform(actor, PlatformPermission.Administer);
            return allowed.IsFailure ? allowed.Error
                : Enum.IsDefined(request.PlatformRole) ? (Tenant?)null
                : ManageMembers.RoleUnknown<PlatformRole>("platformRole");
        }

        var found = await db.FindTenantAsync(actor, request.Slug, TenantPermission.Administer, cancellationToken);
        return found.IsFailure ? found.Error
            : request.TenantRole is { } role && Enum.IsDefined(role) ? (Tenant?)found.Value
            : ManageMembers.RoleUnknown<TenantRole>("role");
    }

    private static Error? CheckTexts(string email, string? name)
    {
        var at = email.IndexOf('@', StringComparison.Ordinal);
        if (at <= 0 || at != email.LastIndexOf('@') || at == email.Length - 1 || email.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)))
        {
            return Error.Invalid("EmailMalformed", "email", $"'{email}' is not an e-mail address.", "It looks like ada@bank.example.");
        }

        // an account without a name acts under its e-mail, so that both are names
        return TextLimits.CheckAll(("email", "e-mail", email, TextLimits.Name), ("name", "name", name?.Trim(), TextLimits.Name)).Error;
    }

    private async Task<Error?> RefusalAsync(PioneerDbContext db, InvitationRequest request, Tenant? tenant, string email, CancellationToken cancellationToken)
    {
        var normal = Normal(email);
        if (tenant is not null)
        {
            var isMember = await db.Memberships.AnyAsync(
                row => row.TenantId == tenant.Id && db.Users.Any(user => user.Id == row.UserId && user.NormalizedEmail == normal), cancellationToken);
            return isMember
                ? Error.Conflict("AlreadyMember", $"{email} is a member of '{tenant.Slug}' already.", "Change the role in the list.") with { Field = "email" }
                : await use.RefuseMoreAsync(db, tenant, TenantUseKind.Accounts, 1, cancellationToken);
        }

        var known = await db.Users.AsNoTracking().SingleOrDefaultAsync(row => row.NormalizedEmail == normal, cancellationToken);
        return known is not null && known.PlatformRole >= request.PlatformRole
            ? Error.Conflict("HasAccount", $"{email} has an account already.", "Change it in the list.") with { Field = "email" }
            : null;
    }

    private static string Normal(string email) => email.Trim().ToUpperInvariant();
}
