using Hangfire;
using Pioneer.Domain.Delivery;
using Pioneer.Domain.Tenants;

namespace Pioneer.Jobs.Delivery;

/// <summary>Every minute, lets credentials end whose time is over. Two instances at once: the second gives up.</summary>
[AutomaticRetry(Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Delete)]
[DisableConcurrentExecution(timeoutInSeconds: 1)]
public sealed class CredentialExpiry(AmbientTenantScope scope, ExpireCredentials expire)
{
    public async Task RunAsync(CancellationToken ct)
    {
        scope.Use(TenantScope.All);
        await expire.ExecuteAsync(ct);
    }
}
