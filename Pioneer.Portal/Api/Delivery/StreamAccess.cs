using Pioneer.Domain;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;

namespace Pioneer.Portal.Api.Delivery;

/// <summary>
/// Asks again while a stream is open what was asked when it began: is the token good, may its owner see the subscription? A stream has no end of its own, so
/// that a token revoked today would read for weeks.
/// </summary>
internal sealed class StreamAccess(ManageApiTokens tokens, SubscriptionQueries subscriptions, TimeProvider time)
{
    /// <summary>How long a stream may outlive the right to it.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    /// <summary>Ends with the reason when the right is gone, and cancelled with <paramref name="ct"/>.</summary>
    public async Task<Error> LostAsync(string token, string slug, string subscription, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(Every, time);
        while (await timer.WaitForNextTickAsync(ct))
        {
            if (await tokens.RecogniseAsync(token, ct) is not { } actor)
            {
                return ApiRefusals.TokenRefused;
            }

            if (await subscriptions.GetAsync(actor, slug, subscription, ct) is { IsFailure: true } gone)
            {
                return gone.Error;
            }
        }

        throw new OperationCanceledException(ct);
    }
}
