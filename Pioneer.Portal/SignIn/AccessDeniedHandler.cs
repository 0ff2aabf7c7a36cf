using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Components.Endpoints;
using Pioneer.Domain.Auditing;

namespace Pioneer.Portal.SignIn;

/// <summary>
/// Lets a page that the role does not include be drawn nevertheless: the router then says so within the shell (403), with navigation and the banner of a
/// view as tenant. A person without any role, and whatever is no page, is answered as before.
/// </summary>
internal sealed class AccessDeniedHandler : IAuthorizationMiddlewareResultHandler
{
    private readonly AuthorizationMiddlewareResultHandler _usual = new();

    /// <inheritdoc/>
    public async Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (!authorizeResult.Forbidden)
        {
            await _usual.HandleAsync(next, context, policy, authorizeResult);
            return;
        }

        var actor = context.RequestServices.GetRequiredService<CurrentActor>().Actor;
        await context.RequestServices.GetRequiredService<SecurityTrail>().AccessRefusedAsync(actor, context.Request.Path, context.Address());
        if (context.User.HasAnyRole() && HttpMethods.IsGet(context.Request.Method) && context.GetEndpoint()?.Metadata.GetMetadata<ComponentTypeMetadata>() is not null)
        {
            // the same status for a tenant that is not the person's and for one that there is not: which it is, the page does not say
            var slug = context.GetRouteValue("slug") as string;
            context.Response.StatusCode = slug is not null && !context.User.May(slug, Domain.Tenants.TenantRole.Viewer)
                ? StatusCodes.Status404NotFound
                : StatusCodes.Status403Forbidden;
            await next(context);
            return;
        }

        await _usual.HandleAsync(next, context, policy, authorizeResult);
    }
}
