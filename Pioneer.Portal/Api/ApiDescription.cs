using Pioneer.Domain;

namespace Pioneer.Portal.Api;

/// <summary>What the OpenAPI document says of an address. Refusals are the same for all and come from <see cref="ApiDocument"/>.</summary>
internal static class ApiDescription
{
    /// <summary>200 with a body of this shape.</summary>
    public static RouteHandlerBuilder Answers<T>(this RouteHandlerBuilder endpoint, string summary) =>
        endpoint.WithSummary(summary).Produces<T>();

    /// <summary>201 with a body of this shape.</summary>
    public static RouteHandlerBuilder Creates<T>(this RouteHandlerBuilder endpoint, string summary) =>
        endpoint.WithSummary(summary).Produces<T>(StatusCodes.Status201Created);

    /// <summary>202 with a body that names the operation to follow.</summary>
    public static RouteHandlerBuilder Starts<T>(this RouteHandlerBuilder endpoint, string summary) =>
        endpoint.WithSummary(summary).Produces<T>(StatusCodes.Status202Accepted);

    /// <summary>202 with the operation to follow.</summary>
    public static RouteHandlerBuilder Starts(this RouteHandlerBuilder endpoint, string summary) => endpoint.Starts<OperationStarted>(summary);

    /// <summary>204.</summary>
    public static RouteHandlerBuilder Does(this RouteHandlerBuilder endpoint, string summary) =>
        endpoint.WithSummary(summary).Produces(StatusCodes.Status204NoContent);

    /// <summary>200 with a stream of this media type, for as long as the sender listens.</summary>
    public static RouteHandlerBuilder Streams(this RouteHandlerBuilder endpoint, string mediaType, string summary) =>
        endpoint.WithSummary(summary).Produces<string>(StatusCodes.Status200OK, mediaType).WithMetadata(new LongLived());
}

/// <summary>Work was asked for; <c>GET /operations/{id}</c> tells how it goes.</summary>
internal sealed record OperationStarted(OperationId OperationId);

/// <summary>A run was asked for.</summary>
internal sealed record RunStarted<TId>(TId RunId, OperationId OperationId);

/// <summary>Marks an endpoint whose answer goes on for long and holds on to clients of the cluster.</summary>
internal sealed class LongLived;
