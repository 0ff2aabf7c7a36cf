using Microsoft.AspNetCore.Diagnostics;

namespace Pioneer.Portal.Api;

/// <summary>Answers requests under /api that met a bug; pages have their own fault page.</summary>
internal sealed class ApiExceptionHandler : IExceptionHandler
{
    /// <inheritdoc/>
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        // the request itself has the fault page's path by now
        if (httpContext.Features.Get<IExceptionHandlerPathFeature>() is not { } fault || !ApiEndpoints.IsApi(fault.Path))
        {
            return false;
        }

        await ApiRefusals.Fault.ToProblem(StatusCodes.Status500InternalServerError).ExecuteAsync(httpContext);
        return true;
    }
}
