using Pioneer.Domain;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Api.Delivery;

/// <summary>
/// Asks again while a stream is open what was asked when it began: is the token good, may its owner see the subscription? A stream has no end of its own, so
/// that a token revoked today would read for weeks. Streams of one token and subscription are asked for together.
/// </summary>
internal sealed class StreamAccess
{
    /// <summary>How often each stream asks.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    /// <summary>How old an answer may be that another stream got: a stream outlives the right to it by this and <see cref="Every"/> at most.</summary>
    private static readonly TimeSpan Fresh = Every / 2;

    private readonly IServiceScopeFactory _scopes;
    private readonly TimeProvider _time;
    private readonly Shared<(string Token, string Slug, string Subscription), Right> _rights;

    public StreamAccess(IServiceScopeFactory scopes, TimeProvider time) =>
        (_scopes, _time, _rights) = (scopes, time, new(key => new Right(() => AskAsync(key.Token, key.Slug, key.Subscription), time)));

    /// <summary>Ends with the reason when the right is gone, and cancelled with <paramref name="ct"/>.</summary>
    public async Task<Error> LostAsync(string token, string slug, string subscription, CancellationToken ct)
    {
        using var right = _rights.Take((token, slug, subscription));
        using var timer = new PeriodicTimer(Every, _time);
        while (await timer.WaitForNextTickAsync(ct))
        {
            if (await right.Value.AnswerAsync().WaitAsync(ct) is { } gone)
            {
                return gone;
            }
        }

        throw new OperationCanceledException(ct);
    }

    private async Task<Error?> AskAsync(string token, string slug, string subscription)
    {
        await using var scope = _scopes.CreateAsyncScope();
        var (services, ct) = (scope.ServiceProvider, CancellationToken.None);
        if (await services.GetRequiredService<ManageApiTokens>().RecogniseAsync(token, ct) is not { } actor)
        {
            return ApiRefusals.TokenRefused;
        }

        services.GetRequiredService<CurrentActor>().Use(actor);
        return (await services.GetRequiredService<SubscriptionQueries>().GetAsync(actor, slug, subscription, ct)).Error;
    }

    /// <summary>What streams of one token and subscription ask together.</summary>
    private sealed class Right(Func<Task<Error?>> ask, TimeProvider time)
    {
        private readonly Lock _lock = new();
        private Task<Error?>? _answer;
        private long _askedAt;

        public Task<Error?> AnswerAsync()
        {
            lock (_lock)
            {
                if (_answer is null || time.GetElapsedTime(_askedAt) >= Fresh)
                {
                    // not ended by the stream that asks: others wait for it too
                    (_askedAt, _answer) = (time.GetTimestamp(), Task.Run(ask));
                }

                return _answer;
            }
        }
    }
}
