using System.Collections.Immutable;
using Pioneer.Kafka.Protocol;

namespace Pioneer.Embedded.Broker.Faults;

/// <summary>What a fault does to the requests it concerns.</summary>
public enum FaultKind
{
    /// <summary>The answer is held back.</summary>
    Delay,

    /// <summary>The connection is closed before the request is handled.</summary>
    DropBefore,

    /// <summary>The connection is closed after the request took effect and before its answer: what retries have to survive.</summary>
    DropAfter,
}

/// <summary>One injected fault.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Api">The API it concerns; null for all.</param>
/// <param name="ClientId">The client id it concerns; null for all.</param>
/// <param name="Delay">How long an answer is held back.</param>
/// <param name="Times">How many requests it hits before it is gone; null for no end.</param>
public sealed record Fault(FaultKind Kind, ApiKey? Api = null, string? ClientId = null, TimeSpan Delay = default, int? Times = null);

/// <summary>
/// Faults for drills and tests, in process only: no listener leads here. Without any, a request pays one comparison. Thread safe.
/// </summary>
public sealed class BrokerFaults(TimeProvider time)
{
    private readonly Lock _gate = new();
    private ImmutableArray<ActiveFault> _active = [];
    private volatile bool _storageFull;

    /// <summary>Whether appends are refused with KAFKA_STORAGE_ERROR, as on a full disk. Reads go on.</summary>
    public bool StorageFull
    {
        get => _storageFull;
        set => _storageFull = value;
    }

    /// <summary>Adds a fault; dispose to take it back.</summary>
    public IDisposable Inject(Fault fault)
    {
        var active = new ActiveFault(this, fault);
        lock (_gate)
        {
            _active = _active.Add(active);
        }

        return active;
    }

    /// <summary>Takes every fault back.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _active = [];
        }

        _storageFull = false;
    }

    internal ValueTask BeforeAsync(RequestHeader header, CancellationToken cancellationToken)
    {
        if (_active.IsEmpty)
        {
            return ValueTask.CompletedTask;
        }

        if (TryHit(header, FaultKind.DropBefore, out _))
        {
            throw new ConnectionDroppedByFaultException($"before request {header.Key}");
        }

        return TryHit(header, FaultKind.Delay, out var delay)
            ? new ValueTask(Task.Delay(delay.Delay, time, cancellationToken))
            : ValueTask.CompletedTask;
    }

    internal ValueTask AfterAsync(RequestHeader header, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return !_active.IsEmpty && TryHit(header, FaultKind.DropAfter, out _)
            ? throw new ConnectionDroppedByFaultException($"after request {header.Key} was done")
            : ValueTask.CompletedTask;
    }

    private bool TryHit(RequestHeader header, FaultKind kind, out Fault hit)
    {
        foreach (var active in _active)
        {
            var fault = active.Fault;
            if (fault.Kind == kind && (fault.Api is null || (short)fault.Api == header.Key)
                && (fault.ClientId is null || fault.ClientId == header.ClientId) && active.TryTake())
            {
                hit = fault;
                return true;
            }
        }

        hit = null!;
        return false;
    }

    private void Remove(ActiveFault fault)
    {
        lock (_gate)
        {
            _active = _active.Remove(fault);
        }
    }

    private sealed class ActiveFault(BrokerFaults owner, Fault fault) : IDisposable
    {
        private int _left = fault.Times ?? int.MaxValue;

        public Fault Fault { get; } = fault;

        public bool TryTake()
        {
            if (Fault.Times is null)
            {
                return true;
            }

            var left = Interlocked.Decrement(ref _left);
            if (left <= 0)
            {
                owner.Remove(this);
            }

            return left >= 0;
        }

        public void Dispose() => owner.Remove(this);
    }
}
