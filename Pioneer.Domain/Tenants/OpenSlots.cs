using System.Collections.Concurrent;

namespace Pioneer.Domain.Tenants;

/// <summary>What tenants have open in this process: streams, previews, tails, windows. One for the process.</summary>
public sealed class OpenSlots
{
    private readonly ConcurrentDictionary<(TenantId Tenant, TenantUseKind Kind), int> _taken = new();

    /// <summary>How many are open.</summary>
    public int Count(TenantId tenant, TenantUseKind kind) => _taken.GetValueOrDefault((tenant, kind));

    /// <summary>A place that is free again once it is disposed; null when <paramref name="limit"/> are taken.</summary>
    public IDisposable? TryTake(TenantId tenant, TenantUseKind kind, int limit)
    {
        var key = (tenant, kind);
        if (_taken.AddOrUpdate(key, 1, (_, taken) => taken + 1) <= limit)
        {
            return new Slot(this, key);
        }

        Free(key);
        return null;
    }

    private void Free((TenantId, TenantUseKind) key) => _taken.AddOrUpdate(key, 0, (_, taken) => taken - 1);

    private sealed class Slot(OpenSlots slots, (TenantId, TenantUseKind) key) : IDisposable
    {
        private int _freed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _freed, 1) == 0)
            {
                slots.Free(key);
            }
        }
    }
}
