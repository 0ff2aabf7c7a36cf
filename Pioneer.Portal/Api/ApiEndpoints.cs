using Microsoft.AspNetCore.Mvc;
using Pioneer.Portal.Api.Delivery;
using Pioneer.Portal.Api.Ingestion;
using Pioneer.Portal.Api.Operations;
using Pioneer.Portal.Api.Recovery;
using Pioneer.Portal.Api.Seeding;
using Pioneer.Portal.Api.Subscriptions;
using Pioneer.Portal.Api.Tenants;

namespace Pioneer.Portal.Api;

/// <summary>The REST API: what pages can do, for pipelines. Described by OpenAPI at <c>/openapi/v1.json</c>.</summary>
public static class ApiEndpoints
{
    /// <summary>Everything is under it.</summary>
    public const string Root = "/api/v1";

    /// <summary>True for requests that programs send: what goes wrong with them is told as problem+json, never with a page.</summary>
    public static bool IsApi(PathString path) => path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Answers requests under /api, which are let in by their token only: the policies of pages, which lead people to the sign-in page, have no say.
    /// Goes after the pages' own authentication, before their authorisation.
    /// </summary>
    public static void UsePioneerApi(this WebApplication app) => app.MapWhen(http => IsApi(http.Request.Path), api =>
    {
        api.UseStatusCodePages(status => ApiRefusals.Of(status.HttpContext.Response.StatusCode, status.HttpContext.Response)
            .ToProblem(status.HttpContext.Response.StatusCode).ExecuteAsync(status.HttpContext));
        api.UseMiddleware<ApiAuthentication>();
        api.Run(RunEndpointAsync);
    });

    /// <summary>Maps every address of the API.</summary>
    public static void MapPioneerApi(this WebApplication app)
    {
        app.MapOpenApi().AllowAnonymous();
        var api = app.MapGroup(Root).WithMetadata(new RequestSizeLimitAttribute(ApiRefusals.MaxBodyBytes));
        api.MapTenants();
        api.MapEntitlements();
        api.MapIngestion();
        api.MapCredentials();
        api.MapKsql();
        api.MapSubscriptions();
        api.MapEvents();
        api.MapSeeding();
        api.MapRecovery();
        api.MapOperations();
    }

    // routing has chosen already, also where it chose to say 405 or 415
    private static async Task RunEndpointAsync(HttpContext http)
    {
        if (http.GetEndpoint()?.RequestDelegate is not { } endpoint)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        try
        {
            await endpoint(http);
        }
        catch (BadHttpRequestException refused) when (!http.Response.HasStarted)
        {
            // the sender's mistake: told to the sender, no fault in our log
            http.Response.StatusCode = refused.StatusCode;
            await ApiRefusals.Of(refused, http.Response).ToProblem(refused.StatusCode).ExecuteAsync(http);
        }
    }
}
