using System.Collections.Concurrent;
using System.Text.Json;

namespace Pioneer.Embedded.Ksql;

/// <summary>
/// The services of a server, by id. The list is kept in a file, so that a restart serves the same; passwords are in it, hence the mode
/// 600. Safe for concurrent use.
/// </summary>
internal sealed class ServiceRegistry : IAsyncDisposable
{
    /// <summary>The service at the root path.</summary>
    public const string DefaultServiceId = "default_";

    private const int MaxServices = 10_000;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };
    private readonly string _dataDirectory;
    private readonly string _file;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly ConcurrentDictionary<string, KsqlService> _services = new(StringComparer.Ordinal);

    public ServiceRegistry(string dataDirectory, ILogger logger, TimeProvider time)
    {
        Directory.CreateDirectory(dataDirectory);
        _dataDirectory = dataDirectory;
        _file = Path.Combine(dataDirectory, "services.json");
        _logger = logger;
        _time = time;
    }

    /// <summary>All services, by id.</summary>
    public IEnumerable<KsqlService> All => _services.Values.OrderBy(s => s.Id, StringComparer.Ordinal);

    /// <summary>What is wrong with a service id, or null.</summary>
    public static string? ValidateId(string id) => id.Length is 0 or > 200 || !id.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.')
        ? $"'{id}' is not a service id: letters, digits, '_', '-' and '.', at most 200"
        : null;

    /// <summary>The service of an id, or null.</summary>
    public KsqlService? Find(string id) => _services.GetValueOrDefault(id);

    /// <summary>Starts what the file lists, at the common cluster where there is one, and the default service.</summary>
    public async Task StartAsync(KafkaConnection? defaultService, string? commonBootstrapServers)
    {
        var known = File.Exists(_file)
            ? JsonSerializer.Deserialize<SortedDictionary<string, KafkaConnection>>(await File.ReadAllTextAsync(_file), Json)!
            : [];
        foreach (var (id, connection) in known)
        {
            Launch(id, commonBootstrapServers is null ? connection : connection with { BootstrapServers = commonBootstrapServers });
        }

        if (defaultService is not null)
        {
            Launch(DefaultServiceId, defaultService);
        }
    }

    /// <summary>Adds a service, or restarts it with another connection; false when there was nothing to change.</summary>
    /// <exception cref="InvalidOperationException">There are too many services.</exception>
    public async Task<bool> PutAsync(string id, KafkaConnection connection)
    {
        await _gate.WaitAsync();
        try
        {
            if (_services.TryGetValue(id, out var existing))
            {
                if (existing.Connection == connection)
                {
                    return false;
                }

                _services.TryRemove(id, out _);
                await existing.DisposeAsync();
            }
            else if (_services.Count >= MaxServices)
            {
                throw new InvalidOperationException($"A ksql server hosts at most {MaxServices} services");
            }

            Launch(id, connection);
            Save();
            return true;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Stops a service and forgets it; its topics and groups stay. False when there is none.</summary>
    public async Task<bool> RemoveAsync(string id)
    {
        await _gate.WaitAsync();
        try
        {
            if (!_services.TryRemove(id, out var service))
            {
                return false;
            }

            Save();
            await service.DisposeAsync();
            return true;
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_services.Values.Select(s => s.DisposeAsync().AsTask()));
        _services.Clear();
    }

    private void Launch(string id, KafkaConnection connection)
    {
        var service = new KsqlService(id, connection, _dataDirectory, _logger, _time);
        _services[id] = service;
        service.Start();
    }

    /// <summary>Writes beside and renames: a crash leaves the old list or the new one.</summary>
    private void Save()
    {
        var list = new SortedDictionary<string, KafkaConnection>(_services.ToDictionary(s => s.Key, s => s.Value.Connection), StringComparer.Ordinal);
        list.Remove(DefaultServiceId);
        var beside = _file + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var stream = new FileStream(beside, options))
        {
            JsonSerializer.Serialize(stream, list, Json);
            stream.Flush(flushToDisk: true);
        }

        File.Move(beside, _file, overwrite: true);
    }
}
