using System.Collections.Concurrent;

namespace Pioneer.Jobs.KsqlDb;

/// <summary>The last command number seen of each service, so that the next statement reads what the last one wrote. Threads may share it.</summary>
public sealed class KsqlCommandSequences
{
    private readonly ConcurrentDictionary<string, long> _last = new(StringComparer.Ordinal);

    public long? Last(string serviceId) => _last.TryGetValue(serviceId, out var sequence) ? sequence : null;

    public void Saw(string serviceId, long sequence)
    {
        if (sequence >= 0)
        {
            _last.AddOrUpdate(serviceId, sequence, (_, known) => Math.Max(known, sequence));
        }
    }

    public void Forget(string serviceId) => _last.TryRemove(serviceId, out _);
}
