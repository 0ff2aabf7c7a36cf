using Pioneer.Embedded.Broker.Security;

namespace Pioneer.Embedded.Broker.Cluster;

/// <summary>The current metadata, and the only way to change it: a change is durable before anybody sees it. Thread safe.</summary>
public sealed class MetadataStore : IDisposable, IAsyncDisposable
{
    private const string FileName = "metadata.log";

    private readonly Lock _gate = new();
    private readonly MetadataLog _log;
    private ClusterState _state;
    private AclIndex _acls;

    private MetadataStore(MetadataLog log, ClusterState state)
    {
        _log = log;
        _state = state;
        _acls = new AclIndex(state.Acls);
    }

    /// <summary>The state now.</summary>
    public ClusterState Current => Volatile.Read(ref _state);

    /// <summary>The rules now.</summary>
    public AclIndex Acls => Volatile.Read(ref _acls);

    /// <summary>Opens the metadata in a directory; a new directory gets a cluster id.</summary>
    public static MetadataStore Open(string directory)
    {
        Directory.CreateDirectory(directory);
        var (log, state) = MetadataLog.Open(Path.Combine(directory, FileName));
        var store = new MetadataStore(log, state);
        if (state.ClusterId.Length == 0)
        {
            store.Change(_ => [new ClusterNamed(NewClusterId())]);
        }

        return store;
    }

    /// <summary>Decides on changes while no other change can come between, makes them durable, and answers the state after them.</summary>
    /// <exception cref="IOException">They could not be made durable; nothing changed.</exception>
    public ClusterState Change(Func<ClusterState, IReadOnlyList<MetadataRecord>> decide)
    {
        lock (_gate)
        {
            var records = decide(_state);
            if (records.Count == 0)
            {
                return _state;
            }

            _log.Append(records);
            var next = records.Aggregate(_state, (state, record) => state.Apply(record));
            if (!ReferenceEquals(next.Acls, _state.Acls))
            {
                Volatile.Write(ref _acls, new AclIndex(next.Acls));
            }

            Volatile.Write(ref _state, next);
            return next;
        }
    }

    /// <summary>
    /// The same, for callers that answer a client: null when done, else what to tell it, as when the disk is full. Nothing changed then.
    /// </summary>
    public string? TryChange(Func<ClusterState, IReadOnlyList<MetadataRecord>> decide)
    {
        try
        {
            Change(decide);
            return null;
        }
        catch (IOException e)
        {
            return "The broker could not write its metadata: " + e.Message;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _log.Dispose();
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private static string NewClusterId() =>
        Convert.ToBase64String(Guid.NewGuid().ToByteArray()).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
