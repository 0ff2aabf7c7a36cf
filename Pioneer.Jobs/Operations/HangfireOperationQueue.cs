using Hangfire;
using Pioneer.Domain;
using Pioneer.Domain.Operations;

namespace Pioneer.Jobs.Operations;

/// <summary>Operations as Hangfire jobs. The row in the database is the truth; a lost job is made again at the next start.</summary>
public sealed class HangfireOperationQueue(IBackgroundJobClient jobs) : IOperationQueue
{
    public Task EnqueueAsync(OperationId operation, CancellationToken cancellationToken)
    {
        jobs.Enqueue<OperationJob>(job => job.RunAsync(operation.Value, CancellationToken.None));
        return Task.CompletedTask;
    }
}

/// <summary>Operations that are to be tried again after a while.</summary>
public sealed class DelayedOperations(IBackgroundJobClient jobs)
{
    public void Enqueue(OperationId operation, TimeSpan delay) =>
        jobs.Schedule<OperationJob>(job => job.RunAsync(operation.Value, CancellationToken.None), delay);
}

/// <summary>What Hangfire runs. It never tries again by itself: the operation's own state says whether there is more to do.</summary>
[AutomaticRetry(Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Delete)]
public sealed class OperationJob(OperationRunner runner)
{
    public Task RunAsync(Guid operation, CancellationToken ct) => runner.RunAsync(operation, ct);
}
