namespace Pioneer.Domain.Operations;

/// <summary>
/// Wakes a worker for an operation row that is already committed. Losing the call loses nothing: unfinished operations are enqueued again at
/// start, so implementations need not be durable. Enqueuing one twice is harmless: the fencing token lets one worker act.
/// </summary>
public interface IOperationQueue
{
    Task EnqueueAsync(OperationId operation, CancellationToken cancellationToken);
}
