using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Pioneer.Domain.Tenants;

/// <summary>A reading of a subscription's deliveries that is open in this process.</summary>
/// <param name="Who">The person, or the token's name.</param>
public sealed record OpenReading(string Who, TenantUseKind Kind, DateTimeOffset Since);

/// <summary>Who reads which subscription through this process right now. One for the process; safe to share between threads.</summary>
public sealed class OpenReadings(TimeProvider clock)
{
    private readonly ConcurrentDictionary<object, (TenantId Tenant, string Subscription, OpenReading Reading)> _open = new();

    /// <summary>The open ones of a subscription, oldest first.</summary>
    public ImmutableArray<OpenReading> Of(TenantId tenant, string subscription) =>
        [.. _open.Values.Where(open => open.Tenant == tenant && open.Subscription == subscription).Select(open => open.Reading).OrderBy(reading => reading.Since)];

    /// <summary>Notes a reading until what is returned is disposed, which gives <paramref name="place"/> back too.</summary>
    internal OpenPlace Note(TenantId tenant, string subscription, TenantUseKind kind, string who, OpenPlace place)
    {
        var key = new object();
        _open[key] = (tenant, subscription, new OpenReading(who, kind, clock.GetUtcNow()));
        return new OpenPlace(new Noted(this, key, place));
    }

    private sealed class Noted(OpenReadings readings, object key, OpenPlace place) : IDisposable
    {
        public void Dispose()
        {
            readings._open.TryRemove(key, out _);
            place.Dispose();
        }
    }
}
