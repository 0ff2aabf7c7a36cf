using Pioneer.Domain;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Xunit;
using IsolationLevel = Pioneer.Domain.Tenants.IsolationLevel;

namespace Pioneer.Tests.Jobs;

/// <summary>Brokers that go away before or while a plan is applied.</summary>
public sealed class BrokersDownTests : EmbeddedJobs
{
    [Fact]
    public async Task Operation_waits_while_Kafka_is_down_and_says_when_it_tries_again()
    {
        await Stack.Platform.Faults.StopBrokerAsync(Ct);
        var operation = await CreateAsync("acme");
        Assert.Contains("Next try", await Host.WaitingAsync(operation, "Kafka"), StringComparison.Ordinal);

        await Stack.Platform.Faults.StartBrokerAsync(Ct);
        await EndsInSyncAsync("acme", operation);
    }

    [Fact]
    public async Task Operation_whose_brokers_go_down_half_way_ends_in_sync_when_they_are_back()
    {
        var operation = await CreateAsync("acme");
        await Wait.UntilAsync(async () => (await Host.OperationAsync(operation)).Steps.Any(step => step.State == OperationStepState.Succeeded));
        await Stack.Platform.Faults.StopBrokerAsync(Ct);
        await Stack.Platform.Faults.StartBrokerAsync(Ct);
        await EndsInSyncAsync("acme", operation);
    }

    private async Task<OperationId> CreateAsync(string slug)
    {
        var created = await Host.InScopeAsync<CreateTenant, Result<TenantCreated>>(
            create => create.ExecuteAsync(Actor.System, new CreateTenantRequest(slug, slug, IsolationLevel.Dedicated), Ct));
        Assert.True(created.IsSuccess, created.Error?.ToString());
        return created.Value.Operation;
    }

    private async Task EndsInSyncAsync(string slug, OperationId operation)
    {
        var done = await Host.FinishedAsync(operation);
        Assert.True(done.State == OperationState.Succeeded, done.Error);
        var plan = await Host.InScopeAsync<TenantPlanner, Result<Plan>>(planner => planner.PlanAsync(TenantSlug.Parse(slug), Ct));
        Assert.True(plan.Value.InSync);
    }
}
