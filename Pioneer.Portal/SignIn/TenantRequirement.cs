using Microsoft.AspNetCore.Authorization;
using Pioneer.Domain.Tenants;

namespace Pioneer.Portal.SignIn;

/// <summary>Asks for a right in the tenant that the route names.</summary>
public sealed record TenantRequirement(TenantRole Role) : IAuthorizationRequirement;

/// <summary>Finds the tenant's slug in an HTTP route, in a Blazor route or in the resource itself, and decides by the claims.</summary>
public sealed class TenantRequirementHandler : AuthorizationHandler<TenantRequirement>
{
    private const string RouteKey = "slug";

    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, TenantRequirement requirement)
    {
        if (SlugOf(context.Resource) is { Length: > 0 } slug && context.User.May(slug, requirement.Role))
        {
            context.Succeed(requirement);
        }

        return Task.CompletedTask;
    }

    private static string? SlugOf(object? resource) => resource switch
    {
        string slug => slug,
        HttpContext http => http.GetRouteValue(RouteKey) as string,
        Microsoft.AspNetCore.Components.RouteData route => route.RouteValues.FirstOrDefault(v => string.Equals(v.Key, RouteKey, StringComparison.OrdinalIgnoreCase)).Value as string,
        _ => null,
    };
}
