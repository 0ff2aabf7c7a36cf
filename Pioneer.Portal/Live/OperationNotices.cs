using Pioneer.Jobs.Operations;

namespace Pioneer.Portal.Live;

/// <summary>Passes what workers of this process say about operations on to open pages, at once and coalesced.</summary>
public sealed class OperationNotices(OperationEvents events, LiveChanges changes, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Coalesce = TimeSpan.FromMilliseconds(60);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var subscription = events.Subscribe();
        var last = DateTimeOffset.MinValue;
        await foreach (var moved in subscription.ReadAllAsync(stoppingToken))
        {
            var over = moved.State is not (Domain.Operations.OperationState.Queued or Domain.Operations.OperationState.Running);
            var now = time.GetUtcNow();
            if (over || now - last >= Coalesce)
            {
                last = now;
                changes.Publish(LiveTopic.Operations);
            }
        }
    }
}
