using System.Collections.Concurrent;
using System.Threading.Channels;
using Pioneer.Domain;
using Pioneer.Domain.Operations;

namespace Pioneer.Jobs.Operations;

/// <summary>Something about an operation changed; what exactly stands in the database.</summary>
public sealed record OperationEvent(OperationId Operation, TenantId? Tenant, OperationState State, int Progress);

/// <summary>
/// Tells pages of this process that an operation moved. A reader that falls behind loses the oldest events, never holds up a worker: an event
/// says that there is something to read, not what. Threads may share it.
/// </summary>
public sealed class OperationEvents
{
    private const int Backlog = 256;

    private readonly ConcurrentDictionary<Guid, Channel<OperationEvent>> _readers = new();

    public void Publish(OperationEvent moved)
    {
        foreach (var reader in _readers.Values)
        {
            reader.Writer.TryWrite(moved);
        }
    }

    /// <summary>Events from now on; dispose the subscription to end it.</summary>
    public OperationSubscription Subscribe()
    {
        var id = Guid.NewGuid();
        var channel = Channel.CreateBounded<OperationEvent>(new BoundedChannelOptions(Backlog) { FullMode = BoundedChannelFullMode.DropOldest });
        _readers[id] = channel;
        return new OperationSubscription(channel.Reader, () =>
        {
            if (_readers.TryRemove(id, out var ended))
            {
                ended.Writer.TryComplete();
            }
        });
    }
}

/// <summary>One reader's events.</summary>
public sealed class OperationSubscription(ChannelReader<OperationEvent> reader, Action end) : IDisposable
{
    public IAsyncEnumerable<OperationEvent> ReadAllAsync(CancellationToken ct) => reader.ReadAllAsync(ct);

    public void Dispose() => end();
}
