using System.Security.Claims;
using Pioneer.Domain.Tenants;

namespace Pioneer.Portal.SignIn;

/// <summary>Who this circuit or request acts for. Set once, before any page code runs; it also opens the tenant scope of the database.</summary>
public sealed class CurrentActor(AmbientTenantScope scope)
{
    private static readonly Actor Nobody = new ClaimsPrincipal().ToActor();

    public Actor Actor { get; private set; } = Nobody;

    public void Use(ClaimsPrincipal user)
    {
        Actor = user.Identity?.IsAuthenticated == true ? user.ToActor() : Nobody;
        scope.Use(Actor);
    }

    /// <summary>For requests that are let in by something else than a principal: an API token.</summary>
    public void Use(Actor actor)
    {
        Actor = actor;
        scope.Use(actor);
    }
}
