using Pioneer.Domain;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Api;

/// <summary>
/// Lets a request in by its bearer token and makes its owner the actor of the request. Cookies do not count here: a page of another site could send them.
/// </summary>
public sealed class ApiAuthentication(ManageApiTokens tokens, CurrentActor current) : IMiddleware
{
    private const string Scheme = "Bearer ";

    /// <summary>Answers 401 with a problem, or goes on as the token's owner. Runs before the body is read.</summary>
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (TokenOf(context.Request) is not { } token)
        {
            await Unauthorized(context, ApiRefusals.TokenMissing).ExecuteAsync(context);
            return;
        }

        var actor = await tokens.RecogniseAsync(token, context.RequestAborted);
        if (actor is null)
        {
            await Unauthorized(context, ApiRefusals.TokenRefused).ExecuteAsync(context);
            return;
        }

        current.Use(actor);
        await next(context);
    }

    /// <summary>The bearer token that a request carries; null for none.</summary>
    internal static string? TokenOf(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..].Trim() : null;
    }

    private static IResult Unauthorized(HttpContext http, Error error)
    {
        http.Response.Headers.WWWAuthenticate = "Bearer";
        return error.ToProblem(StatusCodes.Status401Unauthorized);
    }
}
