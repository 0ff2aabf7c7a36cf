namespace Pioneer.Domain.Tenants;

/// <summary>What someone may be allowed to do inside a tenant.</summary>
public enum TenantPermission
{
    /// <summary>See the tenant, tail its delivery topics, see its recovery status.</summary>
    View,

    /// <summary>Write, validate, preview, deploy, pause, delete subscriptions; define and run seed jobs.</summary>
    Author,

    /// <summary>Members, credentials, webhooks, approvals.</summary>
    Administer,

    /// <summary>Entitlements, plans, life cycle of the tenant: decided by the platform's people.</summary>
    Provision,

    /// <summary>Reconcile and restart what was decided before.</summary>
    Operate,
}

/// <summary>What someone may be allowed to do on the platform.</summary>
public enum PlatformPermission
{
    /// <summary>See everything.</summary>
    View,

    /// <summary>Run and approve playbooks and drills, reconcile, restart connectors.</summary>
    Operate,

    /// <summary>Tenants, users, sources, feeds, platform credentials.</summary>
    Administer,
}

/// <summary>The one place that decides who may do what. Every tenant-scoped command and query asks it before it touches a row.</summary>
public static class TenantAuthorisation
{
    public static Result Require(Actor actor, Tenant tenant, TenantPermission permission) =>
        Require(actor, tenant.Id, permission, tenant.Slug.Value);

    /// <summary>A tenant that the actor may not even see is 'not found', with the same words as one that does not exist.</summary>
    public static Result Require(Actor actor, TenantId tenant, TenantPermission permission, string slug)
    {
        if (!actor.Scope.Includes(tenant))
        {
            return TenantErrors.NotFound(slug);
        }

        return Allows(actor, tenant, permission)
            ? Result.Success
            : Forbidden(actor, $"{Describe(permission)} of tenant '{slug}'", Needed(permission));
    }

    public static Result RequirePlatform(Actor actor, PlatformPermission permission)
    {
        var needed = permission is PlatformPermission.Administer ? PlatformRole.Admin : PlatformRole.Operator;
        var allowed = actor.PlatformRole >= needed && (actor.ViewingAs is null || permission is PlatformPermission.View);
        return allowed ? Result.Success : Forbidden(actor, $"{permission.ToString().ToLowerInvariant()} the platform", needed is PlatformRole.Admin ? "platform admin" : "operator");
    }

    public static bool Allows(Actor actor, TenantId tenant, TenantPermission permission)
    {
        if (!actor.Scope.Includes(tenant))
        {
            return false;
        }

        if (permission is TenantPermission.View)
        {
            return true;
        }

        if (actor.ViewingAs is not null)
        {
            return false;
        }

        var role = actor.Memberships.GetValueOrDefault(tenant);
        return actor.PlatformRole is PlatformRole.Admin
            || permission switch
            {
                TenantPermission.Operate => actor.PlatformRole is PlatformRole.Operator,
                TenantPermission.Author => role >= TenantRole.Author,
                TenantPermission.Administer => role >= TenantRole.Admin,
                _ => false,
            };
    }

    private static Error Forbidden(Actor actor, string what, string role) =>
        new("NotAllowed", $"{actor.Name} may not do this: {what} needs the role {role}.", "Ask an administrator for the role.") { Kind = ErrorKind.Forbidden };

    private static string Describe(TenantPermission permission) => permission switch
    {
        TenantPermission.Author => "writing subscriptions",
        TenantPermission.Administer => "administration",
        TenantPermission.Provision => "provisioning",
        TenantPermission.Operate => "operation",
        _ => "viewing",
    };

    private static string Needed(TenantPermission permission) => permission switch
    {
        TenantPermission.Author => "author",
        TenantPermission.Administer => "tenant admin",
        TenantPermission.Provision => "platform admin",
        TenantPermission.Operate => "operator",
        _ => "viewer",
    };
}
