using System.Collections.Concurrent;
using Hangfire;
using Pioneer.Domain;

namespace Pioneer.Jobs.Operations;

/// <summary>
/// One worker at a time changes a tenant: in this process by a semaphore, across processes by the job storage's lock. The fence of the operation
/// row guards what a lock cannot: a worker that lost its lock and does not know.
/// </summary>
public sealed class TenantLocks(JobStorage storage)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<TenantId, SemaphoreSlim> _local = new();

    public async Task<IDisposable> AcquireAsync(TenantId tenant, CancellationToken ct)
    {
        var local = _local.GetOrAdd(tenant, _ => new SemaphoreSlim(1, 1));
        await local.WaitAsync(ct);
        try
        {
            var connection = storage.GetConnection();
            var shared = await Task.Run(() => connection.AcquireDistributedLock($"pioneer:tenant:{tenant}", Patience), ct);
            return new Held(local, shared, connection);
        }
        catch
        {
            local.Release();
            throw;
        }
    }

    private sealed class Held(SemaphoreSlim local, IDisposable shared, IDisposable connection) : IDisposable
    {
        public void Dispose()
        {
            shared.Dispose();
            connection.Dispose();
            local.Release();
        }
    }
}
