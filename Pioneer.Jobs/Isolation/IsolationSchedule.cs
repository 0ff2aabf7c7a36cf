using Hangfire;
using Pioneer.Domain.Isolation;
using Pioneer.Domain.Tenants;

namespace Pioneer.Jobs.Isolation;

/// <summary>On a schedule, asks for a check of every active tenant. Two instances at once: the second finds the first's check and gives up.</summary>
[AutomaticRetry(Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Delete)]
[DisableConcurrentExecution(timeoutInSeconds: 1)]
public sealed class IsolationSchedule(AmbientTenantScope scope, IsolationChecks checks)
{
    public async Task RunAsync(CancellationToken ct)
    {
        scope.Use(TenantScope.All);
        await checks.StartAllAsync(Actor.System, ct);
    }
}
