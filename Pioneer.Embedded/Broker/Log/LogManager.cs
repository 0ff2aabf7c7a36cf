using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Pioneer.Embedded.Broker.Log;

/// <summary>
/// All partition logs of one data directory: opens and recovers them at start, creates and deletes them, sweeps retention, compaction
/// and checkpoints on the given clock. One process at a time may have a directory open. Thread safe.
/// </summary>
public sealed class LogManager : IAsyncDisposable
{
    private const string LockFile = ".lock";
    private const string DeletedPrefix = ".deleted-";
    private static readonly TimeSpan CheckpointInterval = TimeSpan.FromSeconds(60);

    private readonly LogManagerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly FileStream _lock;
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<TopicPartition, PartitionLog> _byName = new();
    private readonly ConcurrentDictionary<(Guid TopicId, int Partition), PartitionLog> _byId = new();
    private readonly SemaphoreSlim _sweeping = new(1);
    private readonly List<ITimer> _timers = [];

    private LogManager(LogManagerOptions options, ILoggerFactory loggers, TimeProvider time)
    {
        _options = options;
        _time = time;
        _logger = loggers.CreateLogger<LogManager>();
        Directory.CreateDirectory(options.DataDirectory);
        _lock = Lock(options.DataDirectory);
    }

    private static FileStream Lock(string directory)
    {
        try
        {
            return new FileStream(Path.Combine(directory, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException taken) when (Directory.Exists(directory))
        {
            throw new IOException(
                $"The data folder '{directory}' is in use by another process. Wait until that one has stopped, or start this one with another --data folder.", taken);
        }
    }

    /// <summary>Every open partition, internal ones included.</summary>
    public IReadOnlyCollection<PartitionLog> Partitions => [.. _byName.Values];

    /// <summary>The options it was opened with.</summary>
    public LogManagerOptions Options => _options;

    /// <summary>Opens every partition found; after an unclean stop the tails are scanned and torn batches cut off.</summary>
    /// <exception cref="IOException">Another process has the directory open, or it cannot be read.</exception>
    public static async Task<LogManager> OpenAsync(
        LogManagerOptions options, ILoggerFactory loggers, TimeProvider time, CancellationToken cancellationToken = default)
    {
        var manager = new LogManager(options, loggers, time);
        try
        {
            var watch = Stopwatch.StartNew();
            await Parallel.ForEachAsync(
                Directory.EnumerateDirectories(options.DataDirectory), cancellationToken, (directory, _) =>
                {
                    manager.OpenFound(directory);
                    return ValueTask.CompletedTask;
                });
            PartitionLogLog.Opened(manager._logger, manager._byName.Count, watch.ElapsedMilliseconds);
            manager.StartTimers();
            return manager;
        }
        catch
        {
            await manager.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens the partition, creating it when it does not exist; the config counts from now on. Idempotent.</summary>
    /// <exception cref="IOException">It cannot be created on disk.</exception>
    public PartitionLog GetOrCreate(Guid topicId, TopicPartition name, LogConfig config)
    {
        lock (_gate)
        {
            if (_byName.TryGetValue(name, out var existing))
            {
                if (existing.TopicId == topicId)
                {
                    existing.Config = config;
                    return existing;
                }

                Remove(existing);
            }

            var directory = Path.Combine(_options.DataDirectory, name.ToString());
            Directory.CreateDirectory(directory);
            var checkpoint = new PartitionCheckpoint(topicId, 0, 0, 0, [(0, 0)]);
            checkpoint.Save(directory);
            DurableFile.SyncDirectory(_options.DataDirectory);
            return Add(PartitionLog.Open(directory, name, checkpoint, config, _time, _logger));
        }
    }

    /// <summary>Finds a partition by name.</summary>
    public bool TryGet(TopicPartition name, [NotNullWhen(true)] out PartitionLog? log) => _byName.TryGetValue(name, out log);

    /// <summary>Finds a partition by topic id.</summary>
    public bool TryGet(Guid topicId, int partition, [NotNullWhen(true)] out PartitionLog? log) => _byId.TryGetValue((topicId, partition), out log);

    /// <summary>Applies a changed configuration to each partition of the topic.</summary>
    public void Configure(Guid topicId, LogConfig config)
    {
        foreach (var log in _byName.Values.Where(l => l.TopicId == topicId))
        {
            log.Config = config;
        }
    }

    /// <summary>Removes each partition of the topic; open reads fail with <see cref="ErrorCode.UnknownTopicOrPartition"/>.</summary>
    public void DeleteTopic(Guid topicId)
    {
        lock (_gate)
        {
            foreach (var log in _byName.Values.Where(l => l.TopicId == topicId).ToList())
            {
                Remove(log);
            }
        }
    }

    /// <summary>Rolls, deletes and compacts what is due now; also run by timer. Skipped while another sweep runs.</summary>
    public void Sweep()
    {
        ForEachPartition(log =>
        {
            log.ApplyRetention(_options.ProducerIdExpiration);
            LogCompactor.CompactIfDue(log);
        });
    }

    /// <summary>Makes everything durable and moves the recovery points, so that the next start has nothing to scan.</summary>
    public void Checkpoint() => ForEachPartition(static log => log.Checkpoint());

    /// <summary>Takes a last checkpoint and closes all files.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var timer in _timers)
        {
            await timer.DisposeAsync();
        }

        await _sweeping.WaitAsync();
        await Parallel.ForEachAsync(_byName.Values, (log, _) =>
        {
            Guarded(log, static l => l.Checkpoint());
            log.Close();
            return ValueTask.CompletedTask;
        });
        await _lock.DisposeAsync();
        _sweeping.Dispose();
    }

    private void StartTimers()
    {
        AddTimer(_options.FirstRetentionCheck, _options.RetentionInterval, l => l.ApplyRetention(_options.ProducerIdExpiration));
        AddTimer(_options.CompactionInterval, _options.CompactionInterval, LogCompactor.CompactIfDue);
        AddTimer(CheckpointInterval, CheckpointInterval, static l => l.Checkpoint());
    }

    private void AddTimer(TimeSpan first, TimeSpan interval, Action<PartitionLog> action) =>
        _timers.Add(_time.CreateTimer(_ => ForEachPartition(action), null, first, interval));

    private void ForEachPartition(Action<PartitionLog> action)
    {
        if (!_sweeping.Wait(0))
        {
            return;
        }

        try
        {
            foreach (var log in _byName.Values)
            {
                Guarded(log, action);
            }
        }
        finally
        {
            _sweeping.Release();
        }
    }

    // One broken partition must not keep the others from their sweep.
    private void Guarded(PartitionLog log, Action<PartitionLog> action)
    {
        try
        {
            action(log);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or ObjectDisposedException or UnauthorizedAccessException)
        {
            PartitionLogLog.SweepFailed(_logger, log.Name, e);
        }
    }

    private void OpenFound(string directory)
    {
        var name = Path.GetFileName(directory);
        if (name.StartsWith(DeletedPrefix, StringComparison.Ordinal))
        {
            Directory.Delete(directory, recursive: true);
            return;
        }

        var dash = name.LastIndexOf('-');
        if (dash > 0 && int.TryParse(name.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
            && PartitionCheckpoint.Load(directory) is { } checkpoint)
        {
            Add(PartitionLog.Open(directory, new TopicPartition(name[..dash], partition), checkpoint, LogConfig.Default, _time, _logger));
        }
    }

    private PartitionLog Add(PartitionLog log)
    {
        _byName[log.Name] = log;
        _byId[(log.TopicId, log.Name.Partition)] = log;
        return log;
    }

    // Renamed first: a crash between leaves nothing that could be opened again.
    private void Remove(PartitionLog log)
    {
        _byName.TryRemove(log.Name, out _);
        _byId.TryRemove((log.TopicId, log.Name.Partition), out _);
        log.Close();
        var directory = Path.Combine(_options.DataDirectory, log.Name.ToString());
        var condemned = Path.Combine(_options.DataDirectory, DeletedPrefix + Guid.CreateVersion7(_time.GetUtcNow()).ToString("N"));
        Directory.Move(directory, condemned);
        DurableFile.SyncDirectory(_options.DataDirectory);
        Directory.Delete(condemned, recursive: true);
    }
}
