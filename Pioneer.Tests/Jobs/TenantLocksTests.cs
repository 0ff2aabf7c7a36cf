using System.Collections.Concurrent;
using Hangfire.Storage;
using Microsoft.Extensions.Time.Testing;
using Pioneer.Domain;
using Pioneer.Jobs.Operations;
using Xunit;

namespace Pioneer.Tests.Jobs;

/// <summary>One worker at a time for a tenant, in one process and across processes that share the job storage.</summary>
public sealed class TenantLocksTests
{
    private static readonly TenantId Acme = new(Guid.NewGuid());

    private readonly CountingStorage _storage = new();
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Second_process_waits_until_the_first_is_done()
    {
        var first = await new TenantLocks(_storage, _time).AcquireAsync(Acme, Ct);
        var second = new TenantLocks(_storage, _time).AcquireAsync(Acme, Ct);
        await AdvanceUntilAsync(() => _storage.Refusals > 1);
        Assert.False(second.IsCompleted);

        first.Value.Dispose();
        await AdvanceUntilAsync(() => second.IsCompleted);

        (await second).Value.Dispose();
        Assert.Equal(0, _storage.Open);
    }

    [Fact]
    public async Task Whoever_waits_in_vain_is_told_that_the_tenant_is_busy_and_to_come_again()
    {
        using var held = (await new TenantLocks(_storage, _time).AcquireAsync(Acme, Ct)).Value;
        var waiting = new TenantLocks(_storage, _time).AcquireAsync(Acme, Ct);

        await AdvanceUntilAsync(() => waiting.IsCompleted);

        Assert.Equal(("TenantBusy", ErrorKind.Unavailable), ((await waiting).Error?.Code, (await waiting).Error?.Kind));
        Assert.Equal(1, _storage.Open);
    }

    [Fact]
    public async Task Second_of_one_process_is_told_the_same()
    {
        var locks = new TenantLocks(_storage, _time);
        using var held = (await locks.AcquireAsync(Acme, Ct)).Value;
        var waiting = locks.AcquireAsync(Acme, Ct);

        await AdvanceUntilAsync(() => waiting.IsCompleted);

        Assert.Equal("TenantBusy", (await waiting).Error?.Code);
    }

    [Fact]
    public async Task Wait_ends_with_its_token_and_leaves_no_connection_open()
    {
        using var held = (await new TenantLocks(_storage, _time).AcquireAsync(Acme, Ct)).Value;
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var waiting = new TenantLocks(_storage, _time).AcquireAsync(Acme, cancel.Token);
        await AdvanceUntilAsync(() => _storage.Refusals > 0);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(1, _storage.Open);
    }

    [Fact]
    public async Task Lock_that_cannot_be_asked_for_leaves_the_tenant_free_for_the_next()
    {
        var locks = new TenantLocks(_storage, _time);
        _storage.FailOnce = true;
        await Assert.ThrowsAsync<TimeoutException>(() => locks.AcquireAsync(Acme, Ct));

        (await locks.AcquireAsync(Acme, Ct)).Value.Dispose();
        Assert.Equal(0, _storage.Open);
    }

    private Task AdvanceUntilAsync(Func<bool> reached) => Wait.UntilAsync(() =>
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        return reached();
    });

    /// <summary>Job storage that has locks and nothing else, and counts its open connections and refused locks. Hangfire's own would log to a host that is gone.</summary>
    private sealed class CountingStorage : Hangfire.JobStorage
    {
        private readonly ConcurrentDictionary<string, bool> _held = new();
        private int _open;
        private int _refusals;

        public int Open => Volatile.Read(ref _open);

        public int Refusals => Volatile.Read(ref _refusals);

        public bool FailOnce { get; set; }

        public override IMonitoringApi GetMonitoringApi() => throw new NotSupportedException();

        public override IStorageConnection GetConnection()
        {
            Interlocked.Increment(ref _open);
            return new Connection(this);
        }

        private sealed class Lock(CountingStorage storage, string resource) : IDisposable
        {
            public void Dispose() => storage._held.TryRemove(resource, out _);
        }

        private sealed class Connection(CountingStorage storage) : JobStorageConnection
        {
            public override IDisposable AcquireDistributedLock(string resource, TimeSpan timeout)
            {
                if (storage.FailOnce)
                {
                    storage.FailOnce = false;
                    throw new TimeoutException("the storage does not answer");
                }

                if (storage._held.TryAdd(resource, true))
                {
                    return new Lock(storage, resource);
                }

                Assert.Equal(TimeSpan.Zero, timeout);
                Interlocked.Increment(ref storage._refusals);
                throw new DistributedLockTimeoutException(resource);
            }

            public override void Dispose()
            {
                Interlocked.Decrement(ref storage._open);
                base.Dispose();
            }

            public override IWriteOnlyTransaction CreateWriteTransaction() => throw new NotSupportedException();

            public override string CreateExpiredJob(Hangfire.Common.Job job, IDictionary<string, string> parameters, DateTime createdAt, TimeSpan expireIn) => throw new NotSupportedException();

            public override IFetchedJob FetchNextJob(string[] queues, CancellationToken cancellationToken) => throw new NotSupportedException();

            public override void SetJobParameter(string id, string name, string value) => throw new NotSupportedException();

            public override string GetJobParameter(string id, string name) => throw new NotSupportedException();

            public override JobData GetJobData(string jobId) => throw new NotSupportedException();

            public override StateData GetStateData(string jobId) => throw new NotSupportedException();

            public override void AnnounceServer(string serverId, Hangfire.Server.ServerContext context) => throw new NotSupportedException();

            public override void RemoveServer(string serverId) => throw new NotSupportedException();

            public override void Heartbeat(string serverId) => throw new NotSupportedException();

            public override int RemoveTimedOutServers(TimeSpan timeOut) => throw new NotSupportedException();

            public override HashSet<string> GetAllItemsFromSet(string key) => throw new NotSupportedException();

            public override string GetFirstByLowestScoreFromSet(string key, double fromScore, double toScore) => throw new NotSupportedException();

            public override void SetRangeInHash(string key, IEnumerable<KeyValuePair<string, string>> keyValuePairs) => throw new NotSupportedException();

            public override Dictionary<string, string> GetAllEntriesFromHash(string key) => throw new NotSupportedException();
        }
    }
}
