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

    private const int MaxBodyBytes = 2 * 1024 * 1024;

    /// <summary>Lets requests below the root in by their token only. Goes after the pages' own authentication, before the endpoints.</summary>
    public static void UsePioneerApi(this WebApplication app) =>
        app.UseWhen(http => http.Request.Path.StartsWithSegments(Root, StringComparison.OrdinalIgnoreCase), api => api.UseMiddleware<ApiAuthentication>());

    /// <summary>Maps every address of the API.</summary>
    public static void MapPioneerApi(this WebApplication app)
    {
        app.MapOpenApi().AllowAnonymous();
        // the fallback policy of pages would redirect to the sign-in page: here the token decides, for every address below the root
        var api = app.MapGroup(Root).AllowAnonymous().DisableAntiforgery()
            .WithMetadata(new Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute(MaxBodyBytes));
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
        api.MapFallback(() => Results.Problem(title: "There is no such address in the API.", detail: "See /openapi/v1.json for the addresses there are.",
            statusCode: StatusCodes.Status404NotFound, extensions: new Dictionary<string, object?> { ["code"] = "AddressUnknown" }));
    }
}
