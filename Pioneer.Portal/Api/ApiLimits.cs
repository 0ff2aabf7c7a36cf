using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Api;

/// <summary>How much one token may ask for; section <c>Api</c>.</summary>
internal sealed class ApiLimitOptions
{
    public const string Section = "Api";

    /// <summary>Requests a second over time.</summary>
    public int RequestsPerSecond { get; set; } = 100;

    /// <summary>Requests at once, after a pause.</summary>
    public int Burst { get; set; } = 500;

    /// <summary>Streams of events and previews at the same time; each holds a connection, and a preview its query.</summary>
    public int Streams { get; set; } = 50;

    /// <summary>All errors at once, each naming its key.</summary>
    public IEnumerable<string> Validate()
    {
        foreach (var (key, value) in new[] { (nameof(RequestsPerSecond), RequestsPerSecond), (nameof(Burst), Burst), (nameof(Streams), Streams) })
        {
            if (value is < 1 or > 1_000_000)
            {
                yield return $"{Section}:{key} is {value}; it must be 1 to 1000000.";
            }
        }
    }
}

/// <summary>
/// Keeps one token from taking the portal for itself. Counted by token and in this process: addresses are shared by proxies, and guessing a token of
/// 256 random bits needs no counting.
/// </summary>
internal sealed class ApiLimits : IMiddleware, IDisposable
{
    private static readonly TimeSpan StreamRetry = TimeSpan.FromSeconds(5);

    private readonly ApiLimitOptions _options;
    private readonly PartitionedRateLimiter<string> _requests;
    private readonly PartitionedRateLimiter<string> _streams;

    public ApiLimits(IOptions<ApiLimitOptions> options)
    {
        _options = options.Value;
        _requests = PartitionedRateLimiter.Create<string, string>(token => RateLimitPartition.GetTokenBucketLimiter(token, _ => new()
        {
            TokenLimit = _options.Burst, TokensPerPeriod = _options.RequestsPerSecond, ReplenishmentPeriod = TimeSpan.FromSeconds(1), AutoReplenishment = true,
        }));
        _streams = PartitionedRateLimiter.Create<string, string>(token =>
            RateLimitPartition.GetConcurrencyLimiter(token, _ => new() { PermitLimit = _options.Streams }));
    }

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var token = context.RequestServices.GetRequiredService<CurrentActor>().Actor.Id;
        using var request = _requests.AttemptAcquire(token);
        if (!request.IsAcquired)
        {
            var wait = request.TryGetMetadata(MetadataName.RetryAfter, out var known) ? known : TimeSpan.FromSeconds(1);
            await RefuseAsync(context, wait, ApiRefusals.TooManyRequests(_options.RequestsPerSecond));
            return;
        }

        if (context.GetEndpoint()?.Metadata.GetMetadata<LongLived>() is null)
        {
            await next(context);
            return;
        }

        using var stream = _streams.AttemptAcquire(token);
        await (stream.IsAcquired ? next(context) : RefuseAsync(context, StreamRetry, ApiRefusals.TooManyStreams(_options.Streams)));
    }

    public void Dispose()
    {
        _requests.Dispose();
        _streams.Dispose();
    }

    private static Task RefuseAsync(HttpContext context, TimeSpan wait, Domain.Error error)
    {
        context.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return error.ToProblem(StatusCodes.Status429TooManyRequests).ExecuteAsync(context);
    }
}
