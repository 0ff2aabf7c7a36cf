using Pioneer.Domain;

namespace Pioneer.Portal.Api;

/// <summary>Turns results into answers: the value, or problem+json with the error's code, reason and way out. The one place that maps errors to HTTP.</summary>
public static class ApiProblems
{
    /// <summary>200 with the value, or the problem.</summary>
    public static IResult ToAnswer<T>(this Result<T> result) => result.IsSuccess ? Results.Ok(result.Value) : result.Error.ToProblem();

    /// <summary>The mapped value, or the problem.</summary>
    public static IResult ToAnswer<T>(this Result<T> result, Func<T, IResult> success) => result.IsSuccess ? success(result.Value) : result.Error.ToProblem();

    /// <summary>204, or the problem.</summary>
    public static IResult ToAnswer(this Result result) => result.IsSuccess ? Results.NoContent() : result.Error.ToProblem();

    /// <summary>202 that points at the operation to follow, or the problem.</summary>
    public static IResult ToAccepted(this Result<OperationId> result) => result.ToAnswer(operation => Accepted(operation, new OperationStarted(operation)));

    /// <summary>The same for a change that a condition may stop.</summary>
    internal static IResult ToAccepted(this Result<OperationId> result, ExpectedRevision expected) =>
        result.IsSuccess ? result.ToAccepted() : expected.Problem(result.Error);

    /// <summary>204, or the problem of a change that a condition may stop.</summary>
    internal static IResult ToAnswer(this Result result, ExpectedRevision expected) => result.IsSuccess ? Results.NoContent() : expected.Problem(result.Error);

    /// <summary>200 with the value and the ETag of its state, or the problem.</summary>
    internal static IResult ToAnswer<T>(this Result<T> result, HttpContext http, Func<T, long> revision)
    {
        if (result.IsFailure)
        {
            return result.Error.ToProblem();
        }

        http.Response.Headers.ETag = ExpectedRevision.TagOf(revision(result.Value));
        return Results.Ok(result.Value);
    }

    /// <summary>202 with a body, pointing at the operation to follow.</summary>
    public static IResult Accepted(OperationId operation, object body) => Results.Accepted($"{ApiEndpoints.Root}/operations/{operation}", body);

    /// <summary>The error as problem+json, with the status of its kind.</summary>
    public static IResult ToProblem(this Error error) => error.ToProblem(StatusOf(error.Kind));

    /// <summary>The error as problem+json. The trace id is added by the problem details service.</summary>
    public static IResult ToProblem(this Error error, int status)
    {
        var hint = error.Hint ?? UsualWayOut(error.Kind);
        return Results.Problem(
            detail: $"{error.Message} {hint}",
            title: error.Message,
            statusCode: status,
            type: $"urn:pioneer:error:{error.Code}",
            extensions: new Dictionary<string, object?> { ["code"] = error.Code, ["hint"] = hint, ["field"] = error.Field });
    }

    /// <summary>The HTTP status of a family of failures.</summary>
    public static int StatusOf(ErrorKind kind) => kind switch
    {
        ErrorKind.NotFound => StatusCodes.Status404NotFound,
        ErrorKind.Forbidden => StatusCodes.Status403Forbidden,
        ErrorKind.Conflict or ErrorKind.Concurrency => StatusCodes.Status409Conflict,
        ErrorKind.Unavailable => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status422UnprocessableEntity,
    };

    private static string UsualWayOut(ErrorKind kind) => kind switch
    {
        ErrorKind.NotFound => "List what there is; what belongs to a tenant that you may not see is not found either.",
        ErrorKind.Forbidden => "Ask an administrator for the role.",
        ErrorKind.Conflict or ErrorKind.Concurrency => "Read the present state and decide again.",
        ErrorKind.Unavailable => "Try again in a moment.",
        _ => "Change the request and send it again.",
    };
}
