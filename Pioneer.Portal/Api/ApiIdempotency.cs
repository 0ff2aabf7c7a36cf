using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Primitives;
using Pioneer.Domain.Operations;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Api;

/// <summary>Marks a POST that changes nothing, so that a key would have nothing to protect; its answer may be a stream.</summary>
internal sealed class ReadsOnly;

/// <summary>
/// A POST with an <c>Idempotency-Key</c> is carried out once: asked again with the same key and body, the first answer is given again. A request that
/// was refused did nothing and gives its key back. One that carries a key is finished even when the sender goes away, so that asking again finds the answer.
/// </summary>
internal sealed class ApiIdempotency(IdempotencyJournal journal, CurrentActor current) : IMiddleware
{
    public const string Header = "Idempotency-Key", ReplayedHeader = "Idempotent-Replayed";

    private const int FirstError = 400;

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (!HttpMethods.IsPost(context.Request.Method) || context.GetEndpoint() is not { } endpoint || endpoint.Metadata.GetMetadata<ReadsOnly>() is not null
            || !context.Request.Headers.TryGetValue(Header, out var keys))
        {
            await next(context);
            return;
        }

        if (!IsKey(keys))
        {
            await ApiRefusals.KeyMalformed.ToProblem(StatusCodes.Status400BadRequest).ExecuteAsync(context);
            return;
        }

        var key = keys.ToString();
        var check = await journal.BeginAsync(current.Actor, key, await HashAsync(context.Request, context.RequestAborted), context.RequestAborted);
        switch (check.State)
        {
            case IdempotencyState.First:
                await CarryOutAsync(context, next, key);
                break;
            case IdempotencyState.Answered:
                context.Response.Headers[ReplayedHeader] = "true";
                await StoredAnswer.Read(check.Answer!).WriteAsync(context.Response, check.Status);
                break;
            case IdempotencyState.OtherRequest:
                await ApiRefusals.KeyReused(key).ToProblem(StatusCodes.Status422UnprocessableEntity).ExecuteAsync(context);
                break;
            default:
                var error = check.State is IdempotencyState.AtWork ? ApiRefusals.KeyAtWork(key) : ApiRefusals.KeyCutOff(key);
                context.Response.Headers.RetryAfter = check.State is IdempotencyState.AtWork ? "1" : default(StringValues);
                await error.ToProblem(StatusCodes.Status409Conflict).ExecuteAsync(context);
                break;
        }
    }

    private async Task CarryOutAsync(HttpContext context, RequestDelegate next, string key)
    {
        var sender = context.RequestAborted;
        context.RequestAborted = CancellationToken.None;
        var body = context.Response.Body;
        using var kept = new MemoryStream();
        context.Response.Body = kept;
        try
        {
            await next(context);
        }
        catch (BadHttpRequestException)
        {
            // the body could not be read, so that nothing was done
            await journal.ForgetAsync(current.Actor, key, CancellationToken.None);
            throw;
        }
        finally
        {
            context.Response.Body = body;
        }

        // an exception passes by: whether the request took effect is then not known, and its key says so later
        if (context.Response.StatusCode >= FirstError)
        {
            await journal.ForgetAsync(current.Actor, key, CancellationToken.None);
        }
        else
        {
            await journal.AnswerAsync(current.Actor, key, context.Response.StatusCode, StoredAnswer.Of(context.Response, kept).Text(), CancellationToken.None);
        }

        kept.Position = 0;
        await kept.CopyToAsync(body, sender);
    }

    private static bool IsKey(StringValues keys) =>
        keys is [{ Length: > 0 and <= IdempotencyJournal.MaxKeyLength } key] && key.All(character => character is > ' ' and <= '~');

    /// <summary>SHA-256 of what was asked: method, address and body.</summary>
    private static async Task<string> HashAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        request.EnableBuffering();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{request.Method} {request.Path}{request.QueryString}\n"));
        var buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            int read;
            while ((read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0)
            {
                hash.AppendData(buffer, 0, read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }

        request.Body.Position = 0;
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>What is kept of an answer.</summary>
    private sealed record StoredAnswer(string? ContentType, string? Location, string Body)
    {
        public static StoredAnswer Of(HttpResponse response, MemoryStream body) => new(
            response.ContentType, response.Headers.Location, Encoding.UTF8.GetString(body.GetBuffer(), 0, (int)body.Length));

        public static StoredAnswer Read(string text) => JsonSerializer.Deserialize<StoredAnswer>(text)!;

        public string Text() => JsonSerializer.Serialize(this);

        public Task WriteAsync(HttpResponse response, int status)
        {
            response.StatusCode = status;
            response.ContentType = ContentType;
            response.Headers.Location = Location;
            return Body.Length > 0 ? response.WriteAsync(Body) : Task.CompletedTask;
        }
    }
}
