using Microsoft.AspNetCore.Mvc;
using Pioneer.Domain.Auditing;
using Pioneer.Portal.Api.Delivery;
using Pioneer.Portal.Api.Ingestion;
using Pioneer.Portal.Api.Isolation;
using Pioneer.Portal.Api.Operations;
using Pioneer.Portal.Api.Provisioning;
using Pioneer.Portal.Api.Recovery;
using Pioneer.Portal.Api.Seeding;
using Pioneer.Portal.Api.Subscriptions;
using Pioneer.Portal.Api.Tenants;
using Pioneer.Portal.Api.Topics;
using Pioneer.Portal.SignIn;

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
        api.Use(TellRefusalsAsync);
        api.UseMiddleware<ApiAuthentication>();
        api.Use(TellRefusedRightsAsync);
        api.UseMiddleware<ApiLimits>();
        api.Use(RefuseIgnoredConditionAsync);
        api.UseMiddleware<ApiIdempotency>();
        api.Run(RunEndpointAsync);
    });

    /// <summary>Maps every address of the API.</summary>
    public static void MapPioneerApi(this WebApplication app)
    {
        app.MapOpenApi().AllowAnonymous();
        var api = app.MapGroup(Root).WithMetadata(new RequestSizeLimitAttribute(ApiRefusals.MaxBodyBytes));
        Area("Tenants").MapTenants();
        Area("People").MapPeople();
        Area("Settings").MapProtection();
        Area("Isolation").MapIsolation();
        Area("Ingestion").MapEntitlements();
        Area("Ingestion").MapSources();
        Area("Ingestion").MapFeeds();
        Area("Ingestion").MapConnectors();
        Area("Delivery").MapCredentials();
        Area("Subscriptions").MapKsql();
        Area("Subscriptions").MapSubscriptions();
        Area("Delivery").MapEvents();
        Area("Topics").MapTopics();
        Area("Topics").MapGroups();
        Area("Seeding").MapSeeding();
        Area("Recovery").MapRecovery();
        Area("Operations").MapOperations();
        RouteGroupBuilder Area(string name) => api.MapGroup("").WithTags(name);
    }

    // a sender's mistake is told to the sender and is no fault in our log
    private static async Task TellRefusalsAsync(HttpContext http, RequestDelegate next)
    {
        http.Response.Headers.CacheControl = "no-store";
        try
        {
            await next(http);
        }
        catch (BadHttpRequestException refused) when (!http.Response.HasStarted)
        {
            http.Response.StatusCode = refused.StatusCode;
            await ApiRefusals.Of(refused, http.Response).ToProblem(refused.StatusCode).ExecuteAsync(http);
        }
    }

    private static async Task TellRefusedRightsAsync(HttpContext http, RequestDelegate next)
    {
        await next(http);
        if (http.Response.StatusCode == StatusCodes.Status403Forbidden)
        {
            var actor = http.RequestServices.GetRequiredService<CurrentActor>().Actor;
            await http.RequestServices.GetRequiredService<SecurityTrail>()
                .AccessRefusedAsync(actor, $"{http.Request.Method} {http.Request.Path}", http.Address());
        }
    }

    private static Task RefuseIgnoredConditionAsync(HttpContext http, RequestDelegate next) =>
        http.Request.Headers.IfMatch.Count > 0 && http.GetEndpoint() is { } endpoint && endpoint.Metadata.GetMetadata<HonoursIfMatch>() is null
            ? ApiRefusals.ConditionUnsupported.ToProblem(StatusCodes.Status400BadRequest).ExecuteAsync(http)
            : next(http);

    // routing has chosen already, also where it chose to say 405 or 415
    private static Task RunEndpointAsync(HttpContext http)
    {
        if (http.GetEndpoint()?.RequestDelegate is { } endpoint)
        {
            return endpoint(http);
        }

        http.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
