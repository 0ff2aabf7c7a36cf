using System.Collections.Concurrent;
using Hangfire;
using Hangfire.Storage;
using Pioneer.Domain;

namespace Pioneer.Jobs.Operations;

/// <summary>
/// One worker at a time changes a tenant: in this process by a semaphore, across processes by the job storage's lock. The fence of the operation
/// row guards what a lock cannot: a worker that lost its lock and does not know. Waiting holds no thread and ends with its token.
/// </summary>
public sealed class TenantLocks(JobStorage storage, TimeProvider time)
{
    /// <summary>Whoever waits longer gives its worker back and comes again.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Between two looks at the storage, which can only be asked, not listened to.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<TenantId, SemaphoreSlim> _local = new();

    /// <summary>
    /// The lock, to be disposed; <see cref="ErrorKind.Unavailable"/> where somebody else holds it all the time, so that the operation is tried again.
    /// </summary>
    public async Task<Result<IDisposable>> AcquireAsync(TenantId tenant, CancellationToken ct)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, ct);
        try
        {
            return await AcquireAsync(tenant, _local.GetOrAdd(tenant, _ => new SemaphoreSlim(1, 1)), either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return Busy;
        }
    }

    private async Task<Held> AcquireAsync(TenantId tenant, SemaphoreSlim local, CancellationToken ct)
    {
        await local.WaitAsync(ct);
        Held? held = null;
        try
        {
            while ((held = await Task.Run(() => TryShared(tenant, local), ct)) is null)
            {
                await Task.Delay(Pause, time, ct);
            }

            return held;
        }
        finally
        {
            if (held is null)
            {
                local.Release();
            }
        }
    }

    private static Error Busy => new(
        "TenantBusy", $"Another operation has been changing this tenant for more than {Patience.TotalMinutes:0} minutes.", "It is waited for.")
    { Kind = ErrorKind.Unavailable };

    /// <summary>Null while another process holds it. Each try has a connection of its own, which is closed with it.</summary>
    private Held? TryShared(TenantId tenant, SemaphoreSlim local)
    {
        var connection = storage.GetConnection();
        try
        {
            var shared = connection.AcquireDistributedLock($"pioneer:tenant:{tenant}", TimeSpan.Zero);
            return new Held(local, shared, connection);
        }
        catch (DistributedLockTimeoutException)
        {
            connection.Dispose();
            return null;
        }
        catch
        {
            connection.Dispose();
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
