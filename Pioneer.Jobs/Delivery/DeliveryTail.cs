using System.Runtime.CompilerServices;
using Pioneer.Domain;
using Pioneer.Domain.Tenants;

namespace Pioneer.Jobs.Delivery;

/// <summary>
/// Follows a delivery topic for a person who looks on: a topic that is still being made and brokers that are away are waited for, where
/// <see cref="DeliveryReader"/> answers once.
/// </summary>
public sealed class DeliveryTail(DeliveryReader reader, TimeProvider time)
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Events until <paramref name="ct"/> is cancelled, each place where waiting begins with what is waited for. A failure that waiting cannot
    /// mend is the last entry. Throws what <see cref="DeliveryStream.EventsAsync"/> throws.
    /// </summary>
    public async IAsyncEnumerable<DeliveryTailEntry> FollowAsync(
        TenantSlug tenant, string subscription, DeliveryStart start, [EnumeratorCancellation] CancellationToken ct)
    {
        Error? told = null;
        while (true)
        {
            var opened = await reader.OpenAsync(tenant, subscription, start, ct);
            if (opened.IsSuccess)
            {
                await foreach (var happened in opened.Value.EventsAsync(ct))
                {
                    yield return new DeliveryTailEntry(happened, null, false);
                }

                yield break;
            }

            var waits = opened.Error!.Kind is ErrorKind.NotFound or ErrorKind.Unavailable;
            if (opened.Error != told)
            {
                told = opened.Error;
                yield return new DeliveryTailEntry(null, told, waits);
            }

            if (!waits)
            {
                yield break;
            }

            await Task.Delay(Between, time, ct);
        }
    }
}

/// <summary>An event, or why there are none.</summary>
/// <param name="Event">What arrived; null when the entry tells of a failure.</param>
/// <param name="Failure">Why nothing can be read; null for an event.</param>
/// <param name="Waits">Whether it is tried again.</param>
public sealed record DeliveryTailEntry(DeliveryEvent? Event, Error? Failure, bool Waits);
