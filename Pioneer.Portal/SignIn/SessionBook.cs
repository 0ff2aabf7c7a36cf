using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Pioneer.Domain;
using Pioneer.Domain.Tenants;

namespace Pioneer.Portal.SignIn;

/// <summary>Whether a session may go on, and with rights of which revision (null where the issuer's token carries them).</summary>
internal sealed record SessionLook(bool IsOpen, long? RightsRevision)
{
    public static readonly SessionLook Closed = new(false, null);
}

/// <summary>
/// What this process knows of sessions: asked at each request and told to each open window. A look is never older than a second; while windows are open
/// they are looked at twice a second, whichever process ended them. It also ends what was idle or has lasted too long.
/// </summary>
internal sealed class SessionBook(IServiceScopeFactory scopes, IOptions<SessionLimits> options, TimeProvider time, ILogger<SessionBook> log) : BackgroundService
{
    private const int BatchSize = 500;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan AfterFault = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WriteEvery = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<SessionId, Entry> _entries = new();
    private readonly ConcurrentDictionary<long, Watcher> _watchers = new();
    private readonly ConcurrentDictionary<SessionId, DateTimeOffset> _unwritten = new();
    private DateTimeOffset _writtenAt;
    private long _lastWatcher;

    /// <summary>Looks the session up, in the database when the last look is older than a second.</summary>
    public async Task<SessionLook> LookAsync(SessionId id, CancellationToken cancellationToken)
    {
        if (!_entries.TryGetValue(id, out var entry) || time.GetUtcNow() - entry.LookedAt >= Fresh)
        {
            await LookUpAsync([id], cancellationToken);
            entry = _entries.GetValueOrDefault(id);
        }

        return entry is null ? SessionLook.Closed : await JudgeAsync(entry, cancellationToken);
    }

    /// <summary>The person did something.</summary>
    public void Seen(SessionId id) => _unwritten[id] = time.GetUtcNow();

    /// <summary>Calls <paramref name="told"/> on a pool thread when the session ends or its person's rights change, until disposed.</summary>
    public IDisposable Watch(SessionId id, long? rightsRevision, Action<SessionLook> told)
    {
        var key = Interlocked.Increment(ref _lastWatcher);
        _watchers[key] = new Watcher(id, told) { Told = new SessionLook(true, rightsRevision) };
        return new Ended(() => _watchers.TryRemove(key, out _));
    }

    /// <summary>The next look is into the database: something of the person's rights has just changed here.</summary>
    public void LookAnew(SessionId id) => _entries.TryRemove(id, out _);

    /// <summary>Forgets what it knows of a session that has just ended here.</summary>
    public void Forget(SessionId id)
    {
        _entries.TryRemove(id, out _);
        _unwritten.TryRemove(id, out _);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(Interval, time, stoppingToken);
                await TellAsync(stoppingToken);
                await WriteSeenAsync(stoppingToken);
                Tidy();
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                SignInLog.SessionsNotLookedAt(log, fault);
                await Task.Delay(AfterFault, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task TellAsync(CancellationToken cancellationToken)
    {
        if (_watchers.IsEmpty)
        {
            return;
        }

        foreach (var ids in _watchers.Values.Select(watcher => watcher.Id).Distinct().Chunk(BatchSize))
        {
            await LookUpAsync(ids, cancellationToken);
        }

        foreach (var watcher in _watchers.Values)
        {
            var look = _entries.TryGetValue(watcher.Id, out var entry) ? await JudgeAsync(entry, cancellationToken) : SessionLook.Closed;
            if (look != watcher.Told)
            {
                watcher.Told = look;
                watcher.Tell(look);
            }
        }
    }

    private async Task LookUpAsync(SessionId[] ids, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var scope = scopes.CreateAsyncScope();
        var states = await scope.ServiceProvider.GetRequiredService<Sessions>().StatesAsync(ids, cancellationToken);
        foreach (var id in ids.Except(states.Select(state => state.Id)))
        {
            _entries.TryRemove(id, out _);
        }

        foreach (var state in states)
        {
            _entries[state.Id] = new Entry(state, now);
        }
    }

    private async Task<SessionLook> JudgeAsync(Entry entry, CancellationToken cancellationToken)
    {
        var (state, now) = (entry.State, time.GetUtcNow());
        if (state.EndedAt is not null)
        {
            return SessionLook.Closed;
        }

        var seen = _unwritten.TryGetValue(state.Id, out var here) && here > state.LastSeenAt ? here : state.LastSeenAt;
        SessionEnd? over = now >= state.EndsAt ? SessionEnd.Expired : now - seen >= options.Value.Idle ? SessionEnd.Idle : null;
        if (over is { } because)
        {
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<Sessions>().EndAsync(state.Id, because, cancellationToken);
            return SessionLook.Closed;
        }

        return new SessionLook(true, state.RightsRevision);
    }

    private async Task WriteSeenAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (now - _writtenAt < WriteEvery || _unwritten.IsEmpty)
        {
            return;
        }

        var seen = _unwritten.ToDictionary();
        await using var scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<Sessions>().SeenAsync(seen, cancellationToken);
        _writtenAt = now;
        foreach (var pair in seen)
        {
            // what was seen again meanwhile stays to be written
            _unwritten.TryRemove(pair);
        }
    }

    private void Tidy()
    {
        var now = time.GetUtcNow();
        foreach (var (id, entry) in _entries)
        {
            if (now - entry.LookedAt > Forgotten)
            {
                _entries.TryRemove(id, out _);
            }
        }
    }

    private sealed record Entry(SessionState State, DateTimeOffset LookedAt);

    private sealed class Watcher(SessionId id, Action<SessionLook> tell)
    {
        public SessionId Id => id;

        public required SessionLook Told { get; set; }

        public void Tell(SessionLook look) => tell(look);
    }

    private sealed class Ended(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
