using System.Text.Json;
using System.Text.RegularExpressions;
using Pioneer.Domain;
using Pioneer.Domain.Operations;

namespace Pioneer.Portal.Api;

/// <summary>What the API says where a request does not get as far as a command: no such address, a body that cannot be read, a bug.</summary>
internal static partial class ApiRefusals
{
    /// <summary>Bytes that the body of a request may have: a query of 1 MB fits, with what JSON adds.</summary>
    public const int MaxBodyBytes = 2 * 1024 * 1024;

    private const string SeeOpenApi = "See /openapi/v1.json for what this address takes.";

    public static readonly Error TokenMissing = new(
        "TokenMissing", "This address needs an API token.", "Send 'Authorization: Bearer <token>'; tokens are issued under Settings.");

    public static readonly Error TokenRefused = new(
        "TokenRefused", "The API token is unknown, expired or revoked.", "Issue a new one under Settings.");

    public static readonly Error AddressUnknown = new(
        "AddressUnknown", "There is no such address in the API.", "See /openapi/v1.json for the addresses there are.");

    /// <summary>A bug: what happened is in the log only.</summary>
    public static readonly Error Fault = new(
        "Fault", "The portal met a fault; nothing that runs on the platform was touched by it.", "Give the trace id to whoever runs the portal: it finds the cause in the log.");

    /// <summary>The header is no key.</summary>
    public static readonly Error KeyMalformed = new(
        "IdempotencyKeyMalformed", $"An Idempotency-Key is one text of 1 to {IdempotencyJournal.MaxKeyLength} visible ASCII characters.", "Use a UUID.");

    /// <summary>Only changes of one thing with an ETag take a condition.</summary>
    public static readonly Error ConditionUnsupported = new(
        "ConditionUnsupported", "This address does not take If-Match, and ignoring it could lose somebody's change.", "Leave the header out.");

    public static Error PropertyWithoutValue(string name) => Error.Invalid(
        "PropertyWithoutValue", "properties", $"The property '{name}' has no value.", "Give it a text, or leave it out.");

    public static Error TooManyRequests(int perSecond) => new(
        "TooManyRequests", $"This token asks too often: {perSecond} requests a second are let through over time.", "Wait as long as Retry-After says.");

    public static Error TooManyStreams(int streams) => new(
        "TooManyStreams", $"This token has {streams} streams open, and that is the most.", "Close one, or read several subscriptions from Kafka.");

    public static Error KeyReused(string key) => new(
        "IdempotencyKeyReused", $"The Idempotency-Key '{key}' was used for another request.", "Send the request as it was the first time, or take a new key.");

    public static Error KeyAtWork(string key) => new(
        "IdempotencyKeyAtWork", $"The first request with the Idempotency-Key '{key}' is being carried out.", "Ask again in a second.");

    public static Error KeyCutOff(string key) => new(
        "IdempotencyOutcomeUnknown", $"The first request with the Idempotency-Key '{key}' was cut off, and whether it took effect is not known.",
        "Look whether the thing is there; if it is not, ask again with a new key.");

    /// <summary>For answers that the framework gives without a body.</summary>
    public static Error Of(int status, HttpResponse response) => status switch
    {
        StatusCodes.Status404NotFound => AddressUnknown,
        StatusCodes.Status405MethodNotAllowed => new(
            "MethodNotAllowed", $"This address does not take {response.HttpContext.Request.Method}.", $"It takes {response.Headers.Allow}."),
        StatusCodes.Status413PayloadTooLarge => new(
            "BodyTooLarge", "The body of the request is too large.", $"A body may have {MaxBodyBytes / 1024 / 1024} MiB; send less at once."),
        StatusCodes.Status415UnsupportedMediaType => new(
            "MediaTypeUnsupported", $"This address does not read '{response.HttpContext.Request.ContentType}'.", "Send JSON with 'Content-Type: application/json'."),
        >= StatusCodes.Status500InternalServerError => Fault,
        _ => new("RequestMalformed", "The request cannot be read.", SeeOpenApi),
    };

    /// <summary>For requests that the framework refused to bind; names the place, never a type of ours.</summary>
    public static Error Of(BadHttpRequestException refused, HttpResponse response)
    {
        if (refused.StatusCode != StatusCodes.Status400BadRequest)
        {
            return Of(refused.StatusCode, response);
        }

        if (refused.InnerException is JsonException json)
        {
            var place = $"at {json.Path ?? "$"}, line {json.LineNumber + 1}, byte {json.BytePositionInLine + 1}";
            return new("BodyMalformed", $"The body is not the JSON that this address takes: {place}.", SeeOpenApi);
        }

        if (Unbound().Match(refused.Message) is { Success: true } unbound)
        {
            var name = unbound.Groups[1].Value;
            return Error.Invalid("ParameterMalformed", name, $"The parameter '{name}' is not of the kind that this address takes.", SeeOpenApi);
        }

        return MissingBody().IsMatch(refused.Message)
            ? new("BodyMissing", "This address needs a body.", $"Send JSON with 'Content-Type: application/json'. {SeeOpenApi}")
            : Of(StatusCodes.Status400BadRequest, response);
    }

    [GeneratedRegex("""^Failed to bind parameter "\S+ (\w+)" from """)]
    private static partial Regex Unbound();

    [GeneratedRegex("was not provided from body|Implicit body inferred|no body was provided", RegexOptions.IgnoreCase)]
    private static partial Regex MissingBody();
}
