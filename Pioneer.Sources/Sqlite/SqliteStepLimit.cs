using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Pioneer.Sources;

/// <summary>
/// Ends a step of a SQLite query that takes too long or is cancelled. The library runs it on the caller's thread, so that interrupting the connection
/// is the only way in. Looks at the clock now and then, not with a timer a row.
/// </summary>
internal sealed class SqliteStepLimit : IDisposable
{
    private const int LooksWithinLimit = 8;

    private readonly sqlite3 _handle;
    private readonly TimeSpan _limit;
    private readonly TimeProvider _time;
    private readonly CancellationToken _cancellation;
    private readonly CancellationTokenRegistration _onCancel;
    private readonly ITimer _timer;
    private long _since;

    public SqliteStepLimit(sqlite3 handle, TimeSpan limit, TimeProvider time, CancellationToken cancellation)
    {
        _handle = handle;
        _limit = limit;
        _time = time;
        _cancellation = cancellation;
        _onCancel = cancellation.Register(() => raw.sqlite3_interrupt(handle));
        var every = limit / LooksWithinLimit;
        _timer = time.CreateTimer(_ => Look(), null, every, every);
    }

    /// <summary>Runs a step.</summary>
    /// <exception cref="QueryLimitException">It took longer than the limit.</exception>
    public async Task<T> WatchAsync<T>(Func<Task<T>> step)
    {
        Volatile.Write(ref _since, _time.GetTimestamp());
        try
        {
            return await step();
        }
        catch (SqliteException error) when (error.SqliteErrorCode == raw.SQLITE_INTERRUPT)
        {
            _cancellation.ThrowIfCancellationRequested();
            throw new QueryLimitException(_limit, error);
        }
        finally
        {
            Volatile.Write(ref _since, 0);
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        _onCancel.Dispose();
    }

    private void Look()
    {
        if (Volatile.Read(ref _since) is var since and not 0 && _time.GetElapsedTime(since) > _limit)
        {
            raw.sqlite3_interrupt(_handle);
        }
    }
}
