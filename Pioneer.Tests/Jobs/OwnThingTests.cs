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
public sealed class OwnThingTests : IAsyncLifetime
{
    private const int Patience = 240;

    private readonly string _folder = Directory.CreateTempSubdirectory("pioneer-own-").FullName;
    private EmbeddedStack _stack = null!;
    private JobsHost _host = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _stack = await EmbeddedStack.StartAsync(external: null);
        _host = await _stack.StartJobsAsync(_folder);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _stack.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task What_cannot_be_made_fails_the_operation_that_asked_for_it_and_no_other()
    {
        await SetUpAsync();
        await _host.Get<KafkaAdmin>().MakeAsync([TestTopics.Plain("acme_t_cards")], Ct);

        var refused = await _host.FinishedAsync(await GrantAsync("cards"), Patience);
        Assert.Equal(OperationState.Failed, refused.State);
        Assert.Contains("acme_t_cards", refused.Error, StringComparison.Ordinal);
        Assert.Empty(refused.Steps);

        await _host.SucceedAsync(await GrantAsync("transfers"), Patience);
        var deployed = await _host.DoAsync<DeploySubscription, SubscriptionDeployed>(d => d.CreateAsync(
            Actor.System, "acme", "large", "SELECT ID, AMOUNT FROM PAYMENTS WHERE AMOUNT > 1000 EMIT CHANGES;", null, Ct));
        await _host.SucceedAsync(deployed.Operation, Patience);
        await _host.SucceedAsync(await _host.DoAsync<ControlSubscriptions, OperationId>(c => c.PauseAsync(Actor.System, "acme", "large", Ct)), Patience);
        await _host.SucceedAsync(await _host.DoAsync<ControlConnectors, OperationId>(c => c.PauseAsync(Actor.System, "acme", "payments", Ct)), Patience);
        await _host.SucceedAsync((await _host.DoAsync<ManageCredentials, IssuedCredential>(m => m.IssueAsync(Actor.System, "acme", "app", null, Ct))).Operation, Patience);
        await _host.SucceedAsync(await _host.DoAsync<SetTenantLimits, OperationId>(
            l => l.ExecuteAsync(Actor.System, "acme", new TenantLimits { ConsumerBytesPerSecond = 1 << 20 }, null, Ct)), Patience);

        await _host.InScopeAsync<PioneerDbContext, bool>(async db =>
        {
            Assert.Equal(SubscriptionState.Paused, (await db.Subscriptions.SingleAsync(Ct)).State);
            Assert.Equal(CredentialState.Active, (await db.Credentials.SingleAsync(Ct)).State);
            Assert.Equal(TenantState.Active, (await db.Tenants.SingleAsync(Ct)).State);
            Assert.Empty(await db.OperationSteps.Where(step => step.Resource.Contains("cards")).ToListAsync(Ct));
            return true;
        });

        // whoever asks for the whole tenant is told
        var whole = await _host.FinishedAsync(await _host.DoAsync<RequestReconcile, OperationId>(r => r.ForTenantAsync(Actor.System, "acme", null, Ct)), Patience);
        Assert.Contains("acme_t_cards", whole.Error, StringComparison.Ordinal);
        await _host.Get<KafkaAdmin>().DeleteTopicsAsync(["acme_t_cards"], Ct);
        await Eventually.TrueAsync(async () => (await _host.DoAsync<TenantPlanner, Plan>(p => p.PlanAsync(TenantSlug.Parse("acme"), Ct))).Blocked.IsEmpty);
        await _host.SucceedAsync(await _host.DoAsync<ControlOperations, OperationId>(c => c.RetryAsync(Actor.System, refused.Id, Ct)), Patience);
    }

    private async Task SetUpAsync()
    {
        await _host.DoAsync<ManageSources, SourceId>(s => s.AddAsync(
            Actor.System, new SourceRequest("bank", SourceKind.Sqlite, _stack.Platform.Endpoints.DemoBankUrl, null, null), Ct));
        var tables = await _host.DoAsync<ManageSources, ImmutableArray<SourceTable>>(s => s.ListTablesAsync(Actor.System, "bank", Ct));
        var payments = TenantStoryContract.Feed(tables, "payments", FeedKind.Event, "id", "updated_at", "id");
        foreach (var feed in new[] { "payments", "transfers", "cards" })
        {
            await _host.DoAsync<ManageFeeds, FeedId>(f => f.DefineAsync(Actor.System, payments with { Name = feed }, Ct));
        }

        await _host.SucceedAsync((await _host.DoAsync<CreateTenant, TenantCreated>(
            c => c.ExecuteAsync(Actor.System, new CreateTenantRequest("acme", "Acme", IsolationLevel.Dedicated), Ct))).Operation, Patience);
        await _host.SucceedAsync(await GrantAsync("payments"), Patience);
    }

    private async Task<OperationId> GrantAsync(string feed) => Assert.Single(await _host.DoAsync<SetEntitlements, ImmutableArray<OperationId>>(
        e => e.ExecuteAsync(Actor.System, [new EntitlementChange("acme", feed, true, $"value of {feed}")], Ct)));
}
