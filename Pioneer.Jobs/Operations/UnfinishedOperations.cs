using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;

namespace Pioneer.Jobs.Operations;

/// <summary>At start, wakes workers for every operation that was under way when the process ended, however it ended.</summary>
public sealed class UnfinishedOperations(IServiceScopeFactory scopes, ILogger<UnfinishedOperations> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<AmbientTenantScope>().Use(TenantScope.All);
        var contexts = scope.ServiceProvider.GetRequiredService<IDbContextFactory<PioneerDbContext>>();
        var queue = scope.ServiceProvider.GetRequiredService<IOperationQueue>();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var unfinished = await db.Operations.AsNoTracking()
            .Where(row => row.State == OperationState.Queued || row.State == OperationState.Running)
            .OrderBy(row => row.Id)
            .Select(row => row.Id)
            .ToListAsync(cancellationToken);
        foreach (var operation in unfinished)
        {
            await queue.EnqueueAsync(operation, cancellationToken);
        }

        if (unfinished.Count > 0)
        {
            OperationsLog.Recovered(logger, unfinished.Count);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
