using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Delivery;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Kafka;
using Xunit;

namespace Pioneer.Tests.Jobs;

/// <summary>One thing of a tenant cannot be made; every other operation of the tenant does its own all the same, on the embedded platform.</summary>
public sealed class OwnThingTests : EmbeddedJobs
{
    [Fact]
    public async Task What_cannot_be_made_fails_the_operation_that_asked_for_it_and_no_other()
    {
        await SetUpAsync();
        await Host.Get<KafkaAdmin>().MakeAsync([TestTopics.Plain("acme_t_cards")], Ct);

        var refused = await Host.FinishedAsync(await GrantAsync("cards"));
        Assert.Equal(OperationState.Failed, refused.State);
        Assert.Contains("acme_t_cards", refused.Error, StringComparison.Ordinal);
        Assert.Empty(refused.Steps);

        await Host.SucceedAsync(await GrantAsync("transfers"));
        var deployed = await Host.DoAsync<DeploySubscription, SubscriptionDeployed>(d => d.CreateAsync(
            Actor.System, "acme", "large", "SELECT ID, AMOUNT FROM PAYMENTS WHERE AMOUNT > 1000 EMIT CHANGES;", null, Ct));
        await Host.SucceedAsync(deployed.Operation);
        await Host.SucceedAsync(await Host.DoAsync<ControlSubscriptions, OperationId>(c => c.PauseAsync(Actor.System, "acme", "large", Ct)));
        await Host.SucceedAsync(await Host.DoAsync<ControlConnectors, OperationId>(c => c.PauseAsync(Actor.System, "acme", "payments", Ct)));
        await Host.SucceedAsync((await Host.DoAsync<ManageCredentials, IssuedCredential>(m => m.IssueAsync(Actor.System, "acme", "app", null, Ct))).Operation);
        await Host.SucceedAsync(await Host.DoAsync<SetTenantLimits, OperationId>(
            l => l.ExecuteAsync(Actor.System, "acme", new TenantLimits { ConsumerBytesPerSecond = 1 << 20 }, null, Ct)));

        await Host.InScopeAsync<PioneerDbContext, bool>(async db =>
        {
            Assert.Equal(SubscriptionState.Paused, (await db.Subscriptions.SingleAsync(Ct)).State);
            Assert.Equal(CredentialState.Active, (await db.Credentials.SingleAsync(Ct)).State);
            Assert.Equal(TenantState.Active, (await db.Tenants.SingleAsync(Ct)).State);
            Assert.Empty(await db.OperationSteps.Where(step => step.Resource.Contains("cards")).ToListAsync(Ct));
            return true;
        });

        // whoever asks for the whole tenant is told
        var whole = await Host.FinishedAsync(await Host.DoAsync<RequestReconcile, OperationId>(r => r.ForTenantAsync(Actor.System, "acme", null, Ct)));
        Assert.Contains("acme_t_cards", whole.Error, StringComparison.Ordinal);
        await Host.Get<KafkaAdmin>().DeleteTopicsAsync(["acme_t_cards"], Ct);
        await Wait.UntilAsync(async () => (await Host.DoAsync<TenantPlanner, Plan>(p => p.PlanAsync(TenantSlug.Parse("acme"), Ct))).Blocked.IsEmpty);
        await Host.SucceedAsync(await Host.DoAsync<ControlOperations, OperationId>(c => c.RetryAsync(Actor.System, refused.Id, Ct)));
    }

    private async Task SetUpAsync()
    {
        await Host.DoAsync<ManageSources, SourceId>(s => s.AddAsync(
            Actor.System, new SourceRequest("bank", SourceKind.Sqlite, Stack.Platform.Endpoints.DemoBankUrl, null, null), Ct));
        var tables = await Host.DoAsync<ManageSources, ImmutableArray<SourceTable>>(s => s.ListTablesAsync(Actor.System, "bank", Ct));
        var payments = TenantStoryContract.Feed(tables, "payments", FeedKind.Event, "id", "updated_at", "id");
        foreach (var feed in new[] { "payments", "transfers", "cards" })
        {
            await Host.DoAsync<ManageFeeds, FeedId>(f => f.DefineAsync(Actor.System, payments with { Name = feed }, Ct));
        }

        await Host.SucceedAsync((await Host.DoAsync<CreateTenant, TenantCreated>(
            c => c.ExecuteAsync(Actor.System, new CreateTenantRequest("acme", "Acme", IsolationLevel.Dedicated), Ct))).Operation);
        await Host.SucceedAsync(await GrantAsync("payments"));
    }

    private async Task<OperationId> GrantAsync(string feed) => Assert.Single(await Host.DoAsync<SetEntitlements, ImmutableArray<OperationId>>(
        e => e.ExecuteAsync(Actor.System, [new EntitlementChange("acme", feed, true, $"value of {feed}")], Ct)));
}
