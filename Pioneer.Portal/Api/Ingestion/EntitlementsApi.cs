using Pioneer.Domain.Ingestion;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Api.Ingestion;

/// <summary>A tenant's feeds, switched on and off.</summary>
internal static class EntitlementsApi
{
    public static void MapEntitlements(this RouteGroupBuilder api)
    {
        api.MapPut("/tenants/{slug}/entitlements/{feed}",
            (string slug, string feed, EntitlementBody? body, SetEntitlements entitlements, CurrentActor current, CancellationToken ct) =>
                SetAsync(new EntitlementChange(slug, feed, Granted: true, body?.Settings?.TenantValue, TellsApart: body?.Settings?.TellsApart is true), entitlements, current, ct))
            .Starts("Grants a feed; 204 when the tenant has it so already.").Produces(StatusCodes.Status204NoContent);

        api.MapDelete("/tenants/{slug}/entitlements/{feed}",
            (string slug, string feed, bool? deleteData, string? confirm, SetEntitlements entitlements, CurrentActor current, CancellationToken ct) =>
                SetAsync(new EntitlementChange(slug, feed, Granted: false, DeleteData: deleteData ?? false, Confirmation: confirm), entitlements, current, ct))
            .Starts("Takes a feed back; 204 when the tenant does not have it.").Produces(StatusCodes.Status204NoContent);
    }

    private static async Task<IResult> SetAsync(EntitlementChange change, SetEntitlements entitlements, CurrentActor current, CancellationToken ct) =>
        (await entitlements.ExecuteAsync(current.Actor, [change], ct)).ToAnswer(operations => operations is [var operation, ..]
            ? ApiProblems.Accepted(operation, new OperationStarted(operation))
            : Results.NoContent());
}

/// <summary>Body of <c>PUT .../entitlements/{feed}</c>.</summary>
internal sealed record EntitlementBody(EntitlementSettings? Settings);

/// <summary>How the feed is materialised for the tenant.</summary>
/// <param name="TenantValue">The tenant's value in the feed's tenant column; the slug when left out.</param>
/// <param name="TellsApart">True where the source was seen to tell it from another tenant's value; where the source can be asked, its own word holds.</param>
internal sealed record EntitlementSettings(string? TenantValue, bool? TellsApart);
