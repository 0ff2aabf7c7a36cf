using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;
using Pioneer.Domain;

namespace Pioneer.Portal.Api;

/// <summary>The state that a change was made from: <c>If-Match</c> with the ETag that was read. Without the header a change is made whatever happened meanwhile.</summary>
/// <param name="Value">Null for no condition; a tag that is none of ours is a revision that there never was.</param>
internal sealed record ExpectedRevision(long? Value) : IEndpointParameterMetadataProvider
{
    private const long Never = -1;

    /// <summary>Found by the framework's binding.</summary>
    public static ValueTask<ExpectedRevision> BindAsync(HttpContext http)
    {
        var header = http.Request.Headers.IfMatch;
        return ValueTask.FromResult(new ExpectedRevision(header switch
        {
            [] or ["*"] => null,
            [{ } tag] when tag is ['"', .. var digits, '"'] && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var revision) => revision,
            _ => Never,
        }));
    }

    /// <summary>Endpoints that take one say so, so that a condition is never ignored silently.</summary>
    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) => builder.Metadata.Add(new HonoursIfMatch());

    /// <summary>The ETag of a state.</summary>
    public static string TagOf(long revision) => string.Create(CultureInfo.InvariantCulture, $"\"{revision}\"");

    /// <summary>The problem: 412 where somebody else was quicker than a condition, the status of its kind otherwise.</summary>
    public IResult Problem(Error error) =>
        Value is not null && error.Kind is ErrorKind.Concurrency ? error.ToProblem(StatusCodes.Status412PreconditionFailed) : error.ToProblem();
}

/// <summary>Marks an endpoint that takes <c>If-Match</c>.</summary>
internal sealed class HonoursIfMatch;
